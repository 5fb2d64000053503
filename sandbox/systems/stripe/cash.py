"""What moves the account's balance: charges, refunds, disputes and payouts, each with the balance transactions it causes."""

from __future__ import annotations

from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.stripe.account import Account

_DAY_SECONDS = 86_400
_LOST, _WON = "lost", "won"


class Cash:
    """The balance of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._store = account.store

    def charge(
        self,
        amount: int,
        currency: str,
        *,
        captured_later: bool = False,
        **stated: Any,  # noqa: ANN401 JSON
    ) -> Object:
        """Charge a `customer`, for an `invoice` where that is stated: `status` is `succeeded`, `pending` or `failed`.

        Where it is converted, `settled_amount` and `settled_currency` say what comes to the balance; where it is captured later,
        as Stripe does it unless asked otherwise, nothing has come to it yet (`capture`).
        """
        status = stated.get("status", "succeeded")
        charge = self._account.make(
            "charge",
            {
                "amount": amount,
                "currency": currency,
                "customer": stated.get("customer"),
                "invoice": stated.get("invoice"),
                "status": status,
                "captured": True,
                "amount_refunded": 0,
                "balance_transaction": None,
                "failure_balance_transaction": None,
                "settled": [stated.get("settled_amount", amount), stated.get("settled_currency", currency)],
            }
            | ({"id": stated["id"]} if "id" in stated else {}),
        )
        if status == "succeeded" and not captured_later:
            return self._succeeded(charge)
        self._account.note(f"charge.{status}", charge)
        return charge

    def capture(self, charge_id: str) -> Object:
        """Let what has succeeded come to the balance."""
        return self._succeeded(self._in(charge_id, "succeeded"), "charge.updated")

    def settle(self, charge_id: str, *, succeeds: bool) -> Object:
        """Let a pending charge succeed, or fail."""
        charge = self._in(charge_id, "pending")
        return self._succeeded(charge) if succeeds else self._account.change(charge, "charge.failed", status="failed")

    def bounce(self, charge_id: str) -> Object:
        """Let a charge fail after it had succeeded: what came goes back."""
        charge = self._in(charge_id, "succeeded")
        amount, currency = charge["settled"]
        back = self._moved(charge["id"], "payment_failure_refund", -amount, 0, currency)
        return self._account.change(charge, "charge.failed", status="failed", failure_balance_transaction=back)

    def refund(self, charge_id: str, amount: int) -> Object:
        """Pay some of a charge back, at the rate at which it was settled."""
        charge = self._in(charge_id, "succeeded")
        settled, currency = charge["settled"]
        refund = self._account.make(
            "refund",
            {
                "amount": amount,
                "currency": charge["currency"],
                "charge": charge_id,
                "status": "succeeded",
                "balance_transaction": None,
                "failure_balance_transaction": None,
                "settled": [amount * settled // charge["amount"], currency],
            },
        )
        moved = self._moved(refund["id"], "refund", -refund["settled"][0], 0, currency)
        self._account.change(refund, "refund.created", balance_transaction=moved)
        refunded = charge["amount_refunded"] + amount
        self._account.change(charge, "charge.refunded", amount_refunded=refunded)
        return refund

    def fail_refund(self, refund_id: str) -> Object:
        """Let the customer's bank send a refund back."""
        refund = self._in(refund_id, "succeeded")
        amount, currency = refund["settled"]
        back = self._moved(refund_id, "refund_failure", amount, 0, currency)
        return self._account.change(refund, "refund.failed", status="failed", failure_balance_transaction=back)

    def dispute(self, charge_id: str, *, is_inquiry: bool = False) -> Object:
        """Let a customer's bank take a charge back, with a fee; an inquiry takes nothing yet."""
        charge = self._in(charge_id, "succeeded")
        dispute = self._account.make(
            "dispute",
            {
                "amount": charge["amount"],
                "currency": charge["currency"],
                "charge": charge_id,
                "status": "warning_needs_response" if is_inquiry else "needs_response",
                "balance_transactions": [],
            },
            "charge.dispute.created",
        )
        if not is_inquiry:
            settled, currency = charge["settled"]
            taken = self._moved(dispute["id"], "adjustment", -settled, self._account.settings.dispute_fee, currency)
            self._account.change(dispute, "charge.dispute.funds_withdrawn", balance_transactions=[taken])
        return dispute

    def close_dispute(self, dispute_id: str, *, won: bool) -> Object:
        """Win a dispute, by which its amount comes back, or lose it."""
        dispute = self._in(dispute_id, "needs_response", "warning_needs_response")
        taken = dispute["balance_transactions"]
        if won and taken:
            first = self._store.get(taken[0])
            back = self._moved(dispute_id, "adjustment", -first["amount"], 0, first["currency"])
            self._account.change(dispute, "charge.dispute.funds_reinstated", balance_transactions=[*taken, back])
        return self._account.change(dispute, "charge.dispute.closed", status=_WON if won else _LOST)

    def pay_out(self, amount: int, currency: str, fee: int = 0) -> Object:
        """Send some of the balance to the bank; an instant payout costs a fee."""
        payout = self._account.make(
            "payout",
            {
                "amount": amount,
                "currency": currency,
                "status": "pending",
                "arrival_date": self._store.second() + 2 * _DAY_SECONDS,
                "balance_transaction": None,
                "failure_balance_transaction": None,
            },
        )
        moved = self._moved(payout["id"], "payout", -amount, fee, currency)
        return self._account.change(payout, "payout.created", balance_transaction=moved)

    def arrive(self, payout_id: str) -> Object:
        """Let a payout arrive, as far as anybody knows."""
        return self._account.change(self._in(payout_id, "pending"), "payout.paid", status="paid")

    def fail_payout(self, payout_id: str) -> Object:
        """Let the bank send a payout back, be it after it had arrived."""
        payout = self._in(payout_id, "pending", "paid")
        back = self._moved(payout_id, "payout_failure", payout["amount"], 0, payout["currency"])
        return self._account.change(payout, "payout.failed", status="failed", failure_balance_transaction=back)

    def _succeeded(self, charge: Object, happened: str = "charge.succeeded") -> Object:
        amount, currency = charge["settled"]
        settings = self._account.settings
        fee = amount * settings.fee_per_mille // 1000 + settings.fee_fixed
        moved = self._moved(charge["id"], "charge", amount, fee, currency)
        return self._account.change(charge, happened, status="succeeded", balance_transaction=moved)

    def _moved(self, source: str, kind: str, amount: int, fee: int, currency: str) -> str:
        """A balance transaction, made now; its id."""
        stated = {
            "amount": amount,
            "fee": fee,
            "net": amount - fee,
            "currency": currency,
            "type": kind,
            "source": source,
            "available_on": self._store.second() + 2 * _DAY_SECONDS,
            "status": "pending",
        }
        return str(self._store.add("balance_transaction", stated)["id"])

    def _in(self, object_id: str, *statuses: str) -> Object:
        found = self._store.get(object_id)
        if found["status"] not in statuses:
            raise ValueError(f"it is {found['status']}")
        return found
