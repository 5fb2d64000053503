"""Payments of customers and to vendors: applied to documents in part, in full or not at all, with what a rate gained or lost.

Only the ledger's entries and what remains of an invoice tell of them: the API has no posted payments.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.systems.business_central.documents import PURCHASE_INVOICE, SALES_INVOICE, Kind
from sandbox.systems.business_central.environment import Saving
from sandbox.systems.business_central.ledger import Entry, Posting, post
from sandbox.systems.business_central.posted import settle
from sandbox.systems.business_central.tables import Row
from sandbox.systems.business_central.values import amount, cents

_BANK, _GAINS, _LOSSES = "1100", "7000", "7100"
_KINDS = {"customers": SALES_INVOICE, "vendors": PURCHASE_INVOICE}


def pay(saving: Saving, stated: Mapping[str, Any]) -> str:
    """Post a payment and apply it; its number.

    `party` is the number of a customer, or of a vendor where `of` says `vendors`; `amount` is positive and in `currency`, at
    `rate` to the local one; `apply` says how much goes to which invoice, by number. The rest stays unapplied.
    """
    party_set = stated.get("of", "customers")
    party = saving.tables.row(party_set, saving.company, number=stated["party"])
    number = stated.get("number") or _next(saving)
    paid, rate = cents(amount(stated["amount"])), amount(stated.get("rate", "1"))
    told: Row = {
        "number": number,
        "party_set": party_set,
        "party_number": party["number"],
        "postingDate": stated["date"],
        "currencyCode": stated.get("currency", ""),
        "rate": str(rate),
        "amount": str(paid),
        "remaining": str(paid),
    }
    saving.insert("payments", told)
    local = cents(paid * rate) * _direction(party_set)
    posting = Posting(day=stated["date"], number=number, document_type="Payment")
    said, control = f"Payment {number}", str(party["control_account"])
    entries = [
        Entry(account=_BANK, value=local, description=said),
        Entry(account=control, value=-local, description=said, partner=str(party["partner"])),
    ]
    post(saving, posting, [*entries, *_applied(saving, number, stated.get("apply", {}))])
    return number


def apply(saving: Saving, number: str, wanted: Mapping[str, Any], day: str) -> None:
    """Apply what is left of a payment to invoices, later; that posts only what a rate gained or lost."""
    posting = Posting(day=day, number=number, document_type="Payment")
    post(saving, posting, _applied(saving, number, wanted))


def _applied(saving: Saving, number: str, wanted: Mapping[str, Any]) -> list[Entry]:
    """Settle the invoices, and the entries for the difference between their rates and the payment's."""
    payment = saving.tables.row("payments", saving.company, number=number)
    party_set = str(payment["party_set"])
    kind, left = _KINDS[party_set], amount(payment["remaining"])
    party = saving.tables.row(party_set, saving.company, number=payment["party_number"])
    entries = []
    for invoice_number, stated in wanted.items():
        applied, invoice = amount(stated), _invoice(saving, kind, party, invoice_number)
        if applied > min(left, amount(invoice["remaining"])):
            raise ValueError(f"not so much is left of {number} or {invoice_number}")
        left -= applied
        settle(saving, kind, invoice, applied)
        difference = cents(applied * amount(payment["rate"])) - cents(applied * amount(invoice["rate"]))
        difference *= _direction(party_set)
        said = f"Payment {number}"
        gain_or_loss = _GAINS if difference > 0 else _LOSSES
        control, partner = str(party["control_account"]), str(party["partner"])
        entries += [
            Entry(account=control, value=difference, description=said, partner=partner),
            Entry(account=gain_or_loss, value=-difference, description=said),
        ]
    saving.update("payments", str(payment["id"]), {"remaining": str(left)})
    return entries


def _invoice(saving: Saving, kind: Kind, party: Row, number: str) -> Row:
    invoice = saving.tables.row(kind.entity_set, saving.company, number=number)
    if invoice[f"{kind.party}Number"] != party["number"] or invoice["status"] != "Open":
        raise ValueError(f"{number} is no open invoice of {party['number']}")
    return invoice


def _direction(party_set: str) -> Decimal:
    """Whether money comes in or goes out."""
    return Decimal(1) if party_set == "customers" else Decimal(-1)


def _next(saving: Saving) -> str:
    return f"PAY{1001 + len(saving.tables.rows('payments', saving.company))}"
