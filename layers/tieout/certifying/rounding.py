"""What rounding every converted contribution has come to, beside converting the sum of them once; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tieout.certifying.subject import Plain, decimal_text
from tieout.ledger.closed_period import PlacedCells
from tieout.money import Money
from tieout.planning.rates import rate_in


@dataclass
class _Sums:
    """What was converted at one rate."""

    rate: Decimal
    transaction: int = 0
    reporting: int = 0
    contributions: int = 0


def residuals(places: Iterable[PlacedCells], reporting: Mapping[tuple[str, str], str]) -> list[Plain]:
    """By target, cube, measure and rate: what the contributions come to, and what their sum would, converted once.

    Amounts that their source has converted itself are not among them: nobody here rounded them.

    Args:
        places: the cells of a period.
        reporting: cube and measure of each in the reporting currency, to the measure of the same in the transaction's.
    """
    sums: dict[tuple[str, ...], _Sums] = {}
    for place in places:
        currencies = {cell.measure: cell.currency for cell in place.state.cells}
        for each in place.contributed:
            minor = each.part.minor_by_measure()
            for measure, converted, rate in each.part.shares:
                stated, by = reporting.get((place.state.cube, measure)), rate_in(rate)
                if stated is None or stated not in minor or by is None:
                    continue
                at = (place.state.target, place.state.cube, measure, rate, currencies[stated], currencies[measure])
                found = sums.setdefault(at, _Sums(by))
                found.transaction += minor[stated]
                found.reporting += converted
                found.contributions += 1
    return [_plain(at, found) for at, found in sorted(sums.items())]


def _plain(at: tuple[str, ...], found: _Sums) -> Plain:
    target, cube, measure, rate, currency, reporting = at
    once = Money(found.transaction, currency).converted(found.rate, reporting).amount_minor
    return {
        "target": target,
        "cube": cube,
        "measure": measure,
        "rate": rate,
        "contributions": found.contributions,
        "currency": currency,
        "transaction": decimal_text(found.transaction, currency),
        "reporting": decimal_text(found.reporting, reporting),
        "converted_once": decimal_text(once, reporting),
        "rounding": decimal_text(found.reporting - once, reporting),
    }
