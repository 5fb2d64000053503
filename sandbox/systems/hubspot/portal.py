"""The state of one simulated HubSpot account, and the events that every change of it gives rise to."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.systems.hubspot.deals import PRIMARY, Deal
from sandbox.systems.hubspot.events import EventMaker
from sandbox.systems.hubspot.line_items import LineItem
from sandbox.systems.hubspot.masters import KINDS, Masters
from sandbox.systems.hubspot.search_index import SearchIndex
from sandbox.systems.hubspot.settings import Settings

UNLABELLED = 341


class Portal:
    """One account: every change is stamped later than all before it and hands its events to `publish`.

    Archiving, restoring, associating and changing line items do not touch a deal's `hs_lastmodifieddate`: the harder of the
    two ways HubSpot might behave.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime],
        publish: Callable[[list[dict[str, Any]]], None],
        seed: int,
    ) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.deals: dict[str, Deal] = {}
        self.line_items: dict[str, LineItem] = {}
        self.searchable = SearchIndex[Deal](settings)
        self.now = now
        self._publish = publish
        self._events = EventMaker(settings, random.Random(seed))  # noqa: S311 a seeded simulation, not a secret
        self._last = datetime(1970, 1, 1, tzinfo=UTC)
        self._last_id = 9000
        self.masters = {
            each: Masters(each, settings, self._events, stamp=self._stamp, next_id=self._next_id, publish=publish)
            for each in KINDS
        }

    def resolve(self, deal_id: str) -> Deal | None:
        """The deal of that id, or the one that it lives on as after merges."""
        deal = self.deals.get(deal_id)
        while deal is not None and deal.merged_into is not None:
            deal = self.deals[deal.merged_into]
        return deal

    def latest(self) -> datetime:
        """The present moment, or that of the last change, which may have been stamped a little ahead of it."""
        return max(self.now().astimezone(UTC), self._last)

    def create_company(self, name: str, company_id: str = "") -> str:
        """Add a company; its id."""
        with self.lock:
            return self.masters["companies"].create({"name": name}, company_id).record_id

    def create_deal(self, properties: Mapping[str, Any], *, deal_id: str = "", company: str = "") -> Deal:
        """Add a deal, associated with `company` as its primary one where given."""
        with self.lock:
            moment = self._stamp()
            stored = {name: _text(value) for name, value in properties.items()}
            deal = Deal(deal_id=deal_id or self._next_id(), properties=stored, created_at=moment, modified_at=moment)
            self.deals[deal.deal_id] = deal
            self.searchable.take(moment, deal)
            self._publish(self._events.of_creation(deal.deal_id, stored, moment))
            if company:
                self.associate(deal.deal_id, company, primary=True)
            return deal

    def change_deal(self, deal_id: str, properties: Mapping[str, Any]) -> Deal:
        """Set properties; what does not change gives rise to no event, and a save without change to no new stamp."""
        with self.lock:
            deal = self._live(deal_id)
            wanted = {name: _text(value) for name, value in properties.items()}
            changed = {name: value for name, value in wanted.items() if deal.properties.get(name) != value}
            if changed:
                deal.properties |= changed
                deal.modified_at = self._stamp()
                self.searchable.take(deal.modified_at, deal)
                self._publish(self._events.of_changes(deal.deal_id, changed, deal.modified_at))
            return deal

    def archive_deal(self, deal_id: str) -> None:
        """Put a deal into the recycling bin."""
        with self.lock:
            deal = self._live(deal_id)
            deal.archived_at = self._stamp()
            self.searchable.take(deal.archived_at, deal)
            self._publish(self._events.of_life("deletion", deal.deal_id, deal.archived_at))

    def restore_deal(self, deal_id: str) -> Deal:
        """Take a deal out of the recycling bin."""
        with self.lock:
            deal = self.deals[deal_id]
            if deal.archived_at is None:
                raise KeyError(deal_id)
            deal.archived_at, moment = None, self._stamp()
            self.searchable.take(moment, deal)
            self._publish(self._events.of_life("restore", deal_id, moment))
            return deal

    def purge_deal(self, deal_id: str) -> None:
        """Forget a deal altogether, as after ninety days or a request for erasure."""
        with self.lock:
            del self.deals[deal_id]
            self.searchable.forget(deal_id)
            self._publish(self._events.of_life("deletion", deal_id, self._stamp()))

    def merge_deals(self, primary_id: str, merged_id: str) -> Deal:
        """Make a new deal of two; the old ones are no longer visible and lead on to it."""
        with self.lock:
            primary, merged = self._live(primary_id), self._live(merged_id)
            moment = self._stamp()
            survivor = Deal(
                deal_id=self._next_id(),
                properties=merged.properties
                | {name: value for name, value in primary.properties.items() if value is not None},
                created_at=moment,
                modified_at=moment,
                merged_ids=(*primary.merged_ids, *merged.merged_ids, primary.deal_id, merged.deal_id),
                companies=_united(primary.companies, merged.companies),
                line_items=(*primary.line_items, *merged.line_items),
            )
            self.deals[survivor.deal_id] = survivor
            for old in (primary, merged):
                old.merged_into, old.companies, old.line_items = survivor.deal_id, {}, ()
            self.searchable.take(moment, survivor, primary, merged)
            for item_id in survivor.line_items:
                self.line_items[item_id].deal_id = survivor.deal_id
            self._publish(self._events.of_merge(survivor.deal_id, primary.deal_id, [merged.deal_id], moment))
            return survivor

    def associate(self, deal_id: str, company_id: str, *, primary: bool) -> None:
        """Link a deal and a company; a new primary company takes the label from the old one."""
        with self.lock:
            deal = self._live(deal_id)
            if company_id not in self.masters["companies"].records:
                raise KeyError(company_id)
            if primary:
                for types in deal.companies.values():
                    types.discard(PRIMARY)
            deal.companies.setdefault(company_id, set()).update({UNLABELLED, PRIMARY} if primary else {UNLABELLED})
            self._publish(
                self._events.of_association(deal.deal_id, company_id, self._stamp(), primary=primary, removed=False)
            )

    def dissociate(self, deal_id: str, company_id: str) -> None:
        """Unlink a deal and a company."""
        with self.lock:
            deal = self._live(deal_id)
            types = deal.companies.pop(company_id)
            moment = self._stamp()
            self._publish(
                self._events.of_association(deal.deal_id, company_id, moment, primary=PRIMARY in types, removed=True)
            )

    def add_line_item(self, deal_id: str, properties: Mapping[str, Any], *, item_id: str = "") -> LineItem:
        """Add a line to a deal."""
        with self.lock:
            deal, moment = self._live(deal_id), self._stamp()
            stored = {name: _text(value) for name, value in properties.items()}
            item = LineItem(
                item_id=item_id or self._next_id(),
                deal_id=deal.deal_id,
                properties=stored,
                created_at=moment,
                modified_at=moment,
            )
            self.line_items[item.item_id] = item
            deal.line_items = (*deal.line_items, item.item_id)
            self._publish(
                self._events.of_line_item("creation", item.item_id, stored, moment)
                + self._events.of_deal_line(deal.deal_id, item.item_id, moment, removed=False)
            )
            return item

    def change_line_item(self, item_id: str, properties: Mapping[str, Any]) -> LineItem:
        """Set properties of a line; its deal's amount is somebody's to set, and its deal's stamp stays."""
        with self.lock:
            item = self.line_items[item_id]
            before = item.all_properties()
            item.properties |= {name: _text(value) for name, value in properties.items()}
            item.modified_at = self._stamp()
            changed = {name: value for name, value in item.all_properties().items() if before.get(name) != value}
            self._publish(self._events.of_line_item("", item_id, changed, item.modified_at))
            return item

    def remove_line_item(self, item_id: str) -> None:
        """Put a line into the recycling bin and unlink it from its deal."""
        with self.lock:
            item, moment = self.line_items[item_id], self._stamp()
            deal = self._live(item.deal_id)
            item.archived_at = moment
            deal.line_items = tuple(each for each in deal.line_items if each != item_id)
            self._publish(
                self._events.of_line_item("deletion", item_id, {}, moment)
                + self._events.of_deal_line(deal.deal_id, item_id, moment, removed=True)
            )

    def _live(self, deal_id: str) -> Deal:
        deal = self.resolve(deal_id)
        if deal is None or deal.archived_at is not None:
            raise KeyError(deal_id)
        return deal

    def _stamp(self) -> datetime:
        moment = self.now().astimezone(UTC)
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        self._last = max(moment, self._last + timedelta(milliseconds=1))
        return self._last

    def _next_id(self) -> str:
        self._last_id += 1
        kept: list[Container[str]] = [self.deals, self.line_items, *(each.records for each in self.masters.values())]
        while any(str(self._last_id) in each for each in kept):
            self._last_id += 1
        return str(self._last_id)


def _united(first: Mapping[str, set[int]], second: Mapping[str, set[int]]) -> dict[str, set[int]]:
    """The companies of both; the first one's primary company stays primary."""
    has_primary = any(PRIMARY in types for types in first.values())
    rest = {company: types - {PRIMARY} if has_primary else set(types) for company, types in second.items()}
    return {company: set(first.get(company, ())) | rest.get(company, set()) for company in (*first, *rest)}


def _text(value: object) -> str | None:
    """HubSpot stores text, whatever it is sent, and nothing for an empty text."""
    return None if value is None or value == "" else str(value)
