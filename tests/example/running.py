"""Lets the quarter happen: three month ends, each with what comes late for the one before, comparisons, and closed books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from infra.landscape import read_landscape
from sandbox.places import ROOT
from tests.example.acting import Acting
from tests.example.certifying import Certificate, certificate
from tests.example.declaring import ROUNDS, STEPS, Act, books_of
from tests.example.line import Line
from tests.example.outcome import (
    CLOSING,
    END,
    Amounts,
    Difference,
    Typed,
    Waiting,
    amounts,
    differences,
    typed,
    waiting,
)
from tests.example.reckoning import State, state_of
from tests.example.systems import START, Addresses, Systems
from tests.support.clock import ManualClock
from tieout.closing import Books
from tieout.landscape import Landscape

_MONTH_ENDS = {number: datetime(2026, month, 6, 9, tzinfo=UTC) for number, month in ((1, 2), (2, 3), (3, 4))}
"""When the month ends are looked at: days after the last day of both companies' periods."""


def declared() -> Landscape:
    """The landscape of the example, as it is declared."""
    return read_landscape(ROOT, "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """The quarter as it has happened.

    Attributes:
        lines: what each line came to, by moment: of each period at its closing, and of all of them at the end.
        certificates: of every company's period, by moment.
        states: what the simulated systems held at those moments, by round; the last is the end.
        documents: what the books call a document, to what people do.
        failures: what no step has declared.
    """

    lines: Mapping[str, Amounts]
    certificates: Mapping[str, Mapping[Books, Certificate]]
    states: dict[int, State]
    differences: list[Difference]
    waiting: list[Waiting]
    typed: list[Typed]
    documents: Mapping[str, str]
    failures: list[str]


def happen(acts: Sequence[Act], addresses: Addresses) -> Happened:
    """Let these things happen in new systems around a new line, round by round, each of which ends with closed books."""
    line = Line(Systems(declared(), addresses, ManualClock(START)))
    acting, closed, states = Acting(line), Amounts(), dict[int, State]()
    certificates: dict[str, dict[Books, Certificate]] = {CLOSING: {}, END: {}}
    acting.prepare()
    for number, periods in ROUNDS.items():
        _round(number, [each for each in acts if each.moment[0] == number], line, acting)
        now = amounts(line)
        closed |= {where: amount for where, amount in now.items() if where.period in periods}
        states[number] = state_of(line.systems, acting.orders)
        for books in books_of(number):
            line.close(books)
        certificates[CLOSING] |= {books: certificate(line, books) for books in books_of(number)}
    every = [books for number in ROUNDS for books in books_of(number)]
    certificates[END] = {books: certificate(line, books) for books in every}
    return Happened(
        lines={CLOSING: closed, END: now},
        certificates=certificates,
        states=states,
        differences=differences(line, acting.documents),
        waiting=waiting(line, acting.documents),
        typed=typed(line),
        documents=acting.documents,
        failures=line.failures,
    )


def _round(number: int, acts: list[Act], line: Line, acting: Acting) -> None:
    for step, name in enumerate(STEPS):
        for act in acts:
            if act.moment[1] == step:
                acting.act(act)
        line.record()
        line.deliver()
        if name == "open":
            line.clock.advance((_MONTH_ENDS[number] - line.clock.now()).total_seconds())
            line.compare()
            line.look()
    line.compare()
    line.read_back()
