"""Says of a row what a listing does: its record and version, what it is worth by Zuora's own sums, and on which day; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from tieout.arriving.notice import RecordKey
from tieout.columns import unreadable
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.listing import Listed
from tieout.fields import Row, fraction_in, required, text_in
from tieout.moments import moment_text, parse_moment
from tieout.money import Money
from tieout.systems.zuora.billing import CANCELLED, sign_of
from tieout.systems.zuora.fields import currency_in, day_in, money_of, word_in
from tieout.systems.zuora.ids import BILLING_DOCUMENT, ENTITY_OF, record_id_of

_MONTHS = 12
# What Object Query calls the columns of a row, by kind: its name, what it is worth, and its day.
_NAMES: Mapping[str, tuple[str, str, str]] = {
    "subscription": ("name", "cMRR", "subscriptionStartDate"),
    "invoice": ("id", "amountWithoutTax", "invoiceDate"),
    "credit_memo": ("id", "totalAmountWithoutTax", "memoDate"),
    "debit_memo": ("id", "totalAmountWithoutTax", "memoDate"),
    "payment": ("id", "amount", "effectiveDate"),
    "refund": ("id", "amount", "refundDate"),
}


def listed_of(connection: str, kind: str, row: Row) -> Listed:
    """A row of a query's file as it is listed.

    Raises:
        UnreadableRecordError: where it does not say which record it is, or when that was changed.
    """
    record_id = record_id_of(kind, required(text_in(row, "id"), "id"))
    if record_id is None:
        raise UnreadableRecordError("Zuora listed a record under an id that is none")
    return Listed(
        key=RecordKey(connection, ENTITY_OF[kind], record_id),
        version=_version(required(text_in(row, "updated"), "updated")),
        deleted=row.get("deleted") is True,
        amount=_if_readable(lambda: _worth(kind, row)),
        day=_if_readable(lambda: day_in(row, "day")),
    )


def object_listed(connection: str, kind: str, row: Row) -> Listed:
    """An object of Object Query as it would be listed; raises as `listed_of`."""
    name, amount, day = _NAMES[kind]
    stated = {"id": row.get(name), "status": row.get("status"), "currency": row.get("currency")}
    stated |= {"amount": row.get(amount), "day": row.get(day), "updated": row.get("updatedDate")}
    return listed_of(connection, kind, stated)


def _worth(kind: str, row: Row) -> Money:
    """What is billed, credited or paid; of a subscription what recurs in a year by Zuora's sum of a month."""
    amount = fraction_in(row, "amount")
    if ENTITY_OF[kind] == BILLING_DOCUMENT:
        amount *= 0 if word_in(row, "status") in CANCELLED else sign_of(kind)
    else:
        amount *= {"subscription": _MONTHS, "payment": 1, "refund": -1}[kind]
    return money_of(Fraction(amount), currency_in(row), "amount")


def _version(text: str) -> str:
    try:
        return moment_text(parse_moment(text))
    except MalformedError as error:
        raise unreadable("updated", error.reason) from error


def _if_readable[Value: Money | date](read: Callable[[], Value | None]) -> Value | None:
    """A value; None where it cannot be read, which must not cost the others of its page."""
    try:
        return read()
    except UnreadableRecordError:
        return None
