"""What the companies' users enter: documents of every kind with their lines, as they are stated to the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of document.

    Attributes:
        category: the journal category of its entry.
        voucher: how its vouchers begin.
        number: how its own numbers begin; empty: it has none, or that of somebody else.
        table: where it stands besides the general ledger; empty: nowhere.
        period_type: the type of the period it is posted to.
    """

    category: str
    voucher: str
    number: str = ""
    table: str = ""
    period_type: str = "Operating"


KINDS: Mapping[str, Kind] = {
    "sales_invoice": Kind(category="Sales", voucher="ARI", number="CIV", table="customer_invoice"),
    "credit_note": Kind(category="Sales", voucher="ARC", number="CCN", table="customer_invoice"),
    "free_text_invoice": Kind(category="Cust", voucher="FTV", number="FTI", table="customer_invoice"),
    "customer_payment": Kind(category="Payment", voucher="CPV", table="customer_transaction"),
    "supplier_invoice": Kind(category="Purch", voucher="API", table="supplier_invoice"),
    "supplier_payment": Kind(category="Payment", voucher="VPV"),
    "journal": Kind(category="LedgerJournal", voucher="GNJ"),
    "exchange_adjustment": Kind(category="ExchAdjustment", voucher="EXA"),
    "closing": Kind(category="OpeningClosing", voucher="CLS", period_type="Closing"),
    "opening": Kind(category="OpeningClosing", voucher="OPN", period_type="Opening"),
}
_DELIMITER, _ESCAPE = "-", "\\"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line, debit positive.

    Attributes:
        currency: None: the document's.
        accounting, reporting: the amounts in the company's and the reporting currency, None: by the document's rates.
        posting_type: None: the account's usual one.
    """

    account: str
    amount: str
    currency: str | None = None
    accounting: str | None = None
    reporting: str | None = None
    business_unit: str = ""
    cost_centre: str = ""
    partner: str = ""
    posting_type: str | None = None

    def display_value(self) -> str:
        """The ledger account as dimensions are written: `401100-SW-023-MXMF`, with a delimiter within a value escaped."""
        parts = (self.account, self.business_unit, self.cost_centre, self.partner)
        return _DELIMITER.join(
            each.replace(_ESCAPE, _ESCAPE * 2).replace(_DELIMITER, _ESCAPE + _DELIMITER) for each in parts
        )


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document as it is entered.

    Attributes:
        party: the account of its customer or supplier.
        number: its own number; empty: the next, where its kind has any.
        voucher: empty: the next.
        batch: the journal it is posted with; empty: one of its own.
        exchange_rate: units of the company's currency for one of the document's; None: the environment's.
        reporting_rate: units of the reporting currency for one of the company's; None: the environment's.
        period: the name of the fiscal period; empty: that of the day.
        layer: the posting layer.
    """

    kind: str
    date: str
    company: str = "usmf"
    party: str = ""
    number: str = ""
    voucher: str = ""
    batch: str = ""
    document_date: str = "1900-01-01"
    currency: str = "USD"
    exchange_rate: str | None = None
    reporting_rate: str | None = None
    period: str = ""
    layer: str = "Current"
    reversed_voucher: str = ""
    reversed_date: str = "1900-01-01"
    lines: tuple[Line, ...] = ()


def document_of(plain: Mapping[str, Any]) -> Document:
    """The document as JSON states it.

    Raises:
        ValueError: for a kind, field or line that is none.
    """
    if plain.get("kind") not in KINDS:
        raise ValueError("no such kind of document")
    try:
        return Document(**{**plain, "lines": tuple(Line(**each) for each in plain.get("lines", ()))})
    except TypeError as error:
        raise ValueError(str(error)) from error


def decimal_of(text: str) -> Decimal:
    """The amount a text states; `ValueError` where it is none."""
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text} is no amount") from error
