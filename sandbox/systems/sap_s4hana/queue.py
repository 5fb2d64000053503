"""The queue of Event Mesh: events that wait until they are taken, unless they are dropped on command."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.systems.sap_s4hana.posting import Orders
from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.tenant import BusinessEvent

_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event in the queue, and when it is to be tried."""

    event: BusinessEvent
    due_at: datetime
    attempts: int = 0


class Queue:
    """The one queue of the subscription; safe to use from several threads."""

    def __init__(self, settings: TenantSettings, now: Callable[[], datetime], seed: int) -> None:
        self._settings = settings
        self._now = now
        self._chance = random.Random(seed)  # noqa: S311 a seeded simulation, not a secret
        self._lock = threading.Lock()
        self._waiting: list[Waiting] = []
        self._taken: deque[Waiting] = deque(maxlen=_REMEMBERED)
        self.dropped: list[BusinessEvent] = []

    def add(self, event: BusinessEvent) -> None:
        """Let an event wait, or drop it where nothing is told."""
        with self._lock:
            if self._settings.tells:
                self._waiting.append(Waiting(event, self._now()))
            else:
                self.dropped.append(event)

    def drop(self, ids: Sequence[str] | None = None) -> list[str]:
        """Drop events that wait, or all of them; the ids of those dropped."""
        with self._lock:
            gone = [each.event for each in self._waiting if ids is None or each.event.id in ids]
            self.dropped += gone
            names = [each.id for each in gone]
            self._waiting = [each for each in self._waiting if each.event.id not in names]
            return names

    def due(self, orders: Orders) -> list[Waiting]:
        """What is to be sent now, in order or not, as the orders say."""
        with self._lock:
            moment = self._now()
            due = [each for each in self._waiting if orders.everything or each.due_at <= moment]
            if orders.ids:
                by_id = {each.event.id: each for each in self._waiting}
                return [by_id[each] for each in orders.ids]
            due += list(self._taken)[-orders.again :] if orders.again else []
            if orders.shuffle:
                self._chance.shuffle(due)
            return due

    def settle(self, sent: Sequence[Waiting], *, is_taken: bool, pause_seconds: float) -> None:
        """Forget what was taken, and put off the rest, or drop it where it was tried too often."""
        ids = {each.event.id for each in sent}
        with self._lock:
            if is_taken or self._settings.qos == 0:
                self._taken += [each for each in self._waiting if each.event.id in ids and is_taken]
                self._waiting = [each for each in self._waiting if each.event.id not in ids]
                return
            due_at, most = self._now() + timedelta(seconds=pause_seconds), self._settings.max_redelivery
            kept = []
            for each in self._waiting:
                if each.event.id not in ids:
                    kept.append(each)
                elif most and each.attempts >= most:
                    self.dropped.append(each.event)
                else:
                    kept.append(replace(each, attempts=each.attempts + 1, due_at=due_at))
            self._waiting = kept

    def put_off(self, pause_seconds: float) -> None:
        """Try nothing that waits before a pause is over, without having tried it."""
        with self._lock:
            due_at = self._now() + timedelta(seconds=pause_seconds)
            self._waiting = [replace(each, due_at=max(each.due_at, due_at)) for each in self._waiting]

    def next_due(self) -> datetime | None:
        """When something is to be tried next; None where nothing waits."""
        with self._lock:
            return min((each.due_at for each in self._waiting), default=None)

    def plain(self) -> dict[str, Any]:
        """What waits and what was dropped, as JSON values."""
        with self._lock:
            waiting, dropped = [each.event for each in self._waiting], list(self.dropped)
        return {"waiting": [plain_event(each) for each in waiting], "dropped": [plain_event(each) for each in dropped]}


def plain_event(event: BusinessEvent) -> dict[str, Any]:
    """An event as JSON values."""
    return {"id": event.id, "type": event.type, "moment": event.moment.isoformat(), "data": dict(event.data)}
