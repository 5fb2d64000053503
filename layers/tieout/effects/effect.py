"""Adds up what planning facts again comes to: which are released or held, which cells move, and what closed books do; pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.closing import NO_BOOKS, Books, BooksState, Treatment
from tieout.ledger.late_rows import LateKind, LateRow
from tieout.money import Money
from tieout.planning.cells import Intersection

MOST_NAMED = 1000
"""How many facts an effect names; it counts the others."""

RELEASED, HELD, MOVED, LATE, UNCHANGED, FAILING = ("released", "held", "moved", "late", "unchanged", "failing")
"""What becomes of a fact: it waits no more, or from then on; its cells move; it comes late; nothing; it cannot be planned."""

KINDS = (RELEASED, HELD, MOVED, LATE, UNCHANGED, FAILING)

Amounts = Counter[tuple[str, str, str, str]]  # target, cube, measure and currency to minor units


class Move(NamedTuple):
    """What a fact would add to one measure of an intersection, beyond what it adds now.

    Attributes:
        base: what it would add already if it were planned again as things are.
    """

    intersection: Intersection
    measure: str
    currency: str
    minor: int
    base: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """A fact as it stands, planned again.

    Attributes:
        became: one of the words above.
        waits_for: what it would wait for; empty where for nothing.
        books: the closed books, or others, that what it says concerns, each with what becomes of late changes of it.
        waited: what of it came too late, as things are.
        waits: what would.
    """

    record: RecordKey
    revision: int
    became: str
    waits_for: str = ""
    moves: tuple[Move, ...] = ()
    books: Mapping[Books, Treatment] = field(default_factory=dict)
    waited: tuple[LateRow, ...] = ()
    waits: tuple[LateRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do, as one text that is the same for the same effect, and what it was worked out from.

    Attributes:
        text: canonical JSON.
        revisions: of the facts it concerns; None where these are too many to check all at once.
    """

    text: str
    revisions: Mapping[RecordKey, int] | None = None

    @property
    def digest(self) -> str:
        """What an approval names: equal for equal effects on equal facts alone."""
        return hashlib.blake2b(self.text.encode(), digest_size=16).hexdigest()

    def told(self) -> dict[str, Any]:
        """The effect as plain values."""
        found: dict[str, Any] = strict_json.parse(self.text.encode())
        return found


@dataclass(slots=True)
class _Moved:
    """A cell, and what all facts together would add to it."""

    intersection: Intersection
    currency: str
    minor: int = 0
    base: int = 0


class Adding:
    """An effect in the making: facts are added one after the other, and only what differs is kept of them."""

    def __init__(self, most_checked: int = 0) -> None:
        self._most_checked = most_checked
        self._counts: Counter[str] = Counter()
        self._named: list[tuple[str, str, str]] = []
        self._revisions: dict[RecordKey, int] | None = {}
        self._facts = 0  # the sum of their digests: whatever their order, the same facts give the same
        self._moves: dict[tuple[str, str], _Moved] = {}
        self._by_cause = {each: Amounts() for each in (RELEASED, HELD, MOVED)}
        self._waits: Amounts = Amounts()
        self._late: Counter[tuple[Books, str, str, Intersection, str, str]] = Counter()
        self._books: dict[Books, tuple[set[str], int]] = {}

    def add(self, fact: Replanned) -> None:
        """Add what becomes of one fact."""
        self._counts[fact.became] += 1
        row = f"{fact.record}|{fact.revision}|{fact.became}|{fact.waits_for}"
        self._facts += int.from_bytes(hashlib.blake2b(row.encode(), digest_size=16).digest())
        self._check(fact)
        if fact.became != UNCHANGED:
            self._name(fact)
        cause = fact.became if fact.became in self._by_cause else MOVED
        for move in fact.moves:
            self._move(move, cause)
        self._add_late(fact.waited, fact, -1)
        self._add_late(fact.waits, fact, 1)
        for books, treatment in fact.books.items():
            policies, count = self._books.get(books, (set(), 0))
            self._books[books] = (policies | {str(treatment)}, count + 1)

    def touched(self) -> list[Intersection]:
        """The intersections of which a cell moves."""
        return list(dict.fromkeys(each.intersection for each in self._moves.values() if each.minor))

    def result(
        self,
        entries: Iterable[tuple[str, str | None, str | None]],
        totals: Mapping[tuple[str, str], int],
        state_of: Callable[[Books], BooksState],
        *,
        only_names: bool,
    ) -> Effect:
        """The effect of all that was added.

        Args:
            entries: what changes, each with what it says and what it is to say.
            totals: intersection id and measure to the ledger's total in minor units; nothing stands where it names none.
            state_of: whether books are open.
            only_names: whether nothing changes but what planning calls something, so that sums have to stay.
        """
        cells = [
            _cell(*at, each, totals.get(at, 0))
            for at, each in sorted(self._moves.items(), key=lambda item: item[0])
            if each.minor
        ]
        told = {
            "entries": [list(each) for each in entries],
            "facts": {each: self._counts[each] for each in KINDS} | {"of": f"{self._facts:x}"},
            "named": [list(each) for each in sorted(self._named)[:MOST_NAMED]],
            "cells": cells,
            "sums": self._sums(cells),
            "periods": self._periods(state_of),
            "late": self._late_rows(),
            "only_names": only_names,
        }
        return Effect(strict_json.dump(told), self._revisions)

    def _check(self, fact: Replanned) -> None:
        if self._revisions is not None:
            self._revisions[fact.record] = fact.revision
            if len(self._revisions) > self._most_checked:
                self._revisions = None

    def _name(self, fact: Replanned) -> None:
        self._named.append((str(fact.record), fact.became, fact.waits_for))
        if len(self._named) > 2 * MOST_NAMED:
            self._named = sorted(self._named)[:MOST_NAMED]

    def _move(self, move: Move, cause: str) -> None:
        intersection = move.intersection
        at = (intersection.intersection_id(), move.measure)
        kept = self._moves.setdefault(at, _Moved(intersection, move.currency))
        kept.minor += move.minor
        kept.base += move.base
        self._by_cause[cause][intersection.target, intersection.cube, move.measure, move.currency] += move.minor

    def _add_late(self, rows: Iterable[LateRow], fact: Replanned, sign: int) -> None:
        for row in rows:
            for amount in row.amounts:
                minor = sign * amount.amount_minor
                into = row.into.period if row.into else ""
                place, measure, currency = row.intersection, amount.measure, amount.currency
                self._late[row.books, str(row.kind), into, place, measure, currency] += minor
                if row.kind is not LateKind.BOOKED and fact.became not in (RELEASED, HELD):
                    self._waits[place.target, place.cube, measure, currency] += minor

    def _sums(self, cells: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
        """What the cells that move come to, and why their sums are other ones: what only gets another name moves none."""
        sums: dict[tuple[str, str, str, str], list[int]] = {at: [0, 0] for at, minor in self._waits.items() if minor}
        for cell in cells:
            currency = cell["currency"]
            both = sums.setdefault((cell["target"], cell["cube"], cell["measure"], currency), [0, 0])
            for position, name in enumerate(("before", "after")):
                both[position] += Money.parse(cell[name], currency).amount_minor
        rows = []
        for at in sorted(sums):
            (before, after), late = sums[at], -self._waits[at]
            released, held, moved = (self._by_cause[each][at] for each in (RELEASED, HELD, MOVED))
            amounts = {"before": before, "after": after, "difference": after - before}
            amounts |= {"released": released, "held": held, "late": late, "revalued": moved - late}
            names = zip(("target", "cube", "measure", "currency"), at, strict=True)
            rows.append(dict(names) | {name: _decimal(minor, at[3]) for name, minor in amounts.items()})
        return rows

    def _periods(self, state_of: Callable[[Books], BooksState]) -> list[dict[str, Any]]:
        return [
            {
                "period": books.period,
                "legal_entity": books.legal_entity,
                "version": books.version,
                "state": str(state_of(books)),
                "policy": ", ".join(sorted(policies)),
                "facts": count,
            }
            for books, (policies, count) in sorted(self._books.items())
            if books != NO_BOOKS
        ]

    def _late_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "period": books.period,
                "legal_entity": books.legal_entity,
                "version": books.version,
                "becomes": kind,
                "into": into,
                "target": place.target,
                "cube": place.cube,
                "measure": measure,
                "members": [member for _, member in place.members],
                "currency": currency,
                "amount": _decimal(minor, currency),
            }
            for (books, kind, into, place, measure, currency), minor in sorted(self._late.items())
            if minor
        ]


def _cell(name: str, measure: str, moved: _Moved, total: int) -> dict[str, Any]:
    place, before = moved.intersection, total + moved.base
    return {
        "cell": f"{name}:{measure}",
        "target": place.target,
        "cube": place.cube,
        "measure": measure,
        "members": [member for _, member in place.members],
        "currency": moved.currency,
        "before": _decimal(before, moved.currency),
        "after": _decimal(before + moved.minor, moved.currency),
    }


def _decimal(minor: int, currency: str) -> str:
    return str(Money(minor, currency).decimal())
