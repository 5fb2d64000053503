"""Tells of the organisation's changes in each of its three ways, when it is told to or by itself."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.buses import PutEvents
from sandbox.systems.salesforce.callouts import Callouts
from sandbox.systems.salesforce.changes import Transaction
from sandbox.systems.salesforce.outbound_messages import OutboundMessages
from sandbox.systems.salesforce.posting import Attempt, Orders
from sandbox.systems.salesforce.relay import Relay
from sandbox.systems.salesforce.settings import CALLOUT, CHANGE_EVENTS, OUTBOUND_MESSAGE, WAYS, OrganizationSettings
from tieout.arriving.spool import BusEntry

_RELAY_PAUSE_SECONDS = 1.0  # before a relay tries a bus again that failed


class Telling:
    """Shares out what changes among the ways that are on, and has one delivery at a time."""

    def __init__(
        self,
        settings: OrganizationSettings,
        messages: OutboundMessages,
        callouts: Callouts,
        relay: Relay,
        now: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        self.messages = messages
        self.callouts = callouts
        self.relay = relay
        self._now = now
        self._lock = threading.Lock()
        self._delivering = threading.Lock()
        self._attempts: list[Attempt] = []
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, transaction: Transaction) -> None:
        """Let a transaction be told in the ways that are on now, unless nothing is told."""
        if not self.settings.tells:
            return
        for name, way in ((OUTBOUND_MESSAGE, self.messages), (CALLOUT, self.callouts), (CHANGE_EVENTS, self.relay)):
            if name in self.settings.ways:
                way.add(transaction)
        self.wake()

    def open_relay(self, put_events: PutEvents) -> None:
        """Let change events go to a bus from now on, those that wait already first."""
        self.relay.put_events = put_events
        self.wake()

    def wake(self) -> None:
        """Deliver soon, where that happens by itself."""
        if not self.settings.automatic:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="salesforce-telling", daemon=True)
                self._thread.start()
        self._changed.set()

    def deliver(self, orders: Orders) -> list[Attempt]:
        """Deliver what is due in the ways that are wanted, and return when each was answered; every attempt made."""
        ways = orders.ways or WAYS
        with self._delivering:
            made = self.messages.deliver(orders) if OUTBOUND_MESSAGE in ways else []
            made += self.callouts.deliver(orders) if CALLOUT in ways else []
            made += self.relay.deliver() if CHANGE_EVENTS in ways else []
        with self._lock:
            self._attempts += made
        return made

    def drain(self) -> list[BusEntry]:
        """Take the change events out that wait for no bus in particular, oldest first."""
        with self._delivering:
            return self.relay.drain()

    def forget(self) -> dict[str, int]:
        """Drop all that waits, by way; how many."""
        with self._delivering:
            found = {OUTBOUND_MESSAGE: self.messages.forget(), CALLOUT: self.callouts.forget()}
            return found | {CHANGE_EVENTS: self.relay.forget()}

    def clear(self) -> None:
        """Forget the attempts so far."""
        with self._lock:
            self._attempts = []

    def plain(self) -> dict[str, Any]:
        """What waits and what was lost, by way, and every attempt, as JSON values."""
        waiting = {OUTBOUND_MESSAGE: self.messages.waiting, CALLOUT: self.callouts.waiting}
        with self._lock:
            attempts = list(self._attempts)
        return {
            "waiting": waiting | {CHANGE_EVENTS: self.relay.waiting},
            "taken": dict(Counter(each.way for each in attempts if not each.error)),
            "lost": {
                OUTBOUND_MESSAGE: self.messages.dropped,
                CALLOUT: self.callouts.lost,
                CHANGE_EVENTS: self.relay.lost,
            },
            "attempts": [each.plain() for each in attempts],
        }

    def _run(self) -> None:
        while True:
            self._changed.wait(self._pause_seconds())
            threading.Event().wait(self.settings.collect_seconds)
            self._changed.clear()
            if self.settings.automatic:
                self.deliver(Orders())

    def _pause_seconds(self) -> float | None:
        """How long there is nothing to do unless something changes; None: for good."""
        pauses = [_RELAY_PAUSE_SECONDS] if self.relay.is_due() else []
        due = (self.messages.next_due(), self.callouts.next_due())
        pauses += [max(0.0, (each - self._now()).total_seconds()) for each in due if each is not None]
        return min(pauses, default=None)
