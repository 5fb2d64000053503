"""A relay of one connection with everything around it in memory, and events as EventBridge puts them on a queue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from functions.relay.pipeline import QueuedEvent, Relay, relay
from tests.support.receiving import Door
from tieout.arriving.log import DeliveryLog


def bus_message(detail: object, **changed: object) -> str:
    """An event as EventBridge writes it."""
    event = {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "expense_report.approved",
        "source": "spending.tool",
        "account": "000000000000",
        "time": "2026-03-02T09:00:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": detail,
    }
    return json.dumps(event | changed)


class RelayPost:
    """The relay of one connection; its door's clock, bus, store and log are its own, unless a door is given."""

    def __init__(
        self,
        system: str,
        options: Mapping[str, Any] | None = None,
        *,
        completion: str = "read",
        door: Door | None = None,
    ) -> None:
        self.door = door or Door(system=system, options=options or {}, completion=completion)
        self.failures: list[Exception] = []
        self._numbers = 0

    @property
    def step(self) -> Relay:
        """The step with what the door knows."""
        door = self.door
        log = DeliveryLog("relay", door.connection, door.lines.append)
        return Relay(intake=door.receiver.intake, log=log, note_failure=self.failures.append)

    def take(self, *bodies: str, after_seconds: float = 0) -> list[int]:
        """Give the relay a batch that has waited for so long; the positions of those that have to come again."""
        events = [self._queued(body) for body in bodies]
        self.door.clock.advance(after_seconds)
        again = relay(events, self.step)
        return [position for position, event in enumerate(events) if event.message_id in again]

    def _queued(self, body: str) -> QueuedEvent:
        self._numbers += 1
        return QueuedEvent(f"message-{self._numbers}", body, self.door.clock.now())
