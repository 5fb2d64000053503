"""What a new posting of a Dynamics 365 Finance environment says, by chance: its lines, amounts and dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from tests.simulation import finance_values as values
from tests.simulation.finance_records import Line, Posting
from tests.simulation.finance_values import Ledger

Stated = tuple[str, Decimal]  # an account, and what is debited there
_CENT = Decimal("0.01")
_WITH_DIMENSIONS = frozenset({*values.INCOME, *values.EXPENSES, values.UNSORTED, values.GOODS_SOLD})


def amount_of(random: Random) -> Decimal:
    """More than nothing."""
    return random.choice(values.NET[:4]) + random.choice(values.CENTS)


def halved(account: str, amount: Decimal) -> list[Stated]:
    """An amount on two lines: what rounding each to whole yen leaves, the line against them has to bear."""
    half = (amount / 2).quantize(_CENT, ROUND_HALF_UP)
    return [(account, half), (account, amount - half)]


def against(claim: str, sign: int, accounts: Sequence[str], random: Random) -> list[Stated]:
    """What is claimed or owed first, then what it is for, tax perhaps among it; a sign of 1 debits what it is for."""
    amounts = [amount_of(random), *(random.choice(values.NET) for _ in range(random.choice((0, 0, 1, 2))))]
    lines = [(random.choice(accounts), sign * each) for each in amounts]
    lines += [(values.TAX, sign * Decimal(21))] if random.random() < 0.5 else []
    return [(claim, -sum((amount for _, amount in lines), Decimal(0))), *lines]


def journal_of(random: Random) -> list[Stated]:
    """What a journal says: accounts against cash, one of them perhaps such as nobody can plan yet."""
    accounts = [*values.INCOME, *values.EXPENSES, *([values.UNSORTED] if random.random() < 0.06 else [])]
    found: list[Stated] = []
    for account in random.choices(accounts, k=random.choice((1, 1, 2))):
        amount = random.choice((1, -1)) * amount_of(random)
        found += [(account, amount), (values.TILL, -amount)]
    return found


def lines_of(random: Random, ledger: Ledger, stated: Sequence[Stated]) -> list[Line]:
    """The lines in some currency; some are posted in the company's own alone, and are worth nothing in the other."""
    currency = random.choice(tuple(ledger.rates))
    in_own_alone = currency != ledger.currency and random.random() < 0.1
    accounting = balanced([amount * ledger.rates[currency] for _, amount in stated])
    reporting = balanced([amount * ledger.onwards for amount in accounting])
    return [
        Line(
            account=account,
            currency=currency,
            amount=Decimal(0) if in_own_alone else amount,
            accounting=accounting[place],
            reporting=reporting[place],
            dimensions=dimensions(random, account),
        )
        for place, (account, amount) in enumerate(stated)
    ]


def balanced(amounts: Sequence[Decimal]) -> list[Decimal]:
    """To two decimals; the first line bears what rounding leaves over."""
    found = [each.quantize(_CENT, ROUND_HALF_UP) for each in amounts]
    found[0] -= sum(found, Decimal(0))
    return found


def dimensions(random: Random, account: str) -> Mapping[str, str]:
    """What stands behind a main account; those of a balance sheet have nothing."""
    if account not in _WITH_DIMENSIONS:
        return {}
    drawn = {
        values.SEGMENT: "S1",
        values.COST_CENTRE: random.choice(values.COST_CENTRES),
        values.PARTNER: random.choice(values.PARTNERS),
        values.CUSTOMER: random.choice(values.CUSTOMERS) if random.random() < 0.35 else None,
    }
    if random.random() < 0.02:
        drawn[values.COST_CENTRE] = values.HALF_A_SIGN
    return {name: value for name, value in drawn.items() if value is not None}


def mirrored(posting: Posting) -> list[Line]:
    """The other way round."""
    return [
        replace(each, amount=-each.amount, accounting=-each.accounting, reporting=-each.reporting)
        for each in posting.lines
    ]


def redimensioned(random: Random, line: Line) -> Line:
    """The same on other dimensions."""
    return plain(replace(line, dimensions=dimensions(random, line.account)))


def plain(line: Line) -> Line:
    """The line, or one that can be planned instead of one that cannot."""
    return replace(line, account=values.EXPENSES[0], dimensions={}) if is_odd(line) else line


def is_odd(line: Line) -> bool:
    """Whether nobody can plan a line before somebody has sorted its account, or renamed its cost centre."""
    return line.account == values.UNSORTED or line.dimensions.get(values.COST_CENTRE) == values.HALF_A_SIGN
