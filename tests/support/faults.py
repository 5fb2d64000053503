"""Where a simulation may strike: every call of a fake passes one point before it takes effect and one after."""

from __future__ import annotations

from collections.abc import Callable

# Called with `before ledger.write`, `after ledger.write` and the like. It returns, or raises what the caller shall meet:
# raised before, the call has no effect; raised after, it has one that the caller does not know of.
FaultPoint = Callable[[str], None]


def no_fault(_point: str) -> None:
    """The fault point of a day on which nothing goes wrong."""


class CrashError(Exception):
    """The process is gone."""


def crash_at(point: str, number: int) -> FaultPoint:
    """A process that is gone when it comes to a point for that time."""
    left = [number]

    def io(passed: str) -> None:
        left[0] -= passed == point
        if left[0] == 0:
            raise CrashError

    return io


def once_at(point: str, happens: Callable[[], object]) -> FaultPoint:
    """What happens the first time that a point is come to."""
    left = [happens]

    def io(passed: str) -> None:
        if passed == point and left:
            left.pop()()

    return io
