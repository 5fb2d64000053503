"""What the oracle reckons with: periods written down one by one, mapping entries, and money in plain decimal numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from tests.simulation.documents import EXPONENTS
from tests.simulation.planning import Coordinates

Mappings = Mapping[tuple[str, str, str], str]  # (connection, table, key) to member
Cells = Iterator[tuple[Coordinates, Decimal]]

_MONTHS = (
    ("2026-03", "2026-03-01", "2026-03-31"),
    ("2026-04", "2026-04-01", "2026-04-30"),
    ("2026-05", "2026-05-01", "2026-05-31"),
    ("2026-11", "2026-11-01", "2026-11-30"),
)
_WEEKS = (  # from the calendar on the wall of the companies that count four, four and five weeks
    ("RT2026-P02", "2026-03-01", "2026-03-28"),
    ("RT2026-P03", "2026-03-29", "2026-05-02"),
    ("RT2026-P04", "2026-05-03", "2026-05-30"),
    ("RT2026-P05", "2026-05-31", "2026-06-27"),
)
_COUNT_WEEKS = {"AMER", "APAC", "B-2", "E-2", "F-2", "S-2"}


class MissingError(Exception):
    """A mapping entry that a record waits for."""


def period_of(company: str, day: str) -> str:
    """The period of a company that a day, written as `2026-03-31`, lies in."""
    [found] = [name for name, first_day, last_day in _table(company) if first_day <= day <= last_day]
    return found


def named_days(company: str, first_day: str, last_day: str) -> str | None:
    """The period of a company that has just these days, if any."""
    return next((name for name, *days in _table(company) if days == [first_day, last_day]), None)


def last_days(company: str) -> dict[str, str]:
    """The periods of a company with the last day of each."""
    return {name: last_day for name, _, last_day in _table(company)}


def _table(company: str) -> tuple[tuple[str, str, str], ...]:
    return _WEEKS if company in _COUNT_WEEKS else _MONTHS


def in_dollars(amount: Decimal, currency: str, period: str, mappings: Mappings, version: str = "Actual") -> Decimal:
    """An amount by a rate of a period: what is planned by the budget's, what has happened by the average.

    Without that rate it goes by way of the euro, if both rates of the way are there.
    """
    if currency == "USD":
        return amount
    kind = {"Forecast": "budget", "Actual": "average"}[version]
    if ("*", "rate", f"{kind}:{currency}>USD@{period}") not in mappings and currency != "EUR":
        euros = amount * Decimal(mapped(mappings, "*", "rate", f"{kind}:{currency}>EUR@{period}"))
        return rounded(euros * Decimal(mapped(mappings, "*", "rate", f"{kind}:EUR>USD@{period}")), "USD")
    return rounded(amount * Decimal(mapped(mappings, "*", "rate", f"{kind}:{currency}>USD@{period}")), "USD")


def mapped(mappings: Mappings, connection: str, table: str, key: str, period: str = "") -> str:
    """What an entry says, of a period where it says something else of others: `..2026-03=M-1;2026-04..=M-2`."""
    try:
        said = mappings[connection, table, key]
    except KeyError:
        raise MissingError from None
    if "=" not in said:
        return said
    for each in said.split(";"):
        bounds, _, member = each.partition("=")
        first, _, last = bounds.partition("..")
        is_of_weeks = {bound.startswith("RT") for bound in (first, last) if bound}
        if is_of_weeks == {period.startswith("RT")} and first <= period and (not last or period <= last):
            return member
    raise MissingError


def rounded(number: Decimal, currency: str) -> Decimal:
    """A number in whole minor units."""
    return number.quantize(Decimal(1).scaleb(-EXPONENTS[currency]), ROUND_HALF_UP)


def apportioned(share: Decimal | None, parts: Mapping[str, tuple[str, Decimal]]) -> dict[str, Decimal]:
    """A share of each part (its currency and amount); the units that rounding leaves go to the largest remainders."""
    if share is None:
        return {}
    millionths = int((share * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP))
    found: dict[str, Decimal] = {}
    for currency in {each for each, _ in parts.values()}:
        scale = EXPONENTS[currency]
        minor = {key: int(amount.scaleb(scale)) for key, (own, amount) in parts.items() if own == currency}
        shares = {key: list(divmod(each * millionths, 1_000_000)) for key, each in minor.items()}
        exact = Decimal(sum(minor.values()) * millionths) / 1_000_000
        left = int(exact.quantize(Decimal(1), ROUND_HALF_UP)) - sum(each for each, _ in shares.values())
        for key in sorted(shares, key=lambda key: (-shares[key][1], key))[:left]:
            shares[key][0] += 1
        found |= {key: Decimal(each).scaleb(-scale) for key, (each, _) in shares.items()}
    return found


def at(cube: str, name: str, members: Mapping[str, str]) -> Coordinates:
    """Where a measure stands."""
    return cube, name, tuple(sorted(members.items()))
