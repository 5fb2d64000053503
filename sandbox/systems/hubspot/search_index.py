"""What a search of the simulated account can see: HubSpot's index of deals, which lags behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sandbox.systems.hubspot.deals import Deal
from sandbox.systems.hubspot.settings import Settings


class SearchIndex:
    """Keeps every state of every deal, and shows those of `search_delay_seconds` ago."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._states: dict[str, list[tuple[datetime, Deal]]] = {}

    def take(self, moment: datetime, *deals: Deal) -> None:
        """Remember deals as they are from this moment on."""
        for deal in deals:
            state = replace(deal, properties=dict(deal.properties))
            self._states.setdefault(deal.deal_id, []).append((moment, state))

    def forget(self, deal_id: str) -> None:
        """Show a deal no more."""
        self._states.pop(deal_id, None)

    def shown(self, now: datetime) -> list[Deal]:
        """The deals a search finds now, in no promised order: none that are archived or live on as another."""
        until = now - timedelta(seconds=self._settings.search_delay_seconds)
        seen = [[state for moment, state in states if moment <= until] for states in self._states.values()]
        last = [states[-1] for states in seen if states]
        return [each for each in last if each.archived_at is None and each.merged_into is None]
