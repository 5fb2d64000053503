"""The event relay: hands change events to an event bus in order, holds them while it is paused, and loses them while stopped."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sandbox.buses import PutEvents
from sandbox.systems.salesforce.change_events import ChangeEvents
from sandbox.systems.salesforce.changes import Transaction
from sandbox.systems.salesforce.posting import Attempt
from sandbox.systems.salesforce.settings import CHANGE_EVENTS, OrganizationSettings
from tieout.arriving.spool import BusEntry

_RUNNING, _STOPPED = "RUN", "STOP"
_ENTRIES_A_CALL = 10
_REMEMBERED = 100_000


class Relay:
    """The relay of one organisation; its caller sees to it that one delivery runs at a time.

    Attributes:
        put_events: the bus; None: events wait in the outbox until somebody takes them out.
        lost: how many events were made while the relay was stopped.
    """

    def __init__(
        self,
        settings: OrganizationSettings,
        events: ChangeEvents,
        *,
        now: Callable[[], datetime],
        put_events: PutEvents | None,
    ) -> None:
        self._settings = settings
        self._events = events
        self._now = now
        self.put_events = put_events
        self._lock = threading.Lock()  # never held while entries are put on the bus
        self._waiting: deque[BusEntry] = deque()
        self._gone: deque[BusEntry] = deque(maxlen=_REMEMBERED)
        self.lost = 0

    @property
    def waiting(self) -> int:
        """How many events are not on the bus yet."""
        return len(self._waiting)

    def list_events(self) -> list[BusEntry]:
        """The events that wait, oldest first."""
        with self._lock:
            return list(self._waiting)

    def add(self, transaction: Transaction) -> None:
        """Let the events of a transaction wait, unless the relay is stopped."""
        self._append(self._events.of(transaction))

    def tell(self, name: str, change_type: str, record_ids: Sequence[str], transaction: Transaction) -> BusEntry:
        """Let an event wait that is about no change: a gap, an overflow, a wildcard id."""
        entry = self._events.stated(name, change_type, record_ids, transaction)
        self._append([entry])
        return entry

    def replay(self, last: int) -> int:
        """Let the last events that left wait once more, as after a recovery with `EARLIEST`; how many."""
        with self._lock:
            again = list(self._gone)[-last:] if last > 0 else []
            self._waiting.extend(again)
            return len(again)

    def drain(self) -> list[BusEntry]:
        """Take every waiting event out, oldest first, as the bus would; none while the relay does not run."""
        if self._settings.relay_state != _RUNNING:
            return []
        with self._lock:
            return self._let_go(len(self._waiting))

    def forget(self) -> int:
        """Lose all that waits; how many."""
        with self._lock:
            lost = len(self._waiting)
            self._waiting.clear()
            return lost

    def deliver(self) -> list[Attempt]:
        """Put what waits on the bus, oldest first; at the first failure the rest goes on waiting."""
        attempts: list[Attempt] = []
        while self.is_due():
            assert self.put_events is not None
            batch = self.list_events()[:_ENTRIES_A_CALL]
            error = _failure_of(self.put_events, batch)
            ids = tuple(each for entry in batch for each in _record_ids(entry))
            sent_at = self._now().isoformat()
            attempt = Attempt(way=CHANGE_EVENTS, sent_at=sent_at, number=0, record_ids=ids, status=None, error=error)
            attempts.append(attempt)
            if error:
                break
            with self._lock:
                self._let_go(len(batch))
        return attempts

    def is_due(self) -> bool:
        """Whether an event waits that could be on the bus."""
        return self.put_events is not None and bool(self._waiting) and self._settings.relay_state == _RUNNING

    def _let_go(self, count: int) -> list[BusEntry]:
        left = [self._waiting.popleft() for _ in range(min(count, len(self._waiting)))]
        self._gone += left
        return left

    def _append(self, entries: Sequence[BusEntry]) -> None:
        with self._lock:
            if self._settings.relay_state == _STOPPED:
                self.lost += len(entries)
            else:
                self._waiting.extend(entries)


def _failure_of(put_events: PutEvents, batch: list[BusEntry]) -> str:
    """The name of what a bus raised, whatever it was: Event Relay tries again; empty where it took all."""
    try:
        put_events(batch)
    except Exception as error:  # noqa: BLE001 any failure of a bus is one more reason to wait
        return type(error).__name__
    return ""


def _record_ids(entry: BusEntry) -> list[str]:
    header: dict[str, Any] = json.loads(entry.detail)["payload"]["ChangeEventHeader"]
    return list(header["recordIds"])
