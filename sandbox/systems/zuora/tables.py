"""What the tenant's objects are called and have: by the API, and as tables for SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

# Kept as texts, since they are exact; shown as numbers.
AMOUNTS = frozenset(
    {
        *("amount", "amountWithoutTax", "appliedAmount", "applyAmount", "cMRR", "chargeAmount", "discountAmount"),
        *("discountPercentage", "endingUnit", "mRR", "price", "quantity", "refundAmount", "startingUnit", "taxAmount"),
        *("totalAmount", "totalAmountWithoutTax", "unappliedAmount", "unitPrice"),
    }
)
MOMENTS = frozenset({"createdDate", "updatedDate", "postedDate", "originalCreatedDate"})
FLAGS = frozenset({"autoRenew", "deleted", "isLatestVersion"})
_STAMPED = ("id", "createdDate", "updatedDate")
_OF_A_MEMO = ("memoNumber", "accountId", "currency", "memoDate", "postedDate", "status", "invoiceId", "totalAmount")


class Kind(NamedTuple):
    """A kind of object.

    Attributes:
        path: where the API has objects of it.
        number: the field by which people call one.
        prefix: how that begins.
        fields: what they have that can be asked for.
        parts: the field with what they are made of; empty: nothing.
    """

    path: str
    number: str
    prefix: str
    fields: tuple[str, ...]
    parts: str = ""


KINDS: Mapping[str, Kind] = {
    "account": Kind("accounts", "accountNumber", "A", (*_STAMPED, "accountNumber", "name", "currency", "status")),
    "subscription": Kind(
        "subscriptions",
        "name",
        "A-S",
        (
            *(*_STAMPED, "name", "accountId", "version", "revision", "status", "originalId", "previousSubscriptionId"),
            *("isLatestVersion", "currency", "autoRenew", "termType", "currentTerm", "renewalTerm", "termStartDate"),
            *("termEndDate", "subscriptionStartDate", "subscriptionEndDate", "contractEffectiveDate", "cancelledDate"),
            *("serviceActivationDate", "lastBookingDate", "originalCreatedDate", "cMRR"),
        ),
        "ratePlans",
    ),
    "invoice": Kind(
        "invoices",
        "invoiceNumber",
        "INV",
        (
            *(*_STAMPED, "invoiceNumber", "accountId", "currency", "invoiceDate", "dueDate", "postedDate", "status"),
            *("amount", "amountWithoutTax", "taxAmount"),
        ),
        "invoiceItems",
    ),
    "credit_memo": Kind(
        "credit-memos", "memoNumber", "CM", (*_STAMPED, *_OF_A_MEMO, "totalAmountWithoutTax"), "creditMemoItems"
    ),
    "debit_memo": Kind(
        "debit-memos", "memoNumber", "DM", (*_STAMPED, *_OF_A_MEMO, "totalAmountWithoutTax"), "debitMemoItems"
    ),
    "payment": Kind(
        "payments",
        "paymentNumber",
        "P-",
        (
            *(*_STAMPED, "paymentNumber", "accountId", "currency", "effectiveDate", "status", "type", "amount"),
            *("appliedAmount", "unappliedAmount", "refundAmount"),
        ),
        "paymentApplications",
    ),
    "refund": Kind(
        "refunds",
        "refundNumber",
        "R-",
        (
            *(*_STAMPED, "refundNumber", "accountId", "currency", "refundDate", "status", "type", "sourceType"),
            *("paymentId", "creditMemoId", "amount"),
        ),
        "refundApplications",
    ),
}
# Where the API has parts by themselves, and the field that names whose they are.
PARTS: Mapping[str, tuple[str, str]] = {
    "invoice-items": ("invoice", "invoiceId"),
    "credit-memo-items": ("credit_memo", "creditMemoId"),
    "debit-memo-items": ("debit_memo", "debitMemoId"),
    "payment-applications": ("payment", "paymentId"),
    "refund-applications": ("refund", "refundId"),
}


def asked_for(kind: str) -> Mapping[str, str]:
    """What objects of a kind have, by the name in lower case under which it can be asked for."""
    return {name.lower(): name for name in KINDS[kind].fields}


def expression(name: str) -> str:
    """What of an object's body a field is, in SQL that compares it as what it is."""
    plain = f"json_extract(body, '$.{name}')"
    if name in MOMENTS:
        return f"utc({plain})"
    return f"CAST({plain} AS REAL)" if name in AMOUNTS else plain


def views() -> Iterator[str]:
    """The tables that queries may name; `reading` says whether they show what was deleted: 0 not, 1 alone, NULL too."""
    for kind, declared in KINDS.items():
        columns = ", ".join(f"{expression(name)} AS {name.lower()}" for name in (*declared.fields, "deleted"))
        yield (
            f"CREATE VIEW {kind.replace('_', '')} AS SELECT {columns} FROM objects, reading WHERE object = '{kind}' "  # noqa: S608 our own names
            f"AND (reading.deleted IS NULL OR reading.deleted = json_extract(body, '$.deleted'))"
        )
