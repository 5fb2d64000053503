"""Turns Chargebee's transactions into payments: what was paid, paid back, or reversed; pure.

A payment is two lines of its day that add up to nothing: what comes to the cash account settles what the customer owes, whichever
invoices it was applied to, and if it was to none.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tieout.columns import unreadable
from tieout.facts.documents import AccountClass, LedgerLine, Payment
from tieout.fields import Row, day_in, text_in
from tieout.money import Money
from tieout.systems.chargebee.fields import currency_in, money_in
from tieout.systems.chargebee.options import Options

_SIGNS = {"payment": 1, "refund": -1, "payment_reversal": -1}
_AUTHORIZATION = "authorization"  # a promise, and no money
TYPES = (*_SIGNS, _AUTHORIZATION)
_SUCCESS, _LATE_FAILURE = "success", "late_failure"
STATUSES = (_SUCCESS, _LATE_FAILURE, "in_progress", "voided", "failure", "timeout", "needs_attention")


def payment_of(transaction_id: str, row: Row, options: Options, zone: ZoneInfo) -> Payment | None:
    """A payment, a refund or a reversal; None where no money has moved.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    moved = moved_by(row)
    if moved is None:
        return None
    customer, day = text_in(row, "customer_id"), day_in(row, "date", zone)
    accounts = ((options.cash_account, "cash", moved), (options.receivable_account, "receivable", -moved))
    lines = tuple(
        LedgerLine(
            line_id=transaction_id if role == "cash" else f"{transaction_id}:{role}",
            account=account,
            account_class=AccountClass.ASSET,
            account_role=role,
            transaction=amount,
            functional=amount,
            legal_entity=text_in(row, "business_entity_id"),
            posting_date=day,
            customer=customer,
        )
        for account, role, amount in accounts
    )
    return Payment(number=transaction_id, document_date=day, posting_period=None, lines=lines)


def moved_by(row: Row) -> Money | None:
    """What came in by a transaction, negative where it went out; None where no money has moved."""
    kind, status = text_in(row, "type") or "", text_in(row, "status") or ""
    if kind not in TYPES:
        raise unreadable("type", "not_known")
    if status not in STATUSES:
        raise unreadable("status", "not_known")
    if kind == _AUTHORIZATION or not _is_good(row, status):
        return None
    amount = money_in(row, "amount", currency_in(row))
    return amount if _SIGNS[kind] > 0 else -amount


def _is_good(row: Row, status: str) -> bool:
    """Whether money moved: what failed after it had succeeded went back by another transaction where it names one."""
    return status == _SUCCESS or (status == _LATE_FAILURE and text_in(row, "reversal_transaction_id") is not None)
