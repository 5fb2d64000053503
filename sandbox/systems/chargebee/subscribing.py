"""What customers do with subscriptions: begin, take more or less, pause, cancel, stay, come back; and what is billed of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.systems.chargebee.billing import Billing
from sandbox.systems.chargebee.recurring import discount_of, mrr_of
from sandbox.systems.chargebee.site import Site
from sandbox.systems.keeping import Object

_DAY_SECONDS = 86_400
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_LIVE = ("future", "in_trial", "active", "non_renewing", "paused")


class Subscribing:
    """Subscriptions of one site."""

    def __init__(self, site: Site, billing: Billing) -> None:
        self._site, self._billing, self._store = site, billing, site.store

    def begin(
        self,
        customer_id: str,
        currency_code: str,
        items: Sequence[Mapping[str, Any]],
        *,
        trial_days: int = 0,
        starts_in_days: int = 0,
        **stated: Any,  # noqa: ANN401 JSON
    ) -> Object:
        """A new subscription: of each item its `item_price_id`, `unit_price` and `quantity`; see `_item`."""
        self._site.customer(customer_id)
        now = self._store.second()
        made = {
            "customer_id": customer_id,
            "currency_code": currency_code,
            "billing_period": 1,
            "billing_period_unit": "month",
            "created_at": now,
            "has_scheduled_changes": False,
            "base_currency_code": self._site.settings.base_currency,
            "exchange_rate": 1.0,
            "due_invoices_count": 0,
            **stated,
        }
        made["subscription_items"] = [self._item(each) for each in items]
        if starts_in_days:
            start = now + starts_in_days * _DAY_SECONDS
            made |= {"status": "future", "start_date": start, "next_billing_at": start}
        elif trial_days:
            made |= self._trial(now, trial_days)
        else:
            made |= {"started_at": now, **self._term(made, now)}
        kept = self._store.add("subscription", made | {"mrr": self._mrr(made)})
        self._site.note("subscription_created", subscription=kept)
        return kept

    def change(self, subscription_id: str, items: Sequence[Mapping[str, Any]], **stated: Any) -> Object:  # noqa: ANN401 JSON
        """Have other items from now on, more or less of them."""
        subscription = self._in(subscription_id, *_LIVE)
        found = [self._item(each) for each in items]
        return self._changed(subscription, "subscription_changed", subscription_items=found, **stated)

    def take_off(self, subscription_id: str, **stated: Any) -> Object:  # noqa: ANN401 JSON
        """Give a discount by `percentage` or `amount`, on the whole or on one `item_price_id`, for good unless stated otherwise."""
        subscription = self._in(subscription_id, *_LIVE)
        apply_on = "specific_item_price" if "item_price_id" in stated else "invoice_amount"
        discount = {
            "id": self._store.new_id("discount"),
            "type": "percentage" if "percentage" in stated else "fixed_amount",
            "duration_type": "forever",
            "apply_on": apply_on,
            "included_in_mrr": True,
            "applied_count": 0,
            "created_at": self._store.second(),
            "object": "discount",
            **stated,
        }
        discounts = [*subscription.get("discounts", []), discount]
        return self._changed(subscription, "subscription_changed", discounts=discounts)

    def redeem(self, subscription_id: str, coupon_id: str) -> Object:
        """Take off what a coupon says, which the subscription only names."""
        self._store.find("coupon", coupon_id)
        subscription = self._in(subscription_id, *_LIVE)
        named = {"coupon_id": coupon_id, "applied_count": 0, "object": "coupon"}
        return self._changed(subscription, "subscription_changed", coupons=[*subscription.get("coupons", []), named])

    def start(self, subscription_id: str) -> Object:
        """Let one that was to come begin."""
        subscription, now = self._in(subscription_id, "future"), self._store.second()
        return self._changed(
            subscription, "subscription_started", start_date=None, started_at=now, **self._term(subscription, now)
        )

    def activate(self, subscription_id: str) -> Object:
        """Let a trial be over."""
        subscription, now = self._in(subscription_id, "in_trial"), self._store.second()
        return self._changed(subscription, "subscription_activated", trial_end=now, **self._term(subscription, now))

    def cancel(self, subscription_id: str, *, at_term_end: bool = False, in_days: int = 0) -> Object:
        """End a subscription now, at the end of what is paid for, or in some days."""
        subscription, now = self._in(subscription_id, *_LIVE), self._store.second()
        if subscription["status"] == "active" and (at_term_end or in_days):
            stated = {
                "status": "non_renewing",
                "cancelled_at": now + in_days * _DAY_SECONDS if in_days else subscription["current_term_end"],
                "cancel_schedule_created_at": now,
                "remaining_billing_cycles": 0,
                "next_billing_at": None,
            }
            return self._changed(subscription, "subscription_cancellation_scheduled", **stated)
        return self._changed(subscription, "subscription_cancelled", **_ended(subscription, now))

    def stay(self, subscription_id: str) -> Object:
        """Take back a cancellation that has not come yet."""
        subscription = self._in(subscription_id, "non_renewing")
        stated = dict.fromkeys(("cancelled_at", "cancel_schedule_created_at", "remaining_billing_cycles"))
        stated |= {"status": "active", "next_billing_at": subscription["current_term_end"]}
        return self._changed(subscription, "subscription_scheduled_cancellation_removed", **stated)

    def reactivate(self, subscription_id: str) -> Object:
        """Come back after a cancellation."""
        subscription, now = self._in(subscription_id, "cancelled"), self._store.second()
        gone = dict.fromkeys(("cancelled_at", "cancel_schedule_created_at", "remaining_billing_cycles"))
        stated = {**gone, **self._term(subscription, now), "activated_at": now}
        return self._changed(subscription, "subscription_reactivated", **stated)

    def pause(self, subscription_id: str, *, in_days: int = 0, for_days: int = 0) -> Object:
        """Pay nothing meanwhile: from now on, or in some days; for good, or for some days."""
        subscription, now = self._in(subscription_id, "active", "non_renewing"), self._store.second()
        start = now + in_days * _DAY_SECONDS
        stated: Object = {"pause_date": start, "resume_date": start + for_days * _DAY_SECONDS if for_days else None}
        if in_days:
            return self._changed(subscription, "subscription_pause_scheduled", **stated)
        return self._changed(subscription, "subscription_paused", status="paused", next_billing_at=None, **stated)

    def resume(self, subscription_id: str) -> Object:
        """Pay again, until it ends where somebody had cancelled it."""
        subscription, now = self._in(subscription_id, "paused"), self._store.second()
        stated = {"pause_date": None, "resume_date": None, **self._term(subscription, now)}
        stated |= {"status": "non_renewing", "next_billing_at": None} if "cancelled_at" in subscription else {}
        return self._changed(subscription, "subscription_resumed", **stated)

    def renew(self, subscription_id: str) -> Object:
        """Begin the next term, and bill it; one that is not renewed ends."""
        subscription = self._in(subscription_id, "active", "non_renewing")
        start = subscription["current_term_end"]
        if subscription["status"] == "non_renewing":
            return self._changed(subscription, "subscription_cancelled", **_ended(subscription, start))
        renewed = self._changed(subscription, "subscription_renewed", **self._term(subscription, start))
        lines = [
            {"amount": each["amount"], "entity_id": each["item_price_id"], "quantity": each["quantity"]}
            for each in renewed["subscription_items"]
            if "amount" in each
        ]
        names = {"subscription_id": renewed["id"], "recurring": True}
        return self._billing.bill(renewed["customer_id"], renewed["currency_code"], lines, **names)

    def delete(self, subscription_id: str) -> Object:
        """Take a subscription out; it is still listed for those who ask for what was deleted."""
        subscription = self._store.find("subscription", subscription_id)
        return self._site.change({**subscription, "deleted": True}, "subscription_deleted")

    def _item(self, stated: Mapping[str, Any]) -> Object:
        """An item: what is not stated of it is that of a plan, of which one unit is had."""
        item = {"item_type": "plan", "quantity": 1, "free_quantity": 0, "object": "subscription_item", **stated}
        if "amount" not in item and "unit_price" in item and "metered_quantity" not in item:
            item["amount"] = item["unit_price"] * max(item["quantity"] - item["free_quantity"], 0)
        return item

    def _trial(self, now: int, days: int) -> Object:
        end = now + days * _DAY_SECONDS
        return {"status": "in_trial", "started_at": now, "trial_start": now, "trial_end": end, "next_billing_at": end}

    def _term(self, subscription: Mapping[str, Any], start: int) -> Object:
        days = _UNIT_DAYS[subscription["billing_period_unit"]] * subscription["billing_period"]
        end = start + days * _DAY_SECONDS
        terms = {"current_term_start": start, "current_term_end": end, "next_billing_at": end}
        return {"status": "active", "activated_at": subscription.get("activated_at", start), **terms}

    def _changed(self, subscription: Object, happened: str, **stated: Any) -> Object:  # noqa: ANN401 JSON
        changed = subscription | stated
        return self._site.change(changed | {"mrr": self._mrr(changed)}, happened)

    def _mrr(self, subscription: Mapping[str, Any]) -> int:
        named = [self._store.find("coupon", each["coupon_id"]) for each in subscription.get("coupons", [])]
        return mrr_of(subscription, [*subscription.get("discounts", []), *map(discount_of, named)])

    def _in(self, subscription_id: str, *statuses: str) -> Object:
        found = self._store.find("subscription", subscription_id)
        if found["deleted"] or found["status"] not in statuses:
            raise ValueError("it is deleted" if found["deleted"] else f"it is {found['status']}")
        return found


def _ended(subscription: Mapping[str, Any], second: int) -> Object:
    ends = {
        "status": "cancelled",
        "cancelled_at": second,
        "next_billing_at": None,
        "pause_date": None,
        "resume_date": None,
    }
    return ends | ({"current_term_end": second} if "current_term_end" in subscription else {})
