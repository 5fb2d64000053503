"""Virtual time, and the invocations that share it: at any I/O call one may rest while others run.

Everything happens on one thread, in an order that follows from the seed alone. An invocation that may rest has a stack of
its own (a greenlet), which it leaves where it rests and comes back to.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from greenlet import getcurrent, greenlet

FOREVER = 10**15
_MILLISECOND = timedelta(milliseconds=1)


class CrashedError(BaseException):
    """The process is gone: nothing below may catch it and go on."""


@dataclass(eq=False, slots=True)
class Invocation:
    """One run of a function.

    Attributes:
        deadline: when it is killed, in milliseconds of virtual time.
        strand: the stack of one that may rest, until it has ended.
        error: what left it, apart from its own death.
    """

    name: str
    deadline: int
    strand: greenlet | None = None
    crashed: bool = False
    error: Exception | None = None


class Schedule:
    """A clock, the events to come, and the invocations under way. Implements `tieout.ports.Clock`."""

    def __init__(self, start: datetime) -> None:
        self._start = self._told = start
        self.milliseconds = self._told_at = 0
        self.current: Invocation | None = None
        self.resting: list[Invocation] = []
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._outside = getcurrent()  # of the invocation that runs: where it goes on when that one rests

    def now(self) -> datetime:
        """The present moment."""
        if self.milliseconds != self._told_at:  # many ask for the same one
            self._told, self._told_at = self._start + timedelta(milliseconds=self.milliseconds), self.milliseconds
        return self._told

    def milliseconds_at(self, moment: datetime) -> int:
        """The first whole millisecond from a moment on."""
        return -((self._start - moment) // _MILLISECOND)

    def sleep(self, seconds: float) -> None:
        """Wait; others run meanwhile where the invocation may rest."""
        self.rest(int(seconds * 1000))

    def pass_by(self, milliseconds: int) -> None:
        """Let time pass in which nothing else happens."""
        self.milliseconds += milliseconds

    def after(self, milliseconds: int, event: Callable[[], None]) -> None:
        """Have something happen later."""
        self._count += 1
        heapq.heappush(self._events, (self.milliseconds + milliseconds, self._count, event))

    def next_event_at(self) -> int:
        """When the next event is due."""
        return self._events[0][0] if self._events else FOREVER

    def has_events(self) -> bool:
        """Whether anything is still to happen."""
        return bool(self._events)

    def advance_to(self, milliseconds: int) -> None:
        """Turn the clock forward; it may stand later already, when something took its time."""
        self.milliseconds = max(self.milliseconds, milliseconds)

    def run_next_event(self) -> None:
        """Let the next event happen."""
        due, _, event = heapq.heappop(self._events)
        self.advance_to(due)
        event()

    def invoke(self, name: str, body: Callable[[], None], *, lifetime_ms: int, may_rest: bool) -> Invocation:
        """Run a function; where it may rest, this returns at its first rest and it goes on by itself."""
        invocation = Invocation(name, self.milliseconds + lifetime_ms)

        def guarded() -> None:
            try:
                body()
            except CrashedError:
                invocation.crashed = True
            except Exception as error:  # noqa: BLE001 kept for whoever started it, since it may run on a stack of its own
                invocation.error = error

        outer, self.current = self.current, invocation
        try:
            if not may_rest or outer is not None:
                guarded()
            else:
                invocation.strand = greenlet(guarded)
                self._run_until_rest(invocation, invocation.strand)
        finally:
            self.current = outer
        return invocation

    def rest(self, milliseconds: int) -> None:
        """Called from inside an invocation: let others run for a while."""
        invocation = self.current
        if invocation is None or invocation.strand is None:
            self.pass_by(milliseconds)
            return
        self.after(milliseconds, lambda: self._go_on(invocation))
        self._outside.switch()

    def is_late(self) -> bool:
        """Whether the current invocation has outlived its time."""
        return self.current is not None and self.milliseconds > self.current.deadline

    def _go_on(self, invocation: Invocation) -> None:
        assert invocation.strand is not None
        self.resting.remove(invocation)
        self.current = invocation
        try:
            self._run_until_rest(invocation, invocation.strand)
        finally:
            self.current = None

    def _run_until_rest(self, invocation: Invocation, strand: greenlet) -> None:
        self._outside = getcurrent()
        strand.switch()
        if strand.dead:
            invocation.strand = None
        else:
            self.resting.append(invocation)
