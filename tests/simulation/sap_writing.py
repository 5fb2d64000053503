"""What a new document of an S/4HANA tenant says, by chance: its items, and the lines of its journal entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from random import Random

from tests.simulation import sap_values as values
from tests.simulation.sap_records import Billing, Item, Line
from tests.simulation.sap_values import Company

_FIRST_NUMBER = 100_000_000
_LONGEST_NUMBER = 10
_PARTNERED = frozenset({*values.INCOME, *values.EXPENSES, values.UNCLASSED})


class Numbering:
    """Numbers documents.

    Args:
        is_filled: whether the tenant's services write numbers with zeros in front.
    """

    def __init__(self, *, is_filled: bool) -> None:
        self._is_filled = is_filled
        self._counts: Counter[str] = Counter()

    def next(self, what: str) -> str:
        """The next number of a range."""
        self._counts[what] += 1
        return self.filled(str(_FIRST_NUMBER + self._counts[what]))

    def filled(self, number: str) -> str:
        """A number as the services write it; an empty one stays so."""
        return number.zfill(_LONGEST_NUMBER) if self._is_filled and number else number


def currency_of(random: Random, company: Company) -> str:
    """The company's own currency, or another one."""
    return random.choice((company.currency, company.currency, *company.rates))


def items_of(random: Random, currency: str) -> tuple[Item, ...]:
    """One item or a few, the first of them worth something."""
    count = random.choice((0, 1, 1, 2))
    others = [random.choice(values.NET) + random.choice(_cents(currency)) for _ in range(count)]
    amounts = [amount_of(random, currency), *others]
    return tuple(
        Item(f"{place}0".zfill(6), random.choice(values.MATERIALS), each) for place, each in enumerate(amounts, 1)
    )


def amount_of(random: Random, currency: str) -> Decimal:
    """More than nothing."""
    return random.choice(values.NET[:4]) + random.choice(_cents(currency))


def lines_of_billing(random: Random, billing: Billing, sign: int) -> tuple[Line, ...]:
    """The income of its items, tax, and what the customer owes; -1 for what takes back."""
    income = [_dimensioned(random, random.choice(values.INCOME), -sign * each.amount) for each in billing.items]
    tax = [Line(values.TAX, Decimal(-sign * 21))] if random.random() < 0.3 else []
    goods = doubled(values.GOODS_SOLD, Decimal(5), values.GOODS) if random.random() < 0.2 else []
    return _balanced([*income, *tax], Line(values.RECEIVABLE, Decimal(0), customer=billing.customer), goods)


def lines_of_supplier(random: Random, currency: str, sign: int) -> tuple[Line, ...]:
    """What a supplier bills, or takes back."""
    accounts = random.choices(values.EXPENSES, k=random.choice((1, 1, 2)))
    costs = [_dimensioned(random, each, sign * amount_of(random, currency)) for each in accounts]
    return _balanced(costs, Line(values.PAYABLE, Decimal(0), supplier=random.choice(values.SUPPLIERS)))


def lines_of_collection(random: Random, currency: str, customers: Sequence[str]) -> tuple[Line, ...]:
    """What customers pay, one or several at once: then the money is nobody's alone."""
    owed = [Line(values.RECEIVABLE, -amount_of(random, currency), customer=each) for each in customers]
    return _balanced(owed, Line(values.CASH, Decimal(0)))


def lines_of_journal(random: Random, currency: str, accounts: Iterable[str]) -> tuple[Line, ...]:
    """Income and expenses on either side."""
    lines = [
        _dimensioned(random, each, random.choice((1, -1)) * amount_of(random, currency))
        for each in random.choices(tuple(accounts), k=random.choice((1, 2, 3)))
    ]
    return _balanced(lines, Line(values.RETAINED, Decimal(0)))


def doubled(debited: str, amount: Decimal, credited: str) -> list[Line]:
    """An amount on two accounts."""
    return [Line(debited, amount), Line(credited, -amount)]


def _balanced(lines: Sequence[Line], rest: Line, more: Iterable[Line] = ()) -> tuple[Line, ...]:
    """Lines, what is left of them on one more, and others that balance by themselves."""
    return (*lines, rest._replace(amount=-sum((each.amount for each in lines), Decimal(0))), *more)


def _dimensioned(random: Random, account: str, amount: Decimal) -> Line:
    assert account in _PARTNERED, account
    return Line(
        account,
        amount,
        cost_centre=random.choice(values.COST_CENTRES),
        partner=random.choice(values.PARTNERS),
        material=random.choice(values.MATERIALS),
    )


def _cents(currency: str) -> tuple[Decimal, ...]:
    return values.CENTS.get(currency, values.ANY_CENTS)
