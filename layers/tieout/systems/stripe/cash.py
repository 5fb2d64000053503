"""Turns Stripe's charges, refunds, disputes and payouts into payments, by the balance transactions that each has caused; pure.

A balance transaction never changes, and what it moved comes back by another: where a refund fails, a bank sends a payout back, or
a dispute is won. So a payment is its balance transactions, each with lines of its own day that add up to nothing:

    charge, refund, dispute   balance + net, fee + fee, receivable - amount
    payout                    balance + net, fee + fee, bank - amount        (its amount is negative)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tieout.columns import unreadable
from tieout.facts.documents import AccountClass, LedgerLine, Payment
from tieout.fields import Row, day_in, moment_in, number_in, part_of, required, text_in
from tieout.money import Money
from tieout.systems.stripe.fields import currency_in, id_in, money_in, parts_of, version_of
from tieout.systems.stripe.ids import is_id_of
from tieout.systems.stripe.options import Options

_ONE_BY_ONE = ("balance_transaction", "failure_balance_transaction")


def payment_of(record_id: str, row: Row, options: Options, zone: ZoneInfo) -> Payment | None:
    """A charge, a refund, a dispute or a payout; None as long as it has moved nothing.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    moves = moves_of(row)
    if not moves or _is_unsettled(record_id, row, moves):
        return None
    counter = _Counter("bank", options.bank_account, "cash")
    if not is_id_of(record_id, "payout"):
        counter = _Counter("receivable", options.receivable_account, "receivable")
    return Payment(
        number=record_id,
        document_date=day_in(row, "created", zone),
        posting_period=None,
        lines=tuple(line for move in moves for line in _lines(move, _customer(row), counter, options, zone)),
    )


def cash_version(row: Row) -> str:
    """When it last moved something, or was made: moves are only ever added. At an equal version the contents decide."""
    return version_of(row, *(moment_in(move, "created") for move in moves_of(row)))


def moves_of(row: Row) -> Sequence[Row]:
    """The balance transactions: those of a dispute stand in a list, any other object has one, and one more if that failed."""
    if "balance_transactions" in row:
        return parts_of(row, "balance_transactions")
    if any(isinstance(row.get(name), str) for name in _ONE_BY_ONE):
        raise unreadable("balance_transaction", "not_expanded")
    return [move for name in _ONE_BY_ONE if (move := part_of(row, name)) is not None]


def net_of(row: Row) -> Money | None:
    """What the balance has come to by it; None where it has moved nothing."""
    total: Money | None = None
    for move in moves_of(row):
        net = money_in(move, "net", currency_in(move))
        total = net if total is None else total + net
    return total


class _Counter(NamedTuple):
    """Where what comes to the balance comes from.

    Attributes:
        name: in the ids of its lines.
    """

    name: str
    account: str
    role: str


def _is_unsettled(record_id: str, row: Row, moves: Sequence[Row]) -> bool:
    """Whether a charge is not good yet, or never was: one that failed after it was good went back by a second move."""
    return is_id_of(record_id, "charge") and text_in(row, "status") != "succeeded" and len(moves) == 1


def _customer(row: Row) -> str | None:
    """Whose it is: a refund and a dispute say it by their charge."""
    charge = part_of(row, "charge") if not isinstance(row.get("charge"), str) else None
    return id_in(row if charge is None else charge, "customer")


def _lines(
    move: Row, customer: str | None, counter: _Counter, options: Options, zone: ZoneInfo
) -> Iterator[LedgerLine]:
    if number_in(move, "amount") - number_in(move, "fee") != number_in(move, "net"):
        raise unreadable("net", "not_amount_less_fee")
    currency, name = currency_in(move), required(text_in(move, "id"), "id")
    amount, net = money_in(move, "amount", currency), money_in(move, "net", currency)
    fee = amount + -net  # so that the three add up to nothing where Stripe's units are finer than the currency's
    line = partial(_line, day=day_in(move, "created", zone), customer=customer)
    yield line(name, options.balance_account, "cash", net)
    if fee.amount_minor:
        yield line(f"{name}:fee", options.fee_account, None, fee)
    yield line(f"{name}:{counter.name}", counter.account, counter.role, -amount)


def _line(
    line_id: str, account: str, role: str | None, amount: Money, *, day: date, customer: str | None
) -> LedgerLine:
    """One line; Stripe keeps one amount alone, in the currency of the balance that was moved."""
    return LedgerLine(
        line_id=line_id,
        account=account,
        account_class=AccountClass.EXPENSE if role is None else AccountClass.ASSET,
        account_role=role,
        transaction=amount,
        functional=amount,
        posting_date=day,
        customer=customer,
    )
