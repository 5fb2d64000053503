"""Turns Zuora's payments and refunds into payments, whose lines add up to nothing on each of their days; pure.

What was paid stands on the bank's account and, until it is applied to invoices, on one of what is unapplied:

    payment               bank + amount, unapplied - amount
    each application      unapplied + applied, receivable - applied         (its own day; negative: unapplied again)
    refund of a payment   bank - amount, unapplied + amount
    refund of a credit    bank - amount, receivable + amount
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from tieout.columns import unreadable
from tieout.facts.documents import AccountClass, DocumentState, LedgerLine, Payment
from tieout.fields import Row, objects_in, required, text_in
from tieout.money import Money
from tieout.systems.zuora.fields import currency_in, day_in, money_in, word_in
from tieout.systems.zuora.options import Options

_MOVED = frozenset(("processed", "posted"))
_TAKEN_BACK = frozenset(("voided", "canceled", "cancelled"))
_NOT_MOVED = frozenset(("draft", "processing", "pending", "error"))
_DAYS = {"payment": "effectiveDate", "refund": "refundDate"}


def payment_of(kind: str, row: Row, options: Options) -> Payment | None:
    """A payment or a refund; one that was voided stays, without lines. None: it has moved nothing.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    status = word_in(row, "status")
    if status in _NOT_MOVED:
        return None
    if status not in _MOVED | _TAKEN_BACK:
        raise unreadable("status", "not_known")
    day = required(day_in(row, _DAYS[kind]), _DAYS[kind])
    lines = _payment_lines if kind == "payment" else _refund_lines
    return Payment(
        number=required(text_in(row, f"{kind}Number"), f"{kind}Number"),
        document_date=day,
        posting_period=None,
        state=DocumentState.VOID if status in _TAKEN_BACK else DocumentState.POSTED,
        lines=() if status in _TAKEN_BACK else tuple(lines(row, day, options)),
    )


def _payment_lines(row: Row, day: date, options: Options) -> Iterator[LedgerLine]:
    currency, customer = currency_in(row), text_in(row, "accountId")
    amount = money_in(row, "amount", currency)
    line = partial(_line, customer=customer)
    yield line("bank", options.bank_account, "cash", amount, day)
    yield line("unapplied", options.unapplied_account, None, -amount, day)
    told = Money(0, currency)
    for each in objects_in(row, "paymentApplications"):
        if word_in(each, "paymentApplicationStatus") not in _MOVED | {""}:
            continue
        applied, name = money_in(each, "applyAmount", currency), required(text_in(each, "id"), "id")
        told += applied
        yield from _applied(name, applied, required(day_in(each, "effectiveDate"), "effectiveDate"), options, customer)
    if row.get("appliedAmount") is not None:
        # A tenant without Invoice Settlement has no applications, but says how much is applied.
        rest = money_in(row, "appliedAmount", currency) + -told
        if rest.amount_minor:
            yield from _applied("rest", rest, day, options, customer)


def _applied(name: str, amount: Money, day: date, options: Options, customer: str | None) -> Iterator[LedgerLine]:
    yield _line(f"{name}:unapplied", options.unapplied_account, None, amount, day, customer)
    yield _line(f"{name}:receivable", options.receivable_account, "receivable", -amount, day, customer)


def _refund_lines(row: Row, day: date, options: Options) -> Iterator[LedgerLine]:
    customer = text_in(row, "accountId")
    amount = money_in(row, "amount", currency_in(row))
    yield _line("bank", options.bank_account, "cash", -amount, day, customer)
    # Without Invoice Settlement what a refund gives back is owed again; a credit that is paid out was taken from what is owed.
    if options.settlement and word_in(row, "sourceType") in {"payment", "creditbalance"}:
        yield _line("unapplied", options.unapplied_account, None, amount, day, customer)
    else:
        yield _line("receivable", options.receivable_account, "receivable", amount, day, customer)


def _line(line_id: str, account: str, role: str | None, amount: Money, day: date, customer: str | None) -> LedgerLine:
    """One line; Zuora keeps one amount alone, in the currency of the customer's account. What is unapplied is owed to them."""
    return LedgerLine(
        line_id=line_id,
        account=account,
        account_class=AccountClass.LIABILITY if role is None else AccountClass.ASSET,
        account_role=role,
        transaction=amount,
        functional=amount,
        posting_date=day,
        customer=customer,
    )
