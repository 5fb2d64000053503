"""Invoices and credit memos of a company as its people enter them: drafted, changed and deleted, until they are posted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.systems.business_central.environment import Saving
from sandbox.systems.business_central.ledger import set_dimensions
from sandbox.systems.business_central.schema import NO_ID
from sandbox.systems.business_central.tables import Row
from sandbox.systems.business_central.values import Stored, amount, cents

DRAFT = "Draft"
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is peculiar to one kind of document.

    Attributes:
        sign: of its lines in the ledger: -1 for income, 1 for cost.
        series: how its numbers begin, as a draft and when posted.
        first: the number before the first.
        reference: the property that holds what the other side calls the document; empty: it has none.
    """

    entity_set: str
    lines: str
    parent_type: str
    party: str
    document_type: str
    day: str
    sign: int
    vat_account: str
    series: tuple[str, str]
    first: int
    reference: str = ""


SALES_INVOICE = Kind(
    entity_set="salesInvoices", lines="salesInvoiceLines", parent_type="Sales Invoice", party="customer",
    document_type="Invoice", day="invoiceDate", sign=-1, vat_account="2200", series=("", "PS-INV"), first=103000,
    reference="externalDocumentNumber",
)  # fmt: skip
SALES_CREDIT_MEMO = Kind(
    entity_set="salesCreditMemos", lines="salesCreditMemoLines", parent_type="Sales Credit Memo", party="customer",
    document_type="Credit Memo", day="creditMemoDate", sign=1, vat_account="2200", series=("CR", "PS-CR"), first=104000,
    reference="externalDocumentNumber",
)  # fmt: skip
PURCHASE_INVOICE = Kind(
    entity_set="purchaseInvoices", lines="purchaseInvoiceLines", parent_type="Purchase Invoice", party="vendor",
    document_type="Invoice", day="invoiceDate", sign=1, vat_account="1400", series=("PI", "PP-INV"), first=108000,
    reference="vendorInvoiceNumber",
)  # fmt: skip
PURCHASE_CREDIT_MEMO = Kind(
    entity_set="purchaseCreditMemos", lines="purchaseCreditMemoLines", parent_type="Purchase Credit Memo", party="vendor",
    document_type="Credit Memo", day="creditMemoDate", sign=-1, vat_account="1400", series=("PC", "PP-CR"), first=109000,
)  # fmt: skip
# A credit memo is applied to an invoice, by which it is found here.
CREDITS: Mapping[str, Kind] = {
    SALES_INVOICE.entity_set: SALES_CREDIT_MEMO,
    PURCHASE_INVOICE.entity_set: PURCHASE_CREDIT_MEMO,
}
KINDS: Mapping[str, Kind] = {each.entity_set: each for each in (SALES_INVOICE, PURCHASE_INVOICE, *CREDITS.values())}


class Documents:
    """The documents of one kind in one company, within one transaction."""

    def __init__(self, saving: Saving, kind: Kind) -> None:
        self._saving = saving
        self._kind = kind

    def row(self, document_id: str) -> Row:
        """A document as it is stored; `KeyError` where there is none."""
        return self._saving.tables.row(self._kind.entity_set, self._saving.company, id=document_id)

    def draft(self, stated: Mapping[str, Any]) -> str:
        """Enter a document; its id, which it keeps when it is posted, while its number changes.

        `party` is the customer's or vendor's number, `date` the posting date, `currency` and `rate` to the local currency where
        it is a foreign one, `lines` a list with `account`, `amount` before tax, `tax_percent`, `description`, `dimensions`.
        """
        kind = self._kind
        party = self._saving.tables.row(f"{kind.party}s", self._saving.company, number=stated["party"])
        foreign = stated.get("currency", "")
        currency = self._saving.tables.row("currencies", self._saving.company, code=foreign) if foreign else {}
        told: Row = {
            "number": next_number(self._saving, kind, kind.series[0], 1000),
            "status": DRAFT,
            "postingDate": stated["date"],
            "dueDate": stated.get("due", stated["date"]),
            kind.day: stated["date"],
            f"{kind.party}Id": party["id"],
            f"{kind.party}Number": party["number"],
            f"{kind.party}Name": party["displayName"],
            "currencyId": currency.get("id", NO_ID),
            "currencyCode": foreign or self._saving.setup()["localCurrencyCode"],
            "rate": str(amount(stated.get("rate", "1"))),
            "applies_to": stated.get("applies_to", ""),
            **({kind.reference: stated.get("reference", "")} if kind.reference else {}),
        }
        document_id = self._saving.insert(kind.entity_set, told)
        set_dimensions(self._saving, document_id, kind.parent_type, stated.get("dimensions", {}))
        self.set_lines(document_id, stated.get("lines", ()))
        return document_id

    def change(self, document_id: str, stated: Mapping[str, Any]) -> None:
        """Change a draft: its `date`, `lines`, or properties of the API by name.

        Of a posted document only what has no amount can be changed, and its lines not at all.
        """
        values: dict[str, Stored] = {each: value for each, value in stated.items() if each not in {"date", "lines"}}
        if "date" in stated:
            values |= {"postingDate": stated["date"], self._kind.day: stated["date"]}
        is_draft = self.row(document_id)["status"] == DRAFT
        if not is_draft and ({"date", "lines"} & stated.keys() or any("mount" in each for each in values)):
            raise ValueError("the document is posted")
        self._saving.update(self._kind.entity_set, document_id, values)
        if "lines" in stated:
            self.set_lines(document_id, stated["lines"])

    def set_lines(self, document_id: str, lines: Iterable[Mapping[str, Any]]) -> None:
        """Replace all lines; the document's totals are theirs."""
        self._remove_lines(document_id)
        net = tax = _ZERO
        for place, line in enumerate(lines, 1):
            account = self._saving.tables.row("accounts", self._saving.company, number=line["account"])
            value, percent = amount(line["amount"]), amount(line.get("tax_percent", "0"))
            line_tax = cents(value * percent / 100)
            net, tax = net + value, tax + line_tax
            told = _line(document_id, place * 10_000, account, line)
            told |= _line_amounts(value, percent, line_tax)
            line_id = self._saving.insert(self._kind.lines, told)
            set_dimensions(self._saving, line_id, f"{self._kind.parent_type} Line", line.get("dimensions", {}))
        totals: Row = {
            "totalAmountExcludingTax": str(net),
            "totalTaxAmount": str(tax),
            "totalAmountIncludingTax": str(net + tax),
        }
        self._saving.update(self._kind.entity_set, document_id, totals)

    def delete(self, document_id: str) -> None:
        """Remove a draft."""
        if self.row(document_id)["status"] != DRAFT:
            raise ValueError("the document is posted")
        self._remove_lines(document_id)
        self._saving.delete(self._kind.entity_set, document_id)

    def _remove_lines(self, document_id: str) -> None:
        for line in self._saving.tables.rows(self._kind.lines, self._saving.company, documentId=document_id):
            self._saving.tables.delete("dimensionSetLines", self._saving.company, parentId=line["id"])
            self._saving.delete(self._kind.lines, str(line["id"]))


def next_number(saving: Saving, kind: Kind, series: str, last: int) -> str:
    """The number behind the highest of a series of documents, which begins behind `last`."""
    numbers = (str(each["number"]) for each in saving.tables.rows(kind.entity_set, saving.company))
    taken = (each.removeprefix(series) for each in numbers if each.startswith(series))
    return f"{series}{max((last, *(int(each) for each in taken if each.isdecimal()))) + 1}"


def _line(document_id: str, sequence: int, account: Row, stated: Mapping[str, Any]) -> Row:
    return {
        "documentId": document_id,
        "sequence": sequence,
        "accountId": account["id"],
        "lineType": "Account",
        "lineObjectNumber": account["number"],
        "description": stated.get("description", account["displayName"]),
        "quantity": "1",
    }


def _line_amounts(value: Decimal, percent: Decimal, tax: Decimal) -> Row:
    with_tax = str(value + tax)
    return {
        "unitPrice": str(value), "amountExcludingTax": str(value), "netAmount": str(value), "taxPercent": str(percent),
        "totalTaxAmount": str(tax), "netTaxAmount": str(tax), "amountIncludingTax": with_tax,
        "netAmountIncludingTax": with_tax,
    }  # fmt: skip
