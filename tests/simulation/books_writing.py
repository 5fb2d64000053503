"""What a new document of a Business Central environment says, by chance: its lines, amounts and dimensions."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from tests.simulation.books_records import SOLD
from tests.simulation.books_values import (
    ANY_CENTS,
    CENTS,
    COST_CENTRE,
    DEPARTMENTS,
    EXPENSES,
    INCOME,
    NET,
    PARTNER,
    PARTNERS,
    TAX,
    UNSORTED,
)

_WITH_DIMENSIONS = frozenset({*INCOME, *EXPENSES, UNSORTED})


def lines_of(random: Random, resource: str, currency: str) -> tuple[tuple[str, Decimal], ...]:
    """Accounts and amounts of the lines of a document that is worth something, tax among them."""
    accounts = INCOME if resource in SOLD else EXPENSES
    first = (random.choice(accounts), amount_of(random, currency))
    others = [
        (random.choice(accounts), random.choice(NET) + random.choice(CENTS.get(currency, ANY_CENTS)))
        for _ in range(random.choice((0, 0, 1, 2)))
    ]
    tax = [(TAX, Decimal(21))] if random.random() < 0.5 else []
    return (first, *others, *tax)


def amount_of(random: Random, currency: str) -> Decimal:
    """More than nothing."""
    return random.choice(NET[:4]) + random.choice(CENTS.get(currency, ANY_CENTS))


def doubled(debited: str, amount: Decimal, credited: str) -> list[tuple[str, Decimal, Decimal]]:
    """An amount of the books' own currency on two accounts."""
    return [(debited, amount, amount), (credited, -amount, -amount)]


def dimensions(random: Random, account: str) -> dict[str, str]:
    """The values of an entry's dimensions, by their codes; those of a balance sheet account have none."""
    if account not in _WITH_DIMENSIONS:
        return {}
    drawn = {COST_CENTRE: random.choice(DEPARTMENTS), PARTNER: random.choice(PARTNERS), "AREA": "70"}
    return {code: value for code, value in drawn.items() if value is not None}
