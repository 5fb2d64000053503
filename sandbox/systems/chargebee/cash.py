"""What comes in and goes out: authorizations, payments, refunds and reversals, by card, by debit or outside the site."""

from __future__ import annotations

from typing import Any

from sandbox.systems.chargebee.site import Site
from sandbox.systems.keeping import Object

_HAPPENED = {"success": "payment_succeeded", "failure": "payment_failed", "in_progress": "payment_initiated"}
_OF_ITS_PAYMENT = frozenset(
    {"customer_id", "currency_code", "payment_method", "gateway", "gateway_account_id", "masked_card_number"}
)


class Cash:
    """Transactions of one site."""

    def __init__(self, site: Site) -> None:
        self._site, self._store = site, site.store

    def pay(self, invoice_id: str, **stated: Any) -> Object:  # noqa: ANN401 JSON
        """Pay what is due of an invoice, or some `amount` of it."""
        invoice = self._store.find("invoice", invoice_id)
        if invoice["deleted"] or not invoice["amount_due"]:
            raise ValueError("nothing is due")
        known = {"amount": invoice["amount_due"], "invoice_id": invoice_id, **stated}
        names = {"customer_id": invoice["customer_id"], "currency_code": invoice["currency_code"]}
        return self.charge(**names, **known)

    def charge(
        self,
        amount: int,
        currency_code: str,
        customer_id: str = "",
        *,
        invoice_id: str = "",
        status: str = "success",
        payment_method: str = "card",
    ) -> Object:
        """Charge a customer, for an invoice where one is named: it succeeds, fails, or is in progress."""
        made = {
            **({"customer_id": customer_id} if customer_id else {}),
            "type": "payment",
            "amount": amount,
            "amount_unused": 0 if invoice_id else amount,
            "currency_code": currency_code,
            "payment_method": payment_method,
            "gateway": "chargebee",
            "gateway_account_id": "gw_1",
            "status": status,
            "date": self._store.second(),
            "exchange_rate": 1.0,
            "linked_invoices": [self._linked(invoice_id, amount)] if invoice_id else [],
            "linked_refunds": [],
        }
        made |= {"masked_card_number": "************1111"} if payment_method == "card" else {}
        transaction = self._store.add("transaction", made)
        self._tell(_HAPPENED[status], transaction)
        return transaction

    def authorize(self, amount: int, currency_code: str, customer_id: str) -> Object:
        """Have some amount blocked, which nobody has paid yet."""
        made = {
            "customer_id": customer_id,
            "type": "authorization",
            "amount": amount,
            "amount_capturable": amount,
            "authorization_reason": "blocking_funds",
            "currency_code": currency_code,
            "payment_method": "card",
            "gateway": "chargebee",
            "status": "success",
            "date": self._store.second(),
            "linked_payments": [],
        }
        transaction = self._store.add("transaction", made)
        self._site.note("authorization_succeeded", transaction=transaction)
        return transaction

    def void(self, transaction_id: str) -> Object:
        """Give up what was blocked."""
        transaction = self._in(transaction_id, "authorization", "success")
        stated = {"status": "voided", "voided_at": self._store.second(), "amount_capturable": 0}
        return self._site.change(transaction | stated, "authorization_voided")

    def settle(self, transaction_id: str, *, succeeds: bool) -> Object:
        """Let a payment that is in progress succeed, or fail."""
        transaction = self._in(transaction_id, "payment", "in_progress")
        changed = self._store.save(transaction | {"status": "success" if succeeds else "failure"})
        self._tell(_HAPPENED[changed["status"]], changed)
        return changed

    def refund(self, transaction_id: str, amount: int, credit_note_id: str = "") -> Object:
        """Pay some of a payment back, for a credit note where one is named."""
        payment = self._in(transaction_id, "payment", "success")
        refund = self._back(payment, "refund", amount, refunded_txn_id=transaction_id)
        names = {"txn_id": refund["id"], "txn_status": "success", "txn_date": refund["date"], "txn_amount": amount}
        self._site.change(payment | {"linked_refunds": [*payment["linked_refunds"], names]}, "transaction_updated")
        note = {"credit_note": self._refunded(credit_note_id, refund)} if credit_note_id else {}
        self._site.note("payment_refunded", transaction=refund, **note)
        return refund

    def pay_credit(self, credit_note_id: str) -> Object:
        """Pay out what a credit note leaves to a customer, outside the site."""
        note = self._store.find("credit_note", credit_note_id)
        if note["deleted"] or not note["amount_available"]:
            raise ValueError("nothing is left to them")
        names = {name: note[name] for name in ("customer_id", "currency_code")}
        refund = self._back(names | {"payment_method": "check"}, "refund", note["amount_available"])
        self._site.note("payment_refunded", transaction=refund, credit_note=self._refunded(credit_note_id, refund))
        return refund

    def apply(self, transaction_id: str, invoice_id: str) -> Object:
        """Settle an invoice with what was paid before, as far as that goes."""
        payment = self._in(transaction_id, "payment", "success")
        amount = min(payment["amount_unused"], self._store.find("invoice", invoice_id)["amount_due"])
        if not amount:
            raise ValueError("nothing is left, or due")
        linked = [*payment["linked_invoices"], self._linked(invoice_id, amount)]
        stated = {"linked_invoices": linked, "amount_unused": payment["amount_unused"] - amount}
        changed = self._site.change(payment | stated, "transaction_updated")
        self._site.note("invoice_updated", invoice=self._settled(linked[-1], changed))
        return changed

    def reverse(self, transaction_id: str, *, is_late_failure: bool = False) -> Object:
        """Let what was paid go back as the bank has it: a transaction of its own says so, and perhaps the payment itself."""
        payment = self._in(transaction_id, "payment", "success")
        if "reversal_transaction_id" in payment:
            raise ValueError("it is reversed")
        back = self._back(payment, "payment_reversal", payment["amount"], reference_transaction_id=transaction_id)
        status = "late_failure" if is_late_failure else "success"
        self._site.change(payment | {"reversal_transaction_id": back["id"], "status": status}, "transaction_updated")
        self._site.note("payment_failed", transaction=back)
        return back

    def delete(self, transaction_id: str) -> Object:
        """Take a payment out that was made outside the site."""
        transaction = self._store.find("transaction", transaction_id)
        if transaction["deleted"] or transaction["payment_method"] == "card":
            raise ValueError("it is deleted, or no offline one")
        return self._site.change(transaction | {"deleted": True}, "transaction_deleted")

    def _back(self, payment: Object, kind: str, amount: int, **stated: str) -> Object:
        names = {name: value for name, value in payment.items() if name in _OF_ITS_PAYMENT}
        made = {**names, "type": kind, "amount": amount, "status": "success", "date": self._store.second(), **stated}
        return self._store.add("transaction", made)

    def _tell(self, happened: str, transaction: Object) -> None:
        """Tell of a payment, with the invoice that it pays, which is then paid."""
        content = {"transaction": transaction}
        for each in transaction["linked_invoices"]:
            content["invoice"] = self._settled(each, transaction)
        self._site.note(happened, **content)

    def _settled(self, linked: Object, transaction: Object) -> Object:
        """The invoice that a payment pays, which is paid by so much if that succeeded."""
        invoice, amount = self._store.find("invoice", linked["invoice_id"]), linked["applied_amount"]
        if transaction["status"] != "success":
            return invoice
        due = max(invoice["amount_due"] - amount, 0)
        payment = {"txn_id": transaction["id"], "applied_amount": amount, "txn_status": transaction["status"]}
        stated = {"amount_paid": invoice["amount_paid"] + amount, "amount_due": due}
        stated |= {"linked_payments": [*invoice["linked_payments"], payment]}
        return self._store.save(invoice | stated | ({} if due else {"status": "paid", "paid_at": self._store.second()}))

    def _refunded(self, credit_note_id: str, refund: Object) -> Object:
        """The credit note for which something was paid back."""
        note, amount = self._store.find("credit_note", credit_note_id), refund["amount"]
        linked = {
            "txn_id": refund["id"],
            "applied_amount": amount,
            "applied_at": refund["date"],
            "txn_status": "success",
        }
        stated = {"status": "refunded", "amount_refunded": amount, "amount_available": 0, "refunded_at": refund["date"]}
        return self._store.save(note | stated | {"linked_refunds": [*note["linked_refunds"], linked]})

    def _linked(self, invoice_id: str, amount: int) -> Object:
        invoice = self._store.find("invoice", invoice_id)
        return {
            "invoice_id": invoice_id,
            "applied_amount": amount,
            "applied_at": self._store.second(),
            "invoice_date": invoice["date"],
            "invoice_total": invoice["total"],
            "invoice_status": invoice["status"],
        }

    def _in(self, transaction_id: str, kind: str, status: str) -> Object:
        found = self._store.find("transaction", transaction_id)
        if found["deleted"] or (found["type"], found["status"]) != (kind, status):
            raise ValueError("it is deleted" if found["deleted"] else f"it is a {found['type']}, {found['status']}")
        return found
