"""What the site's users do with invoices and credit notes: bill, close, void, write off, take back, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.systems.chargebee.site import Site
from sandbox.systems.keeping import Object

_UNPAID = ("posted", "payment_due", "not_paid")
_BILLED = ("paid", *_UNPAID)
_OF_ITS_INVOICE = frozenset({"customer_id", "subscription_id", "currency_code", "price_type"})


class Billing:
    """Invoices and credit notes of one site."""

    def __init__(self, site: Site) -> None:
        self._site, self._store = site, site.store

    def bill(
        self,
        customer_id: str,
        currency_code: str,
        lines: Sequence[Mapping[str, Any]],
        *,
        pending: bool = False,
        **stated: Any,  # noqa: ANN401 JSON
    ) -> Object:
        """An invoice, which is not billed yet while it is pending; see `_line` for what a line states."""
        self._site.customer(customer_id)
        known = {"price_type": "tax_exclusive", "recurring": False, "date": self._store.second(), **stated}
        made = {
            "customer_id": customer_id,
            "currency_code": currency_code,
            "exchange_rate": 1.0,
            "net_term_days": 0,
            "line_items": [self._line(customer_id, each, known) for each in lines],
            **known,
            **dict.fromkeys(
                ("amount_paid", "amount_adjusted", "write_off_amount", "credits_applied", "round_off_amount"), 0
            ),
            **{
                name: []
                for name in ("linked_payments", "adjustment_credit_notes", "issued_credit_notes", "applied_credits")
            },
        }
        made |= _sums(made["line_items"], made["price_type"])
        made |= {"amount_due": made["total"], "status": "pending" if pending else "payment_due"}
        if pending:
            return self._made("invoice", made, "pending_invoice_created")
        number = self._store.document_number(self._site.settings.invoice_prefix, "invoice")
        moments = dict.fromkeys(("generated_at", "due_date"), made["date"])
        return self._made("invoice", {"id": number, **made, **moments}, "invoice_generated")

    def close(self, invoice_id: str) -> Object:
        """Bill what was pending."""
        invoice, now = self._in(invoice_id, "pending"), self._store.second()
        moments = {"date": now, "generated_at": now, "due_date": now}
        return self._site.change(invoice | moments | {"status": "payment_due"}, "invoice_generated")

    def give_up(self, invoice_id: str) -> Object:
        """Try no more to collect what is due."""
        return self._site.change(
            self._in(invoice_id, "posted", "payment_due") | {"status": "not_paid"}, "invoice_updated"
        )

    def void(self, invoice_id: str) -> Object:
        """Void an invoice nobody paid, as if it had never been."""
        invoice = self._in(invoice_id, *_UNPAID)
        stated = {"status": "voided", "voided_at": self._store.second(), "amount_due": 0}
        return self._site.change(invoice | stated, "invoice_updated")

    def write_off(self, invoice_id: str) -> Object:
        """Expect no money of an invoice any more: a credit note of its own says so."""
        invoice = self._in(invoice_id, *_UNPAID)
        due = invoice["amount_due"]
        self._credit(invoice, [{"amount": due, "description": "Write off"}], "adjustment", "write_off")
        changed = self._store.find("invoice", invoice_id)
        return self._site.change(
            changed | {"write_off_amount": due, "amount_due": 0, "status": "paid"}, "invoice_updated"
        )

    def delete(self, invoice_id: str) -> Object:
        """Take an invoice out, whatever was paid of it; it is still listed for those who ask for what was deleted."""
        return self._site.change(self._in(invoice_id, "pending", *_BILLED) | {"deleted": True}, "invoice_deleted")

    def credit(self, invoice_id: str, lines: Sequence[Mapping[str, Any]], reason: str = "waiver") -> Object:
        """Take some of an invoice back, paid or due as it is; a line may name one of it by `reference_line_item_id`."""
        invoice = self._in(invoice_id, *_BILLED)
        return self._credit(invoice, lines, "refundable" if invoice["status"] == "paid" else "adjustment", reason)

    def grant(self, customer_id: str, currency_code: str, lines: Sequence[Mapping[str, Any]]) -> Object:
        """Owe a customer something of which no invoice is the reason."""
        self._site.customer(customer_id)
        names = {"customer_id": customer_id, "currency_code": currency_code, "price_type": "tax_exclusive"}
        return self._made("credit_note", self._note(names, lines, "store", "other"), "credit_note_created")

    def void_credit(self, credit_note_id: str) -> Object:
        """Void a credit note; raises `ValueError` for one that is void."""
        note = self._note_in(credit_note_id, "adjusted", "refund_due")
        stated = {"status": "voided", "voided_at": self._store.second(), "amount_available": 0}
        return self._site.change(note | stated, "credit_note_updated")

    def delete_credit(self, credit_note_id: str) -> Object:
        """Take a credit note out."""
        note = self._note_in(credit_note_id, "adjusted", "refund_due", "refunded")
        return self._site.change(note | {"deleted": True}, "credit_note_deleted")

    def _credit(self, invoice: Object, lines: Sequence[Mapping[str, Any]], kind: str, reason: str) -> Object:
        names = {name: value for name, value in invoice.items() if name in _OF_ITS_INVOICE}
        stated = self._note(names | {"reference_invoice_id": invoice["id"]}, lines, kind, reason)
        note = self._made("credit_note", stated, "credit_note_created")
        linked = {f"cn_{name}": note[name] for name in ("id", "reason_code", "date", "total", "status")}
        name = "adjustment_credit_notes" if kind == "adjustment" else "issued_credit_notes"
        self._site.change(invoice | {name: [*invoice[name], linked]}, "invoice_updated")
        return note

    def _note(self, names: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], kind: str, reason: str) -> Object:
        found = [self._line(names["customer_id"], each, names) for each in lines]
        sums = _sums(found, names["price_type"])
        available = 0 if kind == "adjustment" else sums["total"]
        return {
            "id": self._store.document_number(self._site.settings.credit_note_prefix, "credit_note"),
            **names,
            "type": kind,
            "reason_code": reason,
            "status": "adjusted" if kind == "adjustment" else "refund_due",
            "date": self._store.second(),
            "generated_at": self._store.second(),
            "exchange_rate": 1.0,
            "line_items": found,
            "linked_refunds": [],
            "allocations": [],
            **sums,
            "amount_allocated": sums["total"] - available,
            "amount_refunded": 0,
            "amount_available": available,
        }

    def _line(self, customer_id: str, stated: Mapping[str, Any], document: Mapping[str, Any]) -> Object:
        """A line: `amount` before `discount` (of which `item_discount` is its own), with `tax`; of an `entity_id`, or of none."""
        discount, tax = stated.get("discount", 0), stated.get("tax", 0)
        known = {
            "id": self._store.new_id("line_item"),
            "customer_id": customer_id,
            "date_from": self._store.second(),
            "date_to": self._store.second(),
            "quantity": 1,
            "unit_amount": stated["amount"],
            "description": "Something",
            "entity_type": "plan_item_price" if "entity_id" in stated else "adhoc",
            "is_taxed": tax != 0,
            "tax_amount": tax,
            "discount_amount": discount,
            "item_level_discount_amount": stated.get("item_discount", 0),
            "object": "line_item",
        }
        if "subscription_id" in document:
            known["subscription_id"] = document["subscription_id"]
        return known | {
            name: value for name, value in stated.items() if name not in {"discount", "tax", "item_discount"}
        }

    def _made(self, kind: str, stated: Mapping[str, Any], happened: str) -> Object:
        made = self._store.add(kind, stated)
        self._site.note(happened, **{kind: made})
        return made

    def _in(self, invoice_id: str, *statuses: str) -> Object:
        return _usable(self._store.find("invoice", invoice_id), statuses)

    def _note_in(self, credit_note_id: str, *statuses: str) -> Object:
        return _usable(self._store.find("credit_note", credit_note_id), statuses)


def _usable(found: Object, statuses: Sequence[str]) -> Object:
    if found["deleted"] or found["status"] not in statuses:
        raise ValueError("it is deleted" if found["deleted"] else f"it is {found['status']}")
    return found


def _sums(lines: Sequence[Mapping[str, Any]], price_type: str) -> dict[str, int]:
    """What the site adds up by itself: taxes are in the price, or come on top."""
    discounted = sum(each["amount"] - each["discount_amount"] for each in lines)
    tax = sum(each["tax_amount"] for each in lines)
    total = discounted + (tax if price_type == "tax_exclusive" else 0)
    return {"sub_total": sum(each["amount"] for each in lines), "tax": tax, "total": total}
