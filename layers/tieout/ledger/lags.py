"""How late changes were when they were recorded: counted beside the totals they changed, until planning holds them. Pure.

A total that several changes moved before planning was given it stands for all of them, and each counts. What is kept of one is
its flow and its lag, from when it occurred to when it was recorded, rounded up, so that however long planning is down
there are few counts to keep. How long they waited since is what `dirty_since` says of the one that waits longest.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from tieout.ledger import keys
from tieout.ledger.table import Item

_DIGITS = 3  # binary ones of a lag that count: it is at most a quarter too long
_SECOND = timedelta(seconds=1)


class Waiting(NamedTuple):
    """Changes of one flow that planning was not given yet, all with the same lag.

    Attributes:
        lag_seconds: from when they occurred to when they were recorded, rounded up.
        changes: how many; a change of one fact in one intersection is one.
    """

    flow: str
    lag_seconds: int
    changes: int

    @property
    def attribute(self) -> str:
        """Under which name they are counted in the item of the intersection."""
        return f"{keys.LAG}{self.flow}:{self.lag_seconds}"


class Reached(NamedTuple):
    """Changes that have reached planning.

    Attributes:
        legal_entity: whose books they are in; empty where nobody can close any.
        seconds: from when they occurred to when planning was known to hold them, of the oldest of them.
        changes: how many.
    """

    flow: str
    legal_entity: str
    seconds: int
    changes: int


def lag_count(flow: str, occurred_at: datetime, recorded_at: datetime) -> dict[str, int]:
    """What is added to the item of an intersection for one change of it."""
    lag = max(-((occurred_at - recorded_at) // _SECOND), 0)
    one = Waiting(flow, _rounded_up(lag), 1)
    return {one.attribute: one.changes}


def waiting_in(item: Item) -> tuple[Waiting, ...]:
    """The changes of an intersection that planning was not given yet, by flow and lag."""
    names = [name for name in item if name.startswith(keys.LAG)]
    return tuple(_waiting(name, int(item[name])) for name in sorted(names))


def reached(waiting: Iterable[Waiting], legal_entity: str, dirty_since: datetime, now: datetime) -> list[Reached]:
    """The changes of an intersection, when planning holds them."""
    waited = max((now - dirty_since) // _SECOND, 0)
    return [Reached(each.flow, legal_entity, waited + each.lag_seconds, each.changes) for each in waiting]


def _waiting(name: str, changes: int) -> Waiting:
    flow, _, lag_seconds = name.removeprefix(keys.LAG).rpartition(":")
    return Waiting(flow, int(lag_seconds), changes)


def _rounded_up(seconds: int) -> int:
    places = max(seconds.bit_length() - _DIGITS, 0)
    return -(-seconds >> places) << places
