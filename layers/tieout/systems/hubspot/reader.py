"""Reads what deals are now, in as few calls as HubSpot allows: the completing half of the record step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Any

from tieout.arriving.notice import RecordKey
from tieout.drift import Watch
from tieout.errors import MalformedError, PermanentError, TransientError, UnreadableRecordError
from tieout.facts.reading import Reading, reading_of
from tieout.facts.statement import Statement
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.hubspot.answers import BatchAnswer, Failure
from tieout.systems.hubspot.associated import read_associated
from tieout.systems.hubspot.client import ASSOCIATIONS_PER_CALL, DEALS_PER_CALL, HubSpotClient, open_client
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.translate import (
    DEAL_PROPERTIES,
    PROPERTIES_WITHOUT_NAME,
    Account,
    Link,
    deal_statement,
    deleted_statement,
    is_record_id,
    line_item_statement,
    merged_ids_of,
    merged_statement,
    unknown_statement,
)

if TYPE_CHECKING:
    import httpx

_DEAL, _LINE_ITEM = "opportunity", "line_item"


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> HubSpotReader:
    """A reader for one HubSpot account; credentials are `{"access_token": ...}` of a private app."""
    client = open_client(connection, credentials, http, clock)
    return HubSpotReader(connection, client, client.watch)


class HubSpotReader:
    """Reads deals by id: 100 a call, what they are associated with 1000 a call, line items 100 a call.

    Only what the first answers lack is asked again.

    Attributes:
        watch: notices in what the client's answers are other than expected, where it shows them.
    """

    def __init__(self, connection: Connection, client: HubSpotClient, watch: Watch | None = None) -> None:
        self._options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
        self._account = Account(
            time_zone=connection.time_zone,
            default_currency=connection.default_currency,
            worth=self._options.line_worth,
        )
        self._client = client
        self.watch = watch or Watch({})

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a deal, its deletion or merge, a line item with its deal, or the error that struck it.

        Never raises a `TieoutError`.
        """
        readable = {key.record_id: key for key in keys if _is_readable(key, _DEAL)}
        items = {key.record_id: key for key in keys if _is_readable(key, _LINE_ITEM)}
        search = _Search(self._client)
        search.run(list(readable))
        readings: dict[RecordKey, Reading] = {
            key: UnreadableRecordError(f"HubSpot has no {key.entity} of that id to complete")
            for key in keys
            if key not in readable.values() and key not in items.values()
        }
        readings |= self._line_items(items)
        readings |= {readable[each]: failure for each, failure in search.failures.items()}
        readings |= {
            readable[each]: _stated(deleted_statement, readable[each], deal) for each, deal in search.archived.items()
        }
        readings |= {
            readable[each]: _stated(merged_statement, readable[each], deal) for each, deal in search.survivors.items()
        }
        readings |= {readable[each]: unknown_statement(readable[each]) for each in search.unknown}
        return readings | self._with_associated({readable[each]: deal for each, deal in search.live.items()})

    def _with_associated(self, deals: Mapping[RecordKey, Mapping[str, Any]]) -> dict[RecordKey, Reading]:
        found = read_associated(self._client, [key.record_id for key in deals], line_items=self._options.line_items)
        readings: dict[RecordKey, Reading] = {}
        for key, deal in deals.items():
            companies = found.companies.get(key.record_id, [])
            items = found.line_items.get(key.record_id, [])
            readings[key] = found.failures.get(key.record_id) or _stated(
                deal_statement, key, deal, companies, items, self._account
            )
        return readings

    def _line_items(self, keys: Mapping[str, RecordKey]) -> dict[RecordKey, Reading]:
        """A line item is nothing by itself: the deal it belongs to is read because of it."""
        readings: dict[RecordKey, Reading] = {}
        failed: Failure | None = None
        for ids in batched(keys, ASSOCIATIONS_PER_CALL, strict=False):
            deals: Mapping[str, list[Link]] = {}
            failures: Mapping[str, Failure] = {}
            if failed is None:
                try:
                    deals, failures = self._client.read_links(ids, "deals", start="line_items")
                except (TransientError, PermanentError) as error:
                    failed = error
            for each in ids:
                key = keys[each]
                readings[key] = failed or failures.get(each) or line_item_statement(key, deals.get(each, []))
        return readings


def _stated(translate: Callable[..., Statement], key: RecordKey, *arguments: object) -> Reading:
    return reading_of(partial(translate, key, *arguments), "the deal cannot be translated")


class _Search:
    """Where each asked id was found: live, archived, living on as another deal, or nowhere."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client
        self.live: dict[str, Mapping[str, Any]] = {}
        self.archived: dict[str, Mapping[str, Any]] = {}
        self.survivors: dict[str, Mapping[str, Any]] = {}
        self.failures: dict[str, Failure] = {}
        self.unknown: list[str] = []

    def run(self, ids: Sequence[str]) -> None:
        """Look among the live deals, then the archived ones, then one by one for what a merge hid."""
        left = self._look(ids, archived=False, found=self.live)
        left = self._look(left, archived=True, found=self.archived)
        stopped: Failure | None = None
        for deal_id in left:
            stopped = stopped or self._follow(deal_id)
            if stopped is not None:
                self.failures[deal_id] = stopped

    def _look(self, ids: Iterable[str], *, archived: bool, found: dict[str, Mapping[str, Any]]) -> list[str]:
        """The ids not found; those of a call that failed have its failure, and so have all after them."""
        left: list[str] = []
        stopped: Failure | None = None
        for chunk in batched(ids, DEALS_PER_CALL, strict=False):
            if stopped is None:
                stopped = self._look_at(chunk, archived=archived, found=found, left=left)
            if stopped is not None:
                answered = {*left, *found, *self.survivors, *self.failures}
                self.failures |= dict.fromkeys([each for each in chunk if each not in answered], stopped)
        return left

    def _look_at(
        self,
        chunk: Sequence[str],
        *,
        archived: bool,
        found: dict[str, Mapping[str, Any]],
        left: list[str],
        properties: Sequence[str] = DEAL_PROPERTIES,
    ) -> Failure | None:
        """Read one chunk; where one record spoils the whole answer, read its halves, and at last it alone without its name.

        Returns:
            The failure that should stop the rest.
        """
        look_again = partial(self._look_at, archived=archived, found=found, left=left)
        try:
            answer = self._client.read_deals(chunk, archived=archived, properties=properties)
        except (MalformedError, UnreadableRecordError) as error:
            if len(chunk) > 1:
                middle = len(chunk) // 2
                return look_again(chunk[:middle]) or look_again(chunk[middle:])
            if isinstance(error, MalformedError) and properties == DEAL_PROPERTIES:
                return look_again(chunk, properties=PROPERTIES_WITHOUT_NAME)
            self.failures[chunk[0]] = error
            return None
        except (TransientError, PermanentError) as error:
            return error
        left.extend(self._place(chunk, answer, found))
        return None

    def _place(self, chunk: Sequence[str], answer: BatchAnswer, found: dict[str, Mapping[str, Any]]) -> list[str]:
        """Give each asked id its record, its survivor or its failure; the ids that have none."""
        by_id = {str(deal["id"]): deal for deal in answer.results if deal.get("id")}
        survivors = {old: deal for deal in by_id.values() for old in _merged_ids(deal)}
        left = []
        for deal_id in chunk:
            failure = answer.failures.get(deal_id, answer.other_failure)
            if deal_id in by_id:
                found[deal_id] = by_id[deal_id]
            elif deal_id in survivors:
                self.survivors[deal_id] = survivors[deal_id]
            elif failure is not None:
                self.failures[deal_id] = failure
            else:
                left.append(deal_id)
        return left

    def _follow(self, deal_id: str) -> Failure | None:
        """Only a read of a single deal is documented to answer with the deal it was merged into.

        Returns:
            The failure that should stop the rest.
        """
        try:
            deal = self._client.read_deal(deal_id)
        except (MalformedError, UnreadableRecordError) as error:
            self.failures[deal_id] = error
            return None
        except (TransientError, PermanentError) as error:
            return error
        if deal is None:
            self.unknown.append(deal_id)
        elif str(deal.get("id")) == deal_id:  # restored between our reads
            self.live[deal_id] = deal
        else:
            self.survivors[deal_id] = deal
        return None


def _is_readable(key: RecordKey, entity: str) -> bool:
    return key.entity == entity and is_record_id(key.record_id)


def _merged_ids(deal: Mapping[str, Any]) -> frozenset[str]:
    try:
        return merged_ids_of(deal)
    except UnreadableRecordError:  # then the deal itself is unreadable, and says so under its own id
        return frozenset()
