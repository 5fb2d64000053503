"""Reads companies and line items of deals in as few calls as HubSpot allows; what fails for one deal fails no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from tieout.errors import MalformedError, PermanentError, TransientError, UnavailableError, UnreadableRecordError
from tieout.systems.hubspot.answers import BatchAnswer, Failure
from tieout.systems.hubspot.client import ASSOCIATIONS_PER_CALL, RECORDS_PER_CALL, HubSpotClient
from tieout.systems.hubspot.translate import Link


@dataclass(slots=True)
class Associated:
    """What was found for each deal id, and which deals cannot be stated for what failed.

    Attributes:
        stopped: what a call as a whole failed with, after which none is made.
    """

    companies: dict[str, list[Link]] = field(default_factory=dict)
    line_items: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    stopped: Failure | None = None


def read_associated(client: HubSpotClient, deal_ids: Sequence[str], *, line_items: bool) -> Associated:
    """The companies of deals, and their line items where wanted.

    After a call that failed as a whole, every deal behind it has that failure without a call. A line item that cannot be
    read costs its own deal, since a deal without one of its lines would be half a fact.
    """
    found = Associated()
    for ids in batched(deal_ids, ASSOCIATIONS_PER_CALL, strict=False):
        found.companies |= _linked(client, ids, "companies", found)
        if line_items:
            links = _linked(client, ids, "line_items", found)
            _read_line_items(client, {deal_id: [link.record_id for link in links[deal_id]] for deal_id in links}, found)
    return found


def _linked(client: HubSpotClient, ids: Sequence[str], kind: str, found: Associated) -> dict[str, list[Link]]:
    """The links of those deals that have not failed yet."""
    wanted = [each for each in ids if each not in found.failures]
    if not wanted:
        return {}
    if found.stopped is None:
        try:
            links, failures = client.read_links(wanted, kind)
        except (TransientError, PermanentError) as error:
            found.stopped = error
        else:
            found.failures.update(failures)
            return {each: of for each, of in links.items() if each not in failures}
    found.failures.update(dict.fromkeys(wanted, found.stopped))
    return {}


def _read_line_items(client: HubSpotClient, wanted: Mapping[str, Sequence[str]], found: Associated) -> None:
    """Give each deal its line items. One that lies in the recycling bin is none; one that is nowhere may yet be seen."""
    ids = list(dict.fromkeys(item for items in wanted.values() for item in items))
    live = _Items(client, archived=False)
    live.read(ids)
    binned = _Items(client, archived=True)
    binned.read([each for each in ids if each not in live.items and each not in live.failures])
    nowhere = UnavailableError("HubSpot associates a line item that it does not know")
    for deal_id, items in wanted.items():
        failed = [failure for each in items if (failure := live.failures.get(each) or binned.failures.get(each))]
        missing = [each for each in items if each not in live.items and each not in binned.items]
        if failed or missing:
            found.failures[deal_id] = failed[0] if failed else nowhere
        else:
            found.line_items[deal_id] = [live.items[each] for each in items if each in live.items]


class _Items:
    """Line items by id, read a hundred a call, and what failed of them."""

    def __init__(self, client: HubSpotClient, *, archived: bool) -> None:
        self._client = client
        self._archived = archived
        self.items: dict[str, Mapping[str, Any]] = {}
        self.failures: dict[str, Failure] = {}

    def read(self, ids: Sequence[str]) -> None:
        """Read them all; after a call that failed as a whole, those behind it have its failure without a call."""
        stopped: Failure | None = None
        for chunk in batched(ids, RECORDS_PER_CALL, strict=False):
            stopped = stopped or self._read(chunk)
            if stopped is not None:
                left = [each for each in chunk if each not in self.items and each not in self.failures]
                self.failures |= dict.fromkeys(left, stopped)

    def _read(self, chunk: Sequence[str]) -> Failure | None:
        """Read one chunk, in halves where one item spoils the whole answer; the failure that should stop the rest."""
        try:
            answer = self._client.read_line_items(chunk, archived=self._archived)
        except (MalformedError, UnreadableRecordError) as error:
            if len(chunk) > 1:
                middle = len(chunk) // 2
                return self._read(chunk[:middle]) or self._read(chunk[middle:])
            self.failures[chunk[0]] = error
            return None
        except (TransientError, PermanentError) as error:
            return error
        self._place(chunk, answer)
        return None

    def _place(self, chunk: Sequence[str], answer: BatchAnswer) -> None:
        self.items |= {str(item["id"]): item for item in answer.results if item.get("id")}
        for each in chunk:
            failure = answer.failures.get(each, answer.other_failure)
            if each not in self.items and failure is not None:
                self.failures[each] = failure
