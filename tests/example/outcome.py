"""What the quarter came to by the line: every line of both companies' periods, what does not tie out, waits, or was typed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from tests.example.line import Line
from tieout.arriving.notice import RecordKey
from tieout.ledger.stages import StageLedger
from tieout.reconciling.items import Item

CLOSING, END = "at its closing", "at the end of the quarter"
SOURCES, PLANNING = "sources", "planning"
# What each line is: the comparison and the side of it that its sources are, and what planning calls it.
LINES = {
    "bookings": ("bookings-to-planning", "left"),
    "orders": ("orders-to-planning", "left"),
    "billings": ("billings-to-planning", "left"),
    "invoices": ("billing-to-books", "right"),
    "revenue": ("revenue-to-planning", "left"),
    "expenses": ("expenses-to-planning", "left"),
    "cash": ("cash-to-planning", "left"),
}
MEASURES = {
    "Booked": "bookings",
    "Ordered": "orders",
    "Billed": "billings",
    "Revenue": "revenue",
    "Expense": "expenses",
    "Collected": "cash",
}
_BY_CUSTOMER = "bookings"
OF_THE_GROUP = " USD"
MONTHS = {"Jan 26": "2026-01", "Feb 26": "2026-02", "Mar 26": "2026-03"}


class Where(NamedTuple):
    """A line of a certificate.

    Attributes:
        side: `sources` or `planning`.
        reported: whether it is in the group's currency.
    """

    company: str
    period: str
    currency: str
    line: str
    side: str
    reported: bool


Amounts = dict[Where, Decimal]
"""What every line comes to; without those of zero."""


class Difference(NamedTuple):
    """What does not tie out, in one place."""

    comparison: str
    document: str
    company: str
    period: str
    currency: str
    kind: str
    state: str
    amount: Decimal
    reported: Decimal


class Waiting(NamedTuple):
    """What came too late for closed books, and waits."""

    document: str
    company: str
    period: str
    measure: str
    amount: Decimal


class Typed(NamedTuple):
    """A cell that planning holds otherwise than it was given."""

    company: str
    period: str
    measure: str
    given: Decimal
    held: Decimal


def amounts(line: Line) -> Amounts:
    """What every line comes to now, by the line's ledger and by what planning holds."""
    found: Counter[Where] = Counter()
    stages = StageLedger(line.table, line.model, tuple(sorted(line.landscape.flows_by_entity())))
    sides = stages.sides_of(line.landscape.reconciliations)
    for name, (comparison, side) in LINES.items():
        left, right = sides[comparison]
        for where, minor in _of_items(name, left if side == "left" else right):
            found[where] += minor
    for where, minor in _of_planning(line):
        found[where] += minor
    return {where: Decimal(minor).scaleb(-2) for where, minor in found.items() if minor}


def differences(line: Line, documents: Mapping[str, str]) -> list[Difference]:
    """Every break there was, as it is now; `documents` says what people call what the books have by numbers of their own."""
    found = []
    for declared in line.landscape.reconciliations:
        for kept in line.breaks.breaks(declared.name):
            tracked = kept.tracked
            of = _document([*tracked.found.right, *tracked.found.left][0], documents)
            for place, amount in tracked.found.residuals.items():
                found.append(
                    Difference(
                        declared.name,
                        of,
                        place.legal_entity,
                        place.period,
                        place.currency,
                        str(tracked.found.kind),
                        str(tracked.state),
                        Decimal(amount.transaction).scaleb(-2),
                        Decimal(amount.reporting).scaleb(-2),
                    )
                )
    return sorted(found)


def waiting(line: Line, documents: Mapping[str, str]) -> list[Waiting]:
    """What waits for periods that are closed; `documents` as of `differences`."""
    return sorted(
        Waiting(
            _document(late.record, documents),
            row.books.legal_entity,
            row.books.period,
            amount.measure,
            Decimal(amount.amount_minor).scaleb(-2),
        )
        for late in line.books.late()
        for row in late.rows
        for amount in row.amounts
    )


def typed(line: Line) -> list[Typed]:
    """What planning holds otherwise, as reading it back has found."""
    [target] = line.landscape.targets
    found = []
    for each in line.readbacks.standing(target.name):
        members = dict(each.members)
        given = Decimal(each.wanted_minor).scaleb(-2)
        found.append(Typed(members["Legal entity"], members["Time"], each.measure, given, each.held or Decimal(0)))
    return sorted(found)


def _of_items(name: str, items: list[Item]) -> Iterator[tuple[Where, int]]:
    for item in items:
        for place, amount in item.amounts.items():
            of = f"{name} of {place.apart[0]}" if name == _BY_CUSTOMER else name
            for reported, minor in enumerate(amount):
                yield Where(place.legal_entity, place.period, place.currency, of, SOURCES, bool(reported)), minor


def _of_planning(line: Line) -> Iterator[tuple[Where, int]]:
    """What planning itself has in its cells."""
    [target] = line.landscape.targets
    for cell in line.systems.control(target.name, "GET", "cells")["cells"]:
        measure, members = cell["line_item"], cell["members"]
        name = MEASURES.get(measure.removesuffix(OF_THE_GROUP))
        if name is not None:
            of = f"{name} of {members['Customer']}" if name == _BY_CUSTOMER else name
            period = MONTHS.get(members["Time"], members["Time"])
            where = Where(
                members["Legal entity"], period, members["Currency"], of, PLANNING, measure.endswith(OF_THE_GROUP)
            )
            yield where, int(Decimal(cell["value"]).scaleb(2))


def _document(record: RecordKey, documents: Mapping[str, str]) -> str:
    return documents.get(record.record_id, record.record_id.rpartition(":")[2])
