"""Answers the calls of HubSpot's API from a CRM in memory: those of `tieout.systems.hubspot.client.HubSpotClient`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulation.crm import Crm, Deal, shown
from tieout.errors import ThrottledError
from tieout.moments import parse_moment
from tieout.systems.hubspot.answers import BatchAnswer, Failure, RecordPage
from tieout.systems.hubspot.translate import Link

_SEARCHED = 3  # deals a page
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COMPARE = {"GT": int.__gt__, "GTE": int.__ge__, "LT": int.__lt__}


class CrmAnswers:
    """The API of one account."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    def read_records(self, kind: str, ids: Sequence[str], *, archived: bool, **_properties: object) -> BatchAnswer:
        """What `batch/read` finds of deals, with every property there is, and of companies, of which none is ever archived."""
        self._crm.weather.io("before hubspot.read")
        if kind == "companies":
            wanted = {each: self._crm.companies.get(each) for each in ids if not archived}
            known = ({"id": each, "properties": some} for each, some in wanted.items() if some is not None)
            return BatchAnswer(tuple(known), {}, None)
        found: list[Mapping[str, Any]] = []
        failures: dict[str, Failure] = {}
        for each in ids:
            deal = self._crm.deals.get(each)
            if deal is None:
                continue
            if not archived and each in self._crm.before and self._crm.weather.chance("stale_replica"):
                found.append(self._crm.before[each])
                self._crm.tell_again(each)
            elif self._crm.weather.chance("record_read_failed"):
                failures[each] = ThrottledError("one of the batch", retry_after_seconds=10)
            elif not (deal.is_purged or deal.merged_into) and deal.is_archived == archived:
                found.append(shown(deal))
        self._crm.weather.io("after hubspot.read")
        return BatchAnswer(tuple(found), failures, None)

    def search_records(
        self, _kind: str, filters: Sequence[tuple[str, str, str]], _properties: Sequence[str]
    ) -> RecordPage:
        """The first live deals, by id, that fit all filters."""
        self._crm.weather.io("before hubspot.read")
        live = [
            each for each in self._crm.deals.values() if not (each.is_archived or each.is_purged or each.merged_into)
        ]
        found = sorted((each for each in live if _fits(each, filters)), key=lambda deal: int(deal.deal_id))
        self._crm.weather.io("after hubspot.read")
        page = found[:_SEARCHED]
        return RecordPage(tuple(shown(each) for each in page), "more" if len(found) > len(page) else "")

    def archived_records(self, _kind: str, after: str, _properties: Sequence[str]) -> RecordPage:
        """Some of the deals in the recycling bin."""
        self._crm.weather.io("before hubspot.read")
        binned = [each for each in self._crm.deals.values() if each.is_archived and not each.is_purged]
        binned = sorted(
            (each for each in binned if int(each.deal_id) > int(after or 0)), key=lambda deal: int(deal.deal_id)
        )
        self._crm.weather.io("after hubspot.read")
        page = binned[:_SEARCHED]
        deals = tuple({**shown(each), "archivedAt": each.archived_at} for each in page)
        return RecordPage(deals, page[-1].deal_id if len(binned) > len(page) else "")

    def read_record(self, _kind: str, deal_id: str, _properties: Sequence[str]) -> Mapping[str, Any] | None:
        """One live deal, or the one it was merged into."""
        self._crm.weather.io("before hubspot.read")
        deal = self._crm.deals.get(deal_id)
        while deal is not None and deal.merged_into is not None:
            deal = self._crm.deals.get(deal.merged_into)
        self._crm.weather.io("after hubspot.read")
        return None if deal is None or deal.is_archived or deal.is_purged else shown(deal)

    def read_links(
        self, ids: Sequence[str], kind: str, *, start: str = "deals"
    ) -> tuple[dict[str, list[Link]], Mapping[str, Failure]]:
        """What records are associated with."""
        self._crm.weather.io("before hubspot.read")
        if start == "line_items":
            found = {each: self._crm.offers.deal_of(each) for each in ids}
        elif kind == "line_items":
            found = {each: self._crm.offers.links(each) for each in ids}
        else:
            found = {each: [Link(*company) for company in self._crm.deals[each].companies.items()] for each in ids}
        self._crm.weather.io("after hubspot.read")
        return found, {}

    def read_line_items(self, ids: Sequence[str], *, archived: bool) -> BatchAnswer:
        """What `batch/read` finds of line items."""
        self._crm.weather.io("before hubspot.read")
        answer = self._crm.offers.read(ids, archived=archived)
        self._crm.weather.io("after hubspot.read")
        return answer


def _fits(deal: Deal, filters: Sequence[tuple[str, str, str]]) -> bool:
    changed_at = parse_moment(str(deal.properties["hs_lastmodifieddate"]))
    values = {
        "hs_object_id": int(deal.deal_id),
        "hs_lastmodifieddate": (changed_at - _EPOCH) // timedelta(milliseconds=1),
    }
    return all(_COMPARE[operator](values[name], int(value)) for name, operator, value in filters)
