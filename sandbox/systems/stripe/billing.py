"""What the account's users do with invoices and credit notes: draft, finalise, pay, void, write off, take back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.stripe.account import Account

_TRANSITIONS = ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
_SHIPPING = ("amount_total", "amount_tax")


class Billing:
    """Invoices and credit notes of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._store = account.store

    def draft(
        self,
        customer: str,
        currency: str,
        lines: Sequence[Mapping[str, Any]],
        **stated: Any,  # noqa: ANN401 JSON
    ) -> Object:
        """A draft of an invoice; a line states its `amount`, and what of it is discount and tax: see `_line`."""
        made = {
            "customer": customer,
            "currency": currency,
            "status": "draft",
            "number": None,
            "billing_reason": "manual",
            "status_transitions": dict.fromkeys(_TRANSITIONS),
            "effective_at": None,
            "shipping_cost": None,
            "lines": [self._line(currency, each) for each in lines],
            **stated,
        }
        return self._account.make("invoice", made | _sums(made), "invoice.created")

    def edit(self, invoice_id: str, lines: Sequence[Mapping[str, Any]]) -> Object:
        """Give a draft other lines; raises `ValueError` for what is no draft any more."""
        invoice = self._in(invoice_id, "draft")
        found = [self._line(invoice["currency"], each) for each in lines]
        return self._account.change(invoice, "invoice.updated", lines=found, **_sums(invoice | {"lines": found}))

    def delete(self, invoice_id: str) -> Object:
        """Delete a draft; raises `ValueError` for what is no draft any more."""
        invoice = self._in(invoice_id, "draft")
        self._store.delete(invoice_id)
        self._account.note("invoice.deleted", invoice)
        return invoice

    def finalise(self, invoice_id: str) -> Object:
        """Bill a draft: from now on its lines stay as they are."""
        invoice = self._in(invoice_id, "draft")
        now, number = self._store.second(), self._store.document_number("INV")
        invoice["status_transitions"]["finalized_at"] = now
        effective_at = invoice["effective_at"] or now
        return self._account.change(
            invoice, "invoice.finalized", status="open", number=number, effective_at=effective_at
        )

    def bill(
        self,
        customer: str,
        currency: str,
        lines: Sequence[Mapping[str, Any]],
        **stated: Any,  # noqa: ANN401 JSON
    ) -> Object:
        """Draft an invoice and finalise it at once."""
        return self.finalise(self.draft(customer, currency, lines, **stated)["id"])

    def pay(self, invoice_id: str) -> Object:
        """Note that an invoice was paid, in whichever way."""
        return self._moved(self._in(invoice_id, "open", "uncollectible"), "paid", "paid_at", "invoice.paid")

    def void(self, invoice_id: str) -> Object:
        """Void an invoice, as if it had never been."""
        return self._moved(self._in(invoice_id, "open", "uncollectible"), "void", "voided_at", "invoice.voided")

    def write_off(self, invoice_id: str) -> Object:
        """Expect no money of an invoice any more."""
        invoice = self._in(invoice_id, "open")
        return self._moved(invoice, "uncollectible", "marked_uncollectible_at", "invoice.marked_uncollectible")

    def credit(
        self,
        invoice_id: str,
        lines: Sequence[Mapping[str, Any]],
        **stated: Any,  # noqa: ANN401 JSON
    ) -> Object:
        """Take some of an invoice back; a line names that of the invoice (`invoice_line_item`), or is one of its own."""
        invoice = self._in(invoice_id, "open", "paid", "uncollectible")
        found = [self._credited(each) for each in lines]
        made = {
            "invoice": invoice_id,
            "customer": invoice["customer"],
            "currency": invoice["currency"],
            "status": "issued",
            "number": self._store.document_number("CN"),
            "voided_at": None,
            "effective_at": self._store.second(),
            "shipping_cost": None,
            "lines": found,
            **stated,
        }
        return self._account.make("credit_note", made | _sums(made), "credit_note.created")

    def void_credit(self, credit_note_id: str) -> Object:
        """Void a credit note; raises `ValueError` for one that is void."""
        note = self._in(credit_note_id, "issued")
        return self._account.change(note, "credit_note.voided", status="void", voided_at=self._store.second())

    def _moved(self, invoice: Object, status: str, moment: str, happened: str) -> Object:
        invoice["status_transitions"][moment] = self._store.second()
        return self._account.change(invoice, happened, status=status)

    def _in(self, object_id: str, *statuses: str) -> Object:
        found = self._store.get(object_id)
        if found["status"] not in statuses:
            raise ValueError(f"it is {found['status']}")
        return found

    def _line(self, currency: str, stated: Mapping[str, Any]) -> Object:
        """A line: `amount` before `discount`, with `included_tax` in it and `tax` on top; `product`, or none."""
        line = _net_of(stated) | {
            "id": self._store.new_id("line_item"),
            "object": "line_item",
            "currency": currency,
            "quantity": stated.get("quantity", 1),
            "description": stated.get("description"),
            "pricing": None,
        }
        if stated.get("product"):
            details = {"price": stated.get("price", "price_of_its_own"), "product": stated["product"]}
            line["pricing"] = {"type": "price_details", "price_details": details, "unit_amount_decimal": None}
        return line

    def _credited(self, stated: Mapping[str, Any]) -> Object:
        """A line, which is in the currency of its note and does not say so."""
        named = stated.get("invoice_line_item")
        return _net_of(stated) | {
            "id": self._store.new_id("credit_note_line_item"),
            "object": "credit_note_line_item",
            "type": "invoice_line_item" if named else "custom_line_item",
            "invoice_line_item": named,
        }


def _net_of(stated: Mapping[str, Any]) -> Object:
    discount, included, added = (stated.get(name, 0) for name in ("discount", "included_tax", "tax"))
    taxes = [_tax(included, "inclusive")] if included else []
    taxes += [_tax(added, "exclusive")] if added else []
    discounts = [{"amount": discount, "discount": "di_of_its_own"}] if discount else []
    return {"amount": stated["amount"], "discount_amounts": discounts, "taxes": taxes}


def _tax(amount: int, behaviour: str) -> Object:
    return {
        "amount": amount,
        "tax_behavior": behaviour,
        "taxability_reason": "standard_rated",
        "type": "tax_rate_details",
    }


def _sums(document: Mapping[str, Any]) -> dict[str, int]:
    """What Stripe adds up by itself."""
    lines, shipping = document["lines"], document["shipping_cost"] or dict.fromkeys(_SHIPPING, 0)
    discounted = sum(line["amount"] - sum(each["amount"] for each in line["discount_amounts"]) for line in lines)
    taxes = [each for line in lines for each in line["taxes"]]
    included = sum(each["amount"] for each in taxes if each["tax_behavior"] == "inclusive")
    added = sum(each["amount"] for each in taxes if each["tax_behavior"] == "exclusive")
    return {
        "subtotal": sum(line["amount"] for line in lines),
        "total_excluding_tax": discounted - included + shipping["amount_total"] - shipping["amount_tax"],
        "total": discounted + added + shipping["amount_total"],
    }
