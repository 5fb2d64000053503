"""What becomes of documents when they are posted: entries in the ledger, and what is done to undo them, which is further entries.

https://learn.microsoft.com/dynamics365/business-central/sales-how-correct-cancel-sales-invoice
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sandbox.systems.business_central.documents import (
    CREDITS,
    DRAFT,
    KINDS,
    PURCHASE_INVOICE,
    SALES_INVOICE,
    Documents,
    Kind,
    next_number,
)
from sandbox.systems.business_central.environment import Environment, Saving
from sandbox.systems.business_central.ledger import Entry, Posting, dimensions_of, post
from sandbox.systems.business_central.tables import Row
from sandbox.systems.business_central.values import amount, cents, moment_text

OPEN, PAID, CANCELED, CORRECTIVE = "Open", "Paid", "Canceled", "Corrective"
_PARTNER_DIMENSION = "INTERCOMPANY"
_PARTNER_COST = "6200"
_ZERO = Decimal(0)


class Bookkeeper:
    """Posts, cancels and corrects the documents of an environment's companies; `by` names the kind of user."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def post(self, company: str, entity_set: str, document_id: str, *, by: str) -> str:
        """Post a draft; its new number. What is posted to a company of the own group becomes a draft there."""
        kind = KINDS[entity_set]
        with self._environment.saving(company, by) as saving:
            number = self._post(saving, kind, document_id)
            row = saving.tables.row(entity_set, company, id=document_id)
            sent = self._sent_to_partner(saving, kind, row)
        if sent:
            partner, stated = sent
            with self._environment.saving(partner, by) as saving:
                Documents(saving, PURCHASE_INVOICE).draft(stated)
        return number

    def cancel(self, company: str, entity_set: str, document_id: str, day: str, *, by: str) -> str:
        """Cancel a posted invoice that nothing was paid of; the number of the corrective credit memo.

        Raises:
            ValueError: if it is not posted, cancelled already, or paid in part: then the payment must be undone first.
        """
        with self._environment.saving(company, by) as saving:
            return self._cancel(saving, KINDS[entity_set], document_id, day)

    def correct(self, company: str, entity_set: str, document_id: str, day: str, *, by: str) -> str:
        """Cancel a posted invoice and enter the same once more; the id of the new draft."""
        kind = KINDS[entity_set]
        with self._environment.saving(company, by) as saving:
            self._cancel(saving, kind, document_id, day)
            row = saving.tables.row(entity_set, company, id=document_id)
            return Documents(saving, kind).draft(_copied(saving, kind, row, day))

    def _cancel(self, saving: Saving, kind: Kind, document_id: str, day: str) -> str:
        memos = CREDITS[kind.entity_set]
        row = saving.tables.row(kind.entity_set, saving.company, id=document_id)
        if row["status"] != OPEN or amount(row["remaining"]) != amount(row["totalAmountIncludingTax"]):
            raise ValueError(f"the invoice is {row['status']}, or something of it is paid")
        copied = _copied(saving, kind, row, day) | {"applies_to": str(row["number"])}
        memo_id = Documents(saving, memos).draft(copied)
        number = self._post(saving, memos, memo_id)
        saving.update(memos.entity_set, memo_id, {"status": CORRECTIVE})
        saving.update(kind.entity_set, document_id, {"status": CANCELED})
        return number

    def _post(self, saving: Saving, kind: Kind, document_id: str) -> str:
        row = saving.tables.row(kind.entity_set, saving.company, id=document_id)
        if row["status"] != DRAFT:
            raise ValueError("the document is posted")
        number = next_number(saving, kind, kind.series[1], kind.first)
        posting = Posting(
            day=str(row["postingDate"]), number=number, document_type=kind.document_type, origin="document"
        )
        invoices = _invoices_of(kind)
        is_correction = invoices is not None and self._environment.settings.memos_as_corrections
        post(saving, posting, _entries(saving, kind, row, number, is_correction=is_correction))
        told: Row = {"number": number, "status": OPEN, "posted_at": moment_text(saving.moment)}
        total = row["totalAmountIncludingTax"]
        saving.update(kind.entity_set, document_id, told | _remaining(kind, amount(total)))
        if invoices is not None and row["applies_to"]:
            _apply_memo(saving, kind, invoices, row)
        return number

    def _sent_to_partner(self, saving: Saving, kind: Kind, row: Row) -> tuple[str, dict[str, Any]] | None:
        """The draft that a sales invoice to a company of the own group becomes there, and the company's id."""
        customer = saving.tables.rows("customers", saving.company, number=row.get("customerNumber"))
        if kind is not SALES_INVOICE or not customer or not customer[0]["partner"]:
            return None
        own = saving.tables.row("companies", saving.company, id=saving.company)
        stated = _copied(saving, kind, row, str(row["postingDate"]))
        for line in stated["lines"]:
            line |= {"account": _PARTNER_COST, "dimensions": {_PARTNER_DIMENSION: own["code"]}}
        told = {"party": f"IC-{own['code']}", "reference": str(row["number"]), "dimensions": {}, "applies_to": ""}
        return self._environment.company_id(str(customer[0]["partner"])), stated | told


def _invoices_of(kind: Kind) -> Kind | None:
    """What a kind of credit memo is applied to; None for what is no credit memo."""
    return next((KINDS[name] for name, memos in CREDITS.items() if memos is kind), None)


def _apply_memo(saving: Saving, memos: Kind, invoices: Kind, memo: Row) -> None:
    number, total = str(memo["applies_to"]), amount(memo["totalAmountIncludingTax"])
    invoice = saving.tables.row(invoices.entity_set, saving.company, number=number)
    applied = min(total, amount(invoice["remaining"]))
    settle(saving, invoices, invoice, applied)
    told: Row = {"invoiceId": invoice["id"], "invoiceNumber": number}
    status: Row = {} if total - applied else {"status": PAID}
    saving.update(memos.entity_set, str(memo["id"]), told | _remaining(memos, total - applied) | status)


def settle(saving: Saving, kind: Kind, document: Row, applied: Decimal) -> None:
    """Take an amount, in the document's currency, from what is not settled of it."""
    left = amount(document["remaining"]) - applied
    status: Row = {} if left else {"status": PAID}
    saving.update(kind.entity_set, str(document["id"]), status | _remaining(kind, left))


def _remaining(kind: Kind, left: Decimal) -> Row:
    """Only sales invoices show what is left of them."""
    told: Row = {"remaining": str(left)}
    return told | {"remainingAmount": str(left)} if kind is SALES_INVOICE else told


def _entries(saving: Saving, kind: Kind, row: Row, number: str, *, is_correction: bool) -> Iterator[Entry]:
    """A document in the local currency: an entry for each line, one for the tax, and the other side of them all."""
    party = saving.tables.row(f"{kind.party}s", saving.company, number=row[f"{kind.party}Number"])
    partner, rate = str(party["partner"]), amount(row["rate"])
    description = f"{kind.document_type} {number}"
    total, tax = _ZERO, _ZERO
    for line in saving.tables.rows(kind.lines, saving.company, documentId=row["id"]):
        value = cents(amount(line["netAmount"]) * rate) * kind.sign
        tax += amount(line["netTaxAmount"])
        total += value
        dimensions = dimensions_of(saving, str(row["id"])) | dimensions_of(saving, str(line["id"]))
        own = {_PARTNER_DIMENSION: partner} if partner else {}
        yield Entry(
            account=str(line["lineObjectNumber"]), value=value, description=str(line["description"]),
            dimensions=own | dimensions, is_correction=is_correction, partner=partner,
        )  # fmt: skip
    local_tax = cents(tax * rate) * kind.sign
    yield Entry(account=kind.vat_account, value=local_tax, description=description, is_correction=is_correction)
    control, header = str(party["control_account"]), dimensions_of(saving, str(row["id"]))
    yield Entry(
        account=control, value=-(total + local_tax), description=description, dimensions=header,
        is_correction=is_correction, partner=partner,
    )  # fmt: skip


def _copied(saving: Saving, kind: Kind, row: Row, day: str) -> dict[str, Any]:
    """A document as somebody would enter it once more."""
    lines = [
        {
            "account": line["lineObjectNumber"],
            "amount": line["netAmount"],
            "tax_percent": line["taxPercent"],
            "description": line["description"],
            "dimensions": dimensions_of(saving, str(line["id"])),
        }
        for line in saving.tables.rows(kind.lines, saving.company, documentId=row["id"])
    ]
    local = saving.setup()["localCurrencyCode"]
    return {
        "party": row[f"{kind.party}Number"],
        "date": day,
        "currency": "" if row["currencyCode"] == local else row["currencyCode"],
        "rate": row["rate"],
        "dimensions": dimensions_of(saving, str(row["id"])),
        "lines": lines,
    }
