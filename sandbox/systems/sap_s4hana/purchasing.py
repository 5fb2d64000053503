"""Posts invoices and credits of suppliers, and cancels them; they are told of as business objects of their own, too."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.systems.sap_s4hana.clearing import Clearing
from sandbox.systems.sap_s4hana.entries import EntryKey
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.payments import PAYABLES
from sandbox.systems.sap_s4hana.tenant import Work

_INPUT_TAX = "12600000"
_BEFORE_FIRST = 5_105_600_000


def post_supplier_invoice(work: Work, invoice: Mapping[str, Any]) -> EntryKey:
    """Post an invoice of a supplier, or a credit of his.

    Args:
        work: the transaction.
        invoice: as an entry of `Journal.post`, with `Supplier`, `items` of what was bought (positive amounts), perhaps `tax`, and
            `is_credit` where all of it is the other way round.
    """
    sign = -1 if invoice.get("is_credit") else 1
    items = [{**item, "amount": str(sign * Decimal(str(item["amount"])))} for item in invoice["items"]]
    tax = sign * Decimal(str(invoice.get("tax", "0")))
    items += [{"account": _INPUT_TAX, "amount": str(tax), "TaxCode": "V1"}] if tax else []
    total = sum((Decimal(item["amount"]) for item in items), Decimal(0))
    owed = {"account": PAYABLES, "amount": str(-total), "Supplier": invoice["Supplier"]}
    number = work.next_number("SupplierInvoice", _BEFORE_FIRST)
    header = {"ReferenceDocumentType": "RMRP", "OriginalReferenceDocument": number, **invoice.get("header", {})}
    own = {name: value for name, value in invoice.items() if name not in {"Supplier", "tax", "is_credit"}}
    key = Journal(work).post({**own, "type": "RE", "header": header, "items": [owed, *items]})
    work.tell("SupplierInvoice", "Created", {"SupplierInvoice": number, "FiscalYear": key.fiscal_year})
    return key


def cancel_supplier_invoice(work: Work, key: EntryKey, how: Mapping[str, Any]) -> EntryKey:
    """Cancel it by its reversal; `how` as for `Clearing.reverse`."""
    number = str(Journal(work).lines(key)[0]["OriginalReferenceDocument"])
    reversal = Clearing(work).reverse(key, how)
    work.tell("SupplierInvoice", "Canceled", {"SupplierInvoice": number, "FiscalYear": key.fiscal_year})
    return reversal
