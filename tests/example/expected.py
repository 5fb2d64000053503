"""Reads what the certificates have to say out of the page a controller reads: `EXPECTED.md`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

from tests.example.outcome import CLOSING, END, PLANNING, SOURCES, Amounts, Difference, Typed, Waiting, Where
from tieout.closing import Books

_PAGE = Path(__file__).with_name("EXPECTED.md")
_AT = {"closing": (CLOSING,), "end": (END,), "both": (CLOSING, END), "never": ()}
Row = tuple[str, ...]
_SOME = "What does not tie out"
_LATE = "What came too late, and waits"
_TYPED = "What planning holds and was not given"
_ADDED = "What each anomaly adds to which line"


def lines(moment: str) -> Amounts:
    """What every line comes to at a moment."""
    found = dict(_amounts(_table("Each period at its closing")))
    if moment == END:
        found |= dict(_amounts(_table("What is otherwise at the end of the quarter")))
    return found


def differences(*, without: Collection[str] = ()) -> list[Difference]:
    """What does not tie out."""
    return sorted(found for found, _, anomaly in _differences() if anomaly not in without)


def certified(moment: str, books: Books, *, without: Collection[str] = ()) -> list[Difference]:
    """What of it a certificate names: what is of its period, and what is of none."""
    return sorted(
        found
        for found, at, anomaly in _differences()
        if anomaly not in without
        and moment in _AT[at]
        and found.company == books.legal_entity
        and found.period in {books.period, ""}
    )


def in_the_way(moment: str, books: Books) -> list[str]:
    """What is in the way of a certificate."""
    return sorted(
        text
        for at, company, period, text in _table("What is in the way of each certificate")
        if moment in _AT[at] and (company, period) == (books.legal_entity, books.period)
    )


def waiting(*, without: Collection[str] = ()) -> list[Waiting]:
    """What waits."""
    return sorted(
        Waiting(document, company, period, measure, Decimal(amount))
        for document, company, period, measure, amount, anomaly in _table(_LATE)
        if anomaly not in without
    )


def typed(*, without: Collection[str] = ()) -> list[Typed]:
    """What planning holds otherwise than it was given."""
    return sorted(
        Typed(company, period, measure, Decimal(given), Decimal(held))
        for company, period, measure, given, held, anomaly in _table(_TYPED)
        if anomaly not in without
    )


def lines_without(moment: str, *anomalies: str) -> Amounts:
    """What every line comes to at a moment where some anomalies did not happen."""
    left = defaultdict(Decimal, lines(moment))
    for anomaly, at, *row in _table(_ADDED):
        if anomaly in anomalies and moment in _AT[at]:
            for where, amount in _amounts([tuple(row)]):
                left[where] -= amount
    return {where: amount for where, amount in left.items() if amount}


def named() -> set[str]:
    """The anomalies that the page tells anything of."""
    adding = {row[0] for row in _table(_ADDED)}
    return adding | {row[-1] for heading in (_SOME, _LATE, _TYPED) for row in _table(heading)}


def _differences() -> Iterator[tuple[Difference, str, str]]:
    """Each, at which moments it is certified, and the anomaly it is."""
    for *names, amount, reported, at, anomaly in _table(_SOME):
        comparison, document, company, period, currency, kind, state = names
        found = (comparison, document, company, period, currency, kind, state, Decimal(amount), Decimal(reported))
        yield Difference(*found), at, anomaly


def _amounts(rows: list[Row]) -> list[tuple[Where, Decimal]]:
    found = []
    for company, period, currency, line, *cells in rows:
        for place, text in enumerate(cells):
            side, reported = (SOURCES, PLANNING)[place // 2], bool(place % 2)
            if text:
                found.append((Where(company, period, currency, line, side, reported), Decimal(text)))
    return found


@cache
def _table(heading: str) -> list[Row]:
    """The rows of the table below a heading, without its head."""
    section = _PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in re.findall(r"^\|.*\|$", section, re.MULTILINE)]
    assert len(rows) > 2
    return [tuple(cell.strip() for cell in row) for row in rows[2:]]
