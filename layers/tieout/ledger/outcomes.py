"""Keeps one outcome for every notice of a delivery, so that what was received can be added up.

Outcomes are set, never counted, so a message that is worked twice counts once. A final outcome (applied, duplicate,
superseded, ignored) is the first one and stays; a waiting one (held, parked) is struck by the final one that follows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import batched
from typing import NamedTuple

from tieout.arriving.envelope import Envelope
from tieout.ledger import keys
from tieout.ledger.plan import Outcome
from tieout.ledger.retention import DEFAULT_DAYS, EXPIRES_AT, expires_at
from tieout.ledger.table import Item, Key, Table, Update, pages
from tieout.moments import parse_moment

_FINAL = "final_"
_WAITING = "waiting_"
_OUTCOMES_PER_WRITE = 100  # DynamoDB's expressions end at 4 KB
_NEWEST_AT_ONCE = 50
_FINAL_OUTCOMES = frozenset({Outcome.APPLIED, Outcome.DUPLICATE, Outcome.SUPERSEDED, Outcome.IGNORED})


class Ended(NamedTuple):
    """What became of a delivery's notices for one flow; `has_final_outcome` as soon as one of them has a final outcome."""

    received_at: datetime
    delivery_id: str
    has_final_outcome: bool


class OutcomeLedger:
    """The outcomes of the notices of all deliveries, kept for some days after they were received."""

    def __init__(self, table: Table, kept_days: int = DEFAULT_DAYS) -> None:
        self._table = table
        self._kept_days = kept_days

    def keep(self, envelope: Envelope, outcomes: Mapping[int, Outcome]) -> None:
        """Keep the outcomes of some notices of an envelope, by their positions in the delivery."""
        key = keys.outcome_key(envelope.connection, envelope.received_at, envelope.delivery_id, envelope.flow)
        for some in batched(outcomes.items(), _OUTCOMES_PER_WRITE, strict=False):
            self._table.write([_update(key, dict(some), expires_at(envelope.received_at, self._kept_days))])

    def is_final(self, envelope: Envelope, position: int) -> bool:
        """Whether a notice of an envelope has a final outcome, which no further work on it changes."""
        key = keys.outcome_key(envelope.connection, envelope.received_at, envelope.delivery_id, envelope.flow)
        return f"{_FINAL}{position}" in self._table.get([key]).get(key, {})

    def count(self, connection: str, day: date) -> Counter[tuple[str, Outcome]]:
        """How many notices received on a UTC day ended in which outcome, by flow."""
        counted: Counter[tuple[str, Outcome]] = Counter()
        partition = keys.outcomes_of(connection, day)
        for page in pages(lambda after: self._table.query(partition, after=after)):
            for key, item in page.items:
                flow = key[1].rsplit("#", 1)[1]
                counted.update((flow, outcome) for outcome in outcomes_of(item).values())
        return counted

    def newest(self, connection: str, day: date) -> Iterator[Ended]:
        """The deliveries received on a UTC day that have an outcome, newest first, read only as far as they are asked for."""
        partition = keys.outcomes_of(connection, day)
        for page in pages(
            lambda after: self._table.query(partition, limit=_NEWEST_AT_ONCE, after=after, newest_first=True)
        ):
            for key, item in page.items:
                has_final_outcome = not _FINAL_OUTCOMES.isdisjoint(outcomes_of(item).values())
                received_at, delivery_id, _ = key[1].split("#")
                yield Ended(parse_moment(received_at), delivery_id, has_final_outcome)


def outcomes_of(item: Item) -> dict[int, Outcome]:
    """The outcome of each notice by its position: the final one where there is one."""
    waiting = {
        int(name.removeprefix(_WAITING)): Outcome(value) for name, value in item.items() if name.startswith(_WAITING)
    }
    final = {int(name.removeprefix(_FINAL)): Outcome(value) for name, value in item.items() if name.startswith(_FINAL)}
    return waiting | final


def _update(key: Key, outcomes: Mapping[int, Outcome], expires: int) -> Update:
    firsts: dict[str, str | int] = {}
    sets: dict[str, str | int] = {EXPIRES_AT: expires}
    removes: list[str] = []
    for position, outcome in outcomes.items():
        if outcome in _FINAL_OUTCOMES:
            firsts[f"{_FINAL}{position}"] = str(outcome)
            removes.append(f"{_WAITING}{position}")
        else:
            sets[f"{_WAITING}{position}"] = str(outcome)
    return Update(key, sets=sets, firsts=firsts, removes=tuple(removes))
