"""The companies and the library products of a simulated account, which people keep without any deal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sandbox.systems.hubspot.events import EventMaker
from sandbox.systems.hubspot.line_items import iso
from sandbox.systems.hubspot.search_index import SearchIndex
from sandbox.systems.hubspot.settings import Settings

KINDS = {"companies": "company", "products": "product"}  # as addresses name them, and as events do


@dataclass(kw_only=True)
class Master:
    """One company or product as the account stores it."""

    record_id: str
    properties: dict[str, str | None]
    created_at: datetime
    modified_at: datetime
    archived_at: datetime | None = None
    merged_into: str | None = None
    merged_ids: tuple[str, ...] = field(default=())

    def all_properties(self) -> dict[str, str | None]:
        """What is stored and what HubSpot works out."""
        return {
            **self.properties,
            "createdate": iso(self.created_at),
            "hs_lastmodifieddate": iso(self.modified_at),
            "hs_object_id": self.record_id,
            "hs_merged_object_ids": ";".join(self.merged_ids) or None,
        }


class Masters:
    """All records of one kind; archiving and restoring touch no stamp, as of deals.

    Args:
        kind: `companies` or `products`.
        stamp: gives the moment of a change.
        next_id: gives an id that no record of the account has.
        publish: takes the events of a change.
    """

    def __init__(
        self,
        kind: str,
        settings: Settings,
        events: EventMaker,
        *,
        stamp: Callable[[], datetime],
        next_id: Callable[[], str],
        publish: Callable[[list[dict[str, Any]]], None],
    ) -> None:
        self.records: dict[str, Master] = {}
        self.searchable = SearchIndex[Master](settings)
        self._word, self._events = KINDS[kind], events
        self._stamp, self._next_id, self._publish = stamp, next_id, publish

    def create(self, properties: Mapping[str, str | None], record_id: str = "") -> Master:
        """Add a record."""
        moment = self._stamp()
        new = Master(
            record_id=record_id or self._next_id(),
            properties=dict(properties),
            created_at=moment,
            modified_at=moment,
        )
        return self._kept(new, moment, "creation")

    def change(self, record_id: str, properties: Mapping[str, str | None]) -> Master:
        """Set properties."""
        moment = self._stamp()
        found = self._live(record_id)
        self._publish(self._events.of_master_changes(self._word, record_id, properties, moment))
        return self._kept(replace(found, properties={**found.properties, **properties}, modified_at=moment), moment)

    def archive(self, record_id: str) -> Master:
        """Put a record into the recycling bin."""
        moment = self._stamp()
        return self._kept(replace(self._live(record_id), archived_at=moment), moment, "deletion")

    def restore(self, record_id: str) -> Master:
        """Take a record out of the recycling bin."""
        return self._kept(replace(self.records[record_id], archived_at=None), self._stamp(), "restore")

    def purge(self, record_id: str) -> None:
        """Forget a record altogether."""
        del self.records[record_id]
        self.searchable.forget(record_id)
        self._publish(self._events.of_master("deletion", self._word, record_id, self._stamp()))

    def merge(self, primary_id: str, merged_id: str) -> Master:
        """Make a new record of two; the old ones are no longer visible and lead on to it."""
        primary, merged = self._live(primary_id), self._live(merged_id)
        moment = self._stamp()
        new = Master(
            record_id=self._next_id(),
            properties={**merged.properties, **primary.properties},
            created_at=moment,
            modified_at=moment,
            merged_ids=(*primary.merged_ids, *merged.merged_ids, primary_id, merged_id),
        )
        for old in (primary, merged):
            self._kept(replace(old, merged_into=new.record_id), moment)
        self._publish(self._events.of_merge(new.record_id, primary_id, [merged_id], moment, kind=self._word))
        return self._kept(new, moment)

    def visible(self, record_id: str, *, archived: bool, leads_on: bool) -> Master | None:
        """The record a read of this id answers with: after a merge, where reads lead on, the survivor."""
        found = self.records.get(record_id)
        while leads_on and found is not None and found.merged_into is not None:
            found = self.records.get(found.merged_into)
        is_shown = found is not None and found.merged_into is None and (found.archived_at is not None) is archived
        return found if is_shown else None

    def _kept(self, record: Master, moment: datetime, verb: str = "") -> Master:
        self.records[record.record_id] = record
        self.searchable.take(moment, record)
        if verb:
            self._publish(self._events.of_master(verb, self._word, record.record_id, moment))
        return record

    def _live(self, record_id: str) -> Master:
        found = self.records[record_id]
        if found.archived_at is not None or found.merged_into is not None:
            raise KeyError(record_id)
        return found
