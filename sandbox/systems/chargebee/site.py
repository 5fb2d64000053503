"""What everything in the site goes through: a resource is made or changed, and an event of it noted for whoever is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.systems.chargebee.settings import SiteSettings
from sandbox.systems.chargebee.store import Store
from sandbox.systems.keeping import Object

_CARD = {
    "status": "valid",
    "first_name": "Ada",
    "last_name": "Moreau",
    "iin": "411111",
    "last4": "1111",
    "masked_number": "************1111",
    "card_type": "visa",
    "funding_type": "credit",
    "expiry_month": 12,
    "expiry_year": 2032,
    "ip_address": "192.0.2.7",
    "object": "card",
}
_PERSON = {
    "first_name": "Ada",
    "last_name": "Moreau",
    "email": "ada.moreau@customers.example",
    "phone": "+44 20 7946 0999",
    "billing_address": {"line1": "1 Somewhere Street", "city": "London", "country": "GB", "object": "billing_address"},
    "card_status": "valid",
    "payment_method": {
        "type": "card",
        "reference_id": "tok_of_nobody",
        "gateway": "chargebee",
        "object": "payment_method",
    },
}


class Site:
    """The site's resources, and the events of what happened to them.

    Attributes:
        untold: the events nobody has taken yet, in the order in which they happened.
    """

    def __init__(self, settings: SiteSettings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.store = Store(now)
        self.untold: list[Object] = []

    def customer(self, customer_id: str) -> Object:
        """A customer, who is made where nobody knew them."""
        try:
            return self.store.find("customer", customer_id)
        except KeyError:
            return self.make_customer(customer_id)

    def make_customer(self, id: str, **stated: Any) -> Object:  # noqa: A002, ANN401 as the API calls it; JSON
        """A new customer, and the event of that."""
        known = {"id": id, "created_at": self.store.second(), "auto_collection": "on", "net_term_days": 0, **_PERSON}
        made = self.store.add("customer", {**known, **stated})
        self.note("customer_created", customer=made)
        return made

    def change_customer(self, customer_id: str, **stated: Any) -> Object:  # noqa: ANN401 JSON
        """Know something else of a customer."""
        return self.change(self.store.find("customer", customer_id) | stated, "customer_changed")

    def delete_customer(self, customer_id: str) -> Object:
        """Take a customer out; whoever asks for what was deleted is still shown them."""
        return self.change(self.store.find("customer", customer_id) | {"deleted": True}, "customer_deleted")

    def make_item_price(self, id: str, item_id: str, price: int, currency_code: str, **stated: Any) -> Object:  # noqa: A002, ANN401 JSON
        """A new price of an item: each month, of each unit, unless it is stated otherwise."""
        known = {
            "id": id,
            "name": id,
            "item_id": item_id,
            "item_type": "plan",
            "item_family_id": "family",
            "pricing_model": "per_unit",
            "price": price,
            "currency_code": currency_code,
            "period": 1,
            "period_unit": "month",
            "status": "active",
            "created_at": self.store.second(),
        }
        made = self.store.add("item_price", {**known, **stated})
        self.note("item_price_created", item_price=made)
        return made

    def make_coupon(self, id: str, **stated: Any) -> Object:  # noqa: A002, ANN401 JSON
        """A new coupon, of `discount_percentage` or `discount_amount`: on the whole, for good, unless it is stated otherwise."""
        known = {
            "id": id,
            "name": id,
            "discount_type": "percentage" if "discount_percentage" in stated else "fixed_amount",
            "duration_type": "forever",
            "apply_on": "invoice_amount",
            "status": "active",
            "created_at": self.store.second(),
        }
        made = self.store.add("coupon", {**known, **stated})
        self.note("coupon_created", coupon=made)
        return made

    def try_out(self) -> Object:
        """An event of the dashboard, of a subscription and a customer that nobody has."""
        names = {"id": "cbdemo_sub", "customer_id": "cbdemo_cust", "status": "active", "object": "subscription"}
        self.note("subscription_created", subscription=names, customer={"id": "cbdemo_cust", "object": "customer"})
        return self.untold[-1]

    def change(self, changed: Object, happened: str, **beside: Object) -> Object:
        """Write a resource as it is now, and the event of that, which shows others `beside` it."""
        saved = self.store.save(changed)
        self.note(happened, **{saved["object"]: saved}, **beside)
        return saved

    def note(self, happened: str, **content: Mapping[str, Any]) -> None:
        """Keep the event that something happened, which shows all resources it is about as they are now."""
        event = {
            "occurred_at": self.store.second(),
            "source": "admin_console",
            "user": "ada.moreau@company.example",
            "api_version": "v2",
            "event_type": happened,
            "content": {**content, **self._beside(content)},
            "webhook_status": "scheduled",
            "webhooks": [{"id": "whv2_1", "webhook_status": "scheduled", "object": "webhook"}],
        }
        self.untold.append(self.store.add("event", event))

    def take_untold(self) -> list[Object]:
        """The events that nobody has taken yet."""
        taken, self.untold = self.untold, []
        return taken

    def _beside(self, content: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """Whoever subscribes or pays, and what they pay with, are shown with that."""
        about = content.get("subscription") or content.get("transaction")
        if about is None or "customer_id" not in about or "customer" in content:
            return {}
        return {"customer": self.customer(about["customer_id"]), "card": {"customer_id": about["customer_id"], **_CARD}}
