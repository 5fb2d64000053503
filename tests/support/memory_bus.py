"""The event bus in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from tests.support.faults import FaultPoint, no_fault
from tieout.arriving.spool import BusEntry

_MAX_ENTRIES = 10
_MAX_BYTES = 256 * 1024


def accept_all(_entry: BusEntry) -> str:
    """A bus that refuses nothing."""
    return ""


class MemoryBus:
    """Implements the receive step's `Bus`: takes entries within the limits of PutEvents, and refuses the ones it is told to.

    Attributes:
        entries: what it accepted, in order.
        refuse: the error code for an entry, empty to take it.
        calls: how many calls it got.
    """

    def __init__(self, *, io: FaultPoint = no_fault, deliver: Callable[[BusEntry], None] | None = None) -> None:
        self.io = io
        self.entries: list[BusEntry] = []
        self.refuse: Callable[[BusEntry], str] = accept_all
        self.calls = 0
        self._deliver = deliver

    def put(self, entries: Sequence[BusEntry]) -> Sequence[str]:
        """For each entry why it was refused, empty where it was taken (and delivered, where somebody listens)."""
        self.calls += 1
        self.io("before bus.put")
        assert 0 < len(entries) <= _MAX_ENTRIES
        assert sum(len(json.dumps(entry.plain("bus")).encode()) for entry in entries) <= _MAX_BYTES
        codes = [self._take(entry) for entry in entries]
        self.io("after bus.put")
        return codes

    def _take(self, entry: BusEntry) -> str:
        assert isinstance(json.loads(entry.detail), dict)
        code = self.refuse(entry)
        if not code:
            self.entries.append(entry)
            if self._deliver:
                self._deliver(entry)
        return code
