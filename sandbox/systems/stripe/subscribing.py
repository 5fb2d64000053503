"""What customers do with subscriptions: begin, take more or less, pause, cancel and stay; and what is billed of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.stripe.account import Account
from sandbox.systems.stripe.billing import Billing

_DAY_SECONDS = 86_400
_INTERVAL_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_PERIOD = ("current_period_start", "current_period_end")
_LIVE = ("trialing", "active", "past_due", "paused")


class Subscribing:
    """Subscriptions of one account."""

    def __init__(self, account: Account, billing: Billing) -> None:
        self._account = account
        self._billing = billing
        self._store = account.store

    def begin(
        self,
        customer: str,
        currency: str,
        items: Sequence[Mapping[str, Any]],
        *,
        trial_days: int = 0,
        **stated: Any,  # noqa: ANN401 JSON
    ) -> Object:
        """A new subscription: of each item its `product`, `unit_amount` for an `interval`, and `quantity`; see `_item`."""
        now = self._store.second()
        trial_end = now + trial_days * _DAY_SECONDS if trial_days else None
        made = {
            "customer": customer,
            "currency": currency,
            "status": "trialing" if trial_days else "active",
            "items": [self._item(currency, each, now, trial_end) for each in items],
            "start_date": now,
            "trial_start": now if trial_days else None,
            "trial_end": trial_end,
            "cancel_at_period_end": False,
            **dict.fromkeys(("cancel_at", "canceled_at", "ended_at", "pause_collection")),
            "discounts": [],
            **stated,
        }
        return self._account.make("subscription", made, "customer.subscription.created")

    def change(self, subscription_id: str, items: Sequence[Mapping[str, Any]]) -> Object:
        """Have other items from now on; one that is named by its `id` stays that item."""
        subscription = self._in(subscription_id, *_LIVE)
        now, known = self._store.second(), {each["id"]: each for each in subscription["items"]}
        found = [
            self._item(subscription["currency"], each, now, None) | self._kept(known.get(each.get("id", "")))
            for each in items
        ]
        return self._updated(subscription, items=found)

    def take_off(self, subscription_id: str, coupon: Mapping[str, Any]) -> Object:
        """Give a discount by a coupon (`percent_off` or `amount_off` and `currency`), for good unless `duration` says otherwise."""
        subscription = self._in(subscription_id, *_LIVE)
        unsaid = dict.fromkeys(("percent_off", "amount_off", "applies_to"))
        made = self._store.add("coupon", {"duration": "forever", **unsaid, **coupon})
        discount = self._store.add("discount", {"coupon": made["id"], "subscription": subscription_id})
        return self._updated(subscription, discounts=[*subscription["discounts"], discount["id"]])

    def cancel(self, subscription_id: str, *, at_period_end: bool = False) -> Object:
        """End a subscription now, or at the end of what is paid for."""
        subscription, now = self._in(subscription_id, *_LIVE), self._store.second()
        if at_period_end:
            return self._updated(subscription, cancel_at_period_end=True, canceled_at=now)
        stated = {"status": "canceled", "canceled_at": now, "ended_at": now}
        return self._account.change(subscription, "customer.subscription.deleted", **stated)

    def stay(self, subscription_id: str) -> Object:
        """Take back a cancellation that has not come yet."""
        subscription = self._in(subscription_id, *_LIVE)
        return self._updated(subscription, cancel_at_period_end=False, canceled_at=None, cancel_at=None)

    def pause(self, subscription_id: str, behavior: str = "void") -> Object:
        """Collect nothing meanwhile."""
        return self._updated(self._in(subscription_id, *_LIVE), pause_collection={"behavior": behavior})

    def resume(self, subscription_id: str) -> Object:
        """Collect again."""
        return self._updated(self._in(subscription_id, *_LIVE), pause_collection=None)

    def fall_due(self, subscription_id: str) -> Object:
        """Let what was billed of it stay unpaid."""
        return self._updated(self._in(subscription_id, "active"), status="past_due")

    def renew(self, subscription_id: str) -> Object:
        """Begin the next term, and bill it."""
        subscription = self._in(subscription_id, "trialing", "active", "past_due")
        for each in subscription["items"]:
            start = each["current_period_end"]
            each |= {"current_period_start": start, "current_period_end": start + _seconds_of(each["price"])}
        self._updated(subscription, status="active")
        lines = [
            {
                "amount": (each["price"]["unit_amount"] or 0) * each["quantity"],
                "product": each["price"]["product"],
                "price": each["price"]["id"],
                "quantity": each["quantity"],
            }
            for each in subscription["items"]
        ]
        return self._billing.bill(
            subscription["customer"], subscription["currency"], lines, billing_reason="subscription_cycle"
        )

    def _item(self, currency: str, stated: Mapping[str, Any], now: int, trial_end: int | None) -> Object:
        """An item: what is not stated of its price is that of a plain one, paid for each month."""
        recurring = {
            "interval": stated.get("interval", "month"),
            "interval_count": stated.get("interval_count", 1),
            "usage_type": stated.get("usage_type", "licensed"),
        }
        amount = stated.get("unit_amount")
        price = {
            "id": stated.get("price") or self._store.new_id("price"),
            "object": "price",
            "currency": stated.get("currency", currency),
            "billing_scheme": "tiered" if "tiers" in stated else "per_unit",
            "product": stated.get("product"),
            "recurring": recurring,
            "tiers_mode": stated.get("tiers_mode"),
            "transform_quantity": stated.get("transform_quantity"),
            "unit_amount": amount,
            "unit_amount_decimal": stated.get("unit_amount_decimal", None if amount is None else str(amount)),
        }
        return {
            "id": self._store.new_id("subscription_item"),
            "object": "subscription_item",
            "created": now,
            "quantity": stated.get("quantity", 1),
            "price": price | {name: stated[name] for name in ("tiers", "currency_options") if name in stated},
            "discounts": [],
            "current_period_start": now,
            "current_period_end": trial_end or now + _seconds_of(price),
        }

    def _kept(self, item: Mapping[str, Any] | None) -> Object:
        return {} if item is None else {name: item[name] for name in ("id", "created", *_PERIOD)}

    def _updated(self, subscription: Object, **stated: Any) -> Object:  # noqa: ANN401 JSON
        return self._account.change(subscription, "customer.subscription.updated", **stated)

    def _in(self, subscription_id: str, *statuses: str) -> Object:
        found = self._store.get(subscription_id)
        if found["status"] not in statuses:
            raise ValueError(f"it is {found['status']}")
        return found


def _seconds_of(price: Mapping[str, Any]) -> int:
    """How long what is paid for at once lasts: months of thirty days, which nobody here counts on."""
    recurring = price["recurring"]
    return int(_INTERVAL_DAYS[recurring["interval"]] * recurring["interval_count"] * _DAY_SECONDS)
