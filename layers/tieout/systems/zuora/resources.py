"""Where Zuora keeps the objects that are read one by one, and the parts that each is made of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

MOST_AT_ONCE = 99
"""Objects in one answer, and parts of each that come with it: the others are cut off."""


class Parts(NamedTuple):
    """What an object is made of.

    Attributes:
        name: in the object, where it was asked for with it (`expand[]`, in small letters).
        path: of a list of them all.
        filter: by which the list is narrowed to those of one object.
    """

    name: str
    path: str
    filter: str


class Resource(NamedTuple):
    """One kind of object: the path of its list, behind which it stands by its id; and its parts."""

    path: str
    parts: Parts


OF_KIND: Mapping[str, Resource] = MappingProxyType(
    {
        "invoice": Resource("invoices", Parts("invoiceItems", "invoice-items", "invoiceid")),
        "credit_memo": Resource("credit-memos", Parts("creditMemoItems", "credit-memo-items", "creditmemoid")),
        "debit_memo": Resource("debit-memos", Parts("debitMemoItems", "debit-memo-items", "debitmemoid")),
        "payment": Resource("payments", Parts("paymentApplications", "payment-applications", "paymentid")),
        "refund": Resource("refunds", Parts("refundApplications", "refund-applications", "refundid")),
    }
)

SUBSCRIPTIONS = "subscriptions"
OF_SUBSCRIPTION = ("rateplans", "rateplans.rateplancharges", "rateplans.rateplancharges.rateplanchargetiers")
"""What is asked for with every version of a subscription."""
