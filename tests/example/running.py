"""Lets the quarter happen: three month ends, each with what comes late for the one before, comparisons, and closed books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from infra.landscape import read_landscape
from sandbox.places import ROOT
from tests.example.acting import Acting
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
from tieout.landscape import Landscape

_AS_OF = {1: date(2026, 2, 2), 2: date(2026, 3, 2), 3: date(2026, 4, 1)}
"""The days on which the month ends are looked at: after the last day of both companies' periods."""


def declared() -> Landscape:
    """The landscape of the example, as it is declared."""
    return read_landscape(ROOT, "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """The quarter as it has happened.

    Attributes:
        lines: what each line came to, by moment: of each period at its closing, and of all of them at the end.
        states: what the simulated systems held at those moments, by round; the last is the end.
        failures: what no step has declared.
    """

    lines: Mapping[str, Amounts]
    states: dict[int, State]
    differences: list[Difference]
    waiting: list[Waiting]
    typed: list[Typed]
    failures: list[str]


def happen(acts: Sequence[Act], addresses: Addresses) -> Happened:
    """Let these things happen in new systems around a new line, round by round, each of which ends with closed books."""
    line = Line(Systems(declared(), addresses, ManualClock(START)))
    acting, closed, states = Acting(line), Amounts(), dict[int, State]()
    acting.prepare()
    for number, periods in ROUNDS.items():
        _round(number, [each for each in acts if each.moment[0] == number], line, acting)
        now = amounts(line)
        closed |= {where: amount for where, amount in now.items() if where.period in periods}
        states[number] = state_of(line.systems, acting.orders)
        for books in books_of(number):
            line.close(books)
    return Happened(
        lines={CLOSING: closed, END: now},
        states=states,
        differences=differences(line),
        waiting=waiting(line),
        typed=typed(line),
        failures=line.failures,
    )


def _round(number: int, acts: list[Act], line: Line, acting: Acting) -> None:
    for step, name in enumerate(STEPS):
        happening = [act for act in acts if act.moment[1] == step]
        for _, alike in groupby(happening, key=lambda act: act.kind):
            for act in alike:
                acting.act(act)
            line.record()
        line.deliver()
        if name != "late":
            line.compare(_AS_OF[number])
    line.read_back()
