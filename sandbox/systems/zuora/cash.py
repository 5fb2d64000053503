"""What the tenant collects: payments that are applied to what is billed and taken off it again, and refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.zuora.tenant import Tenant, plain

_DONE, _UNDER_WAY = "Processed", "Processing"
_APPLICATIONS = "paymentApplications"


class Cash:
    """Payments and refunds of one tenant, by their ids or numbers. What is applied leaves the invoice as it is."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._store = tenant.store

    def pay(
        self,
        account: str,
        amount: str,
        date: str | None = None,
        *,
        applied: Sequence[Mapping[str, str]] = (),
        **stated: Any,  # noqa: ANN401 JSON
    ) -> Object:
        """A payment of a customer; what of it is `applied` names an `invoice` or a `debit_memo` and an `amount`."""
        owner, day = self._store.found("account", account), self._tenant.day(date)
        payment = self._tenant.make(
            "payment",
            {
                "accountId": owner["id"],
                "currency": owner["currency"],
                "status": _DONE,
                "type": "External",
                "effectiveDate": day,
                "amount": plain(Decimal(amount)),
                "refundAmount": "0",
                _APPLICATIONS: [self._application(each, day) for each in applied],
                **stated,
            },
        )
        return self._changed(payment, "PaymentProcessed" if payment["status"] == _DONE else "PaymentCreated")

    def settle(self, payment: str, *, succeeds: bool) -> Object:
        """Let a payment that is under way come, or not."""
        found = self._tenant.in_state("payment", payment, _UNDER_WAY)
        stated = {"status": _DONE if succeeds else "Error"}
        return self._tenant.change(found, "PaymentProcessed" if succeeds else "PaymentDeclined", **stated)

    def void(self, payment: str) -> Object:
        """Take a payment back, as if it had never come."""
        found = self._tenant.in_state("payment", payment, _DONE)
        return self._tenant.change(found, "PaymentVoided", status="Voided")

    def apply(self, payment: str, amount: str, date: str | None = None, **to: str) -> Object:
        """Apply some of a payment to an `invoice` or a `debit_memo`; less than nothing takes it off again."""
        found = self._tenant.in_state("payment", payment, _DONE)
        found[_APPLICATIONS].append(self._application({"amount": amount, **to}, self._tenant.day(date)))
        return self._changed(found, "PaymentUpdated")

    def refund(self, payment: str, amount: str, date: str | None = None) -> Object:
        """Pay some of a payment back that is applied to nothing."""
        found = self._tenant.in_state("payment", payment, _DONE)
        made = self._refund(found, amount, date, sourceType="Payment", paymentId=found["id"])
        found["refundAmount"] = plain(Decimal(found["refundAmount"]) + Decimal(amount))
        self._changed(found, "PaymentUpdated")
        return made

    def refund_memo(self, memo: str, amount: str, date: str | None = None) -> Object:
        """Pay a customer what a credit memo is over."""
        found = self._tenant.in_state("credit_memo", memo, "Posted")
        return self._refund(found, amount, date, sourceType="CreditMemo", creditMemoId=found["id"])

    def end_refund(self, refund: str, *, failed: bool = False) -> Object:
        """Let a refund fail at the bank, or be taken back."""
        found = self._tenant.in_state("refund", refund, _DONE)
        status, happened = ("Error", "RefundFailed") if failed else ("Voided", "RefundVoided")
        return self._tenant.change(found, happened, status=status)

    def _refund(self, source: Mapping[str, Any], amount: str, date: str | None, **stated: str) -> Object:
        made = {
            "accountId": source["accountId"],
            "currency": source["currency"],
            "status": _DONE,
            "type": "External",
            "refundDate": self._tenant.day(date),
            "amount": plain(Decimal(amount)),
            "refundApplications": [],
            **stated,
        }
        return self._tenant.make("refund", made, "RefundProcessed")

    def _changed(self, payment: Object, happened: str) -> Object:
        """A payment with the sums of what became of it."""
        applied = sum((Decimal(each["applyAmount"]) for each in payment[_APPLICATIONS]), Decimal(0))
        left = Decimal(payment["amount"]) - applied - Decimal(payment["refundAmount"])
        return self._tenant.change(payment, happened, appliedAmount=plain(applied), unappliedAmount=plain(left))

    def _application(self, stated: Mapping[str, str], day: str) -> Object:
        kind = "invoice" if "invoice" in stated else "debit_memo"
        named = {"invoice": "invoiceId", "debit_memo": "debitMemoId"}[kind]
        return {
            "id": self._store.new_id(),
            "applyAmount": plain(Decimal(stated["amount"])),
            "effectiveDate": day,
            named: self._store.found(kind, stated[kind])["id"],
        }
