"""What moves a balance that planning calls otherwise from a period on: out of the one member, and into the other; pure.

A mapping entry may have a member up to a period and another one from then on. What is planned of a document stays in its period. A
balance goes on: it would stay with the first member for ever, and its end would be taken out of the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tieout.facts.family import Line, Lookup
from tieout.periods import Period


def moved_over(moves: Sequence[Line], lookup: Lookup, tables: Sequence[str]) -> Iterator[tuple[Line, bool]]:
    """Lines that move balances from one member to another, each with whether it takes out of the first.

    Args:
        moves: of balances of one record, each from nothing on, in order of their days: what stands after a line is what it moves
            and what it moves that `onto`. The balances of a record are told apart by the attributes `tables` and the currency.
        lookup: what attributes are called.
        tables: the attributes whose names in planning may change, each called as its table.
    """
    latest: dict[tuple[Period, tuple[str | None, ...]], tuple[Line, str]] = {}
    for line in moves:
        place = (*(line.attributes[table] for table in tables), line.currency)
        for last, first in _renamings(line, lookup, tables):
            since = Period.parse(first)
            if _is_before(line, since):
                _, known = latest.get((since, place), (line, last))
                latest[since, place] = line, min(known, last)
    for (since, _), (line, last) in latest.items():
        stands = {name: line.onto[name] + amount for name, amount in line.amounts.items() if amount is not None}
        taken = {name: -each for name, each in stands.items()}
        yield replace(line, period=str(since), named_in=last, amounts=taken, onto={}), True
        yield replace(line, period=str(since), amounts=stands, onto={}), False


def _renamings(line: Line, lookup: Lookup, tables: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Where anything of a line is called otherwise: the last period of one member, and the first of the next."""
    for table in tables:
        value = line.attributes[table]
        yield from lookup.renamings(table, value) if value is not None else ()


def _is_before(line: Line, period: Period) -> bool:
    """Whether a line counts before a period; none does of another calendar."""
    own = Period.parse(str(line.period))
    return own.label == period.label and own < period
