"""What a search of the simulated account can see: HubSpot's index of records of one kind, which lags behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.systems.hubspot.settings import Settings

if TYPE_CHECKING:
    from sandbox.systems.hubspot.deals import Deal
    from sandbox.systems.hubspot.masters import Master


class SearchIndex[Record: (Deal, Master)]:
    """Keeps every state of every record, and shows those of `search_delay_seconds` ago."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._states: dict[str, list[tuple[datetime, Record]]] = {}

    def take(self, moment: datetime, *records: Record) -> None:
        """Remember records as they are from this moment on."""
        for each in records:
            state = replace(each, properties=dict(each.properties))
            self._states.setdefault(each.record_id, []).append((moment, state))

    def forget(self, record_id: str) -> None:
        """Show a record no more."""
        self._states.pop(record_id, None)

    def shown(self, now: datetime) -> list[Record]:
        """The records a search finds now, in no promised order: none that are archived or live on as another."""
        until = now - timedelta(seconds=self._settings.search_delay_seconds)
        seen = [[state for moment, state in states if moment <= until] for states in self._states.values()]
        last = [states[-1] for states in seen if states]
        return [each for each in last if each.archived_at is None and each.merged_into is None]
