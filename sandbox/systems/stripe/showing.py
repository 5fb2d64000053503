"""Shows objects as the API does: at an API version, what they are made of by ids or, where that was asked for, whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.stripe.settings import AccountSettings
from sandbox.systems.stripe.store import Store

# Since then lines have `pricing` and `taxes`, items of subscriptions a term of their own, and these no `discount` beside all.
_PRICING = "2025-03-31"
_SOURCES = "2025-09-30"  # since then a discount names its coupon by its source
_INTERNAL = frozenset({"settled"})
_UNLESS_EXPANDED = frozenset({"tax_ids", "applies_to"})
_WHOLE = ("balance_transactions",)  # what is never shown by ids
_OF_PRICES = {"items.data.price.tiers": "tiers", "items.data.price.currency_options": "currency_options"}
_EMBEDDED_ITEMS = 10
_PERIOD = ("current_period_start", "current_period_end")


class Showing:
    """Shows the objects of one account."""

    def __init__(self, settings: AccountSettings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def shown(
        self, found: Mapping[str, Any], version: str, expand: Collection[str] = (), most_items: int = _EMBEDDED_ITEMS
    ) -> Object:
        """An object at a version; `most_items` of a subscription are shown with it.

        Raises:
            ValueError: for something that cannot be expanded.
        """
        shown = {name: value for name, value in found.items() if name not in _INTERNAL | _UNLESS_EXPANDED}
        for name in _WHOLE:
            if name in shown:
                shown[name] = [self._store.get(each) for each in shown[name]]
        if found["object"] == "discount":
            shown = self._discount(shown, version)
        if "lines" in shown:
            rows = [line_shown(each, version) for each in shown["lines"]]
            url = f"/v1/{found['object']}s/{found['id']}/lines"
            shown["lines"] = page_of(rows[: self._settings.embedded_lines], url, rows)
        if "items" in shown:
            shown = self._with_items(shown, version, most_items, expand)
        wanted = () if found.get("deleted") else expand
        for each in wanted:
            if each not in _OF_PRICES:
                self._expanded(shown, each.split("."), version)
        return shown

    def _discount(self, discount: Object, version: str) -> Object:
        if version[:10] >= _SOURCES:
            coupon = discount.pop("coupon")
            return discount | {"source": {"type": "coupon", "coupon": coupon}}
        return discount | {"coupon": self.shown(self._store.get(discount["coupon"]), version)}

    def _with_items(self, subscription: Object, version: str, most: int, expand: Collection[str]) -> Object:
        hidden = {name for path, name in _OF_PRICES.items() if path not in expand}
        rows = [
            each | {"price": {name: value for name, value in each["price"].items() if name not in hidden}}
            for each in subscription["items"]
        ]
        terms = {name: rows[0][name] for name in _PERIOD} if rows else {}
        if version[:10] < _PRICING:
            [discount] = subscription["discounts"] if len(subscription["discounts"]) == 1 else [None]
            subscription |= terms | {"discount": discount and self.shown(self._store.get(discount), version)}
            rows = [{name: value for name, value in each.items() if name not in _PERIOD} for each in rows]
        url = f"/v1/subscription_items?subscription={subscription['id']}"
        return subscription | {"items": page_of(rows[:most], url, rows)}

    def _expanded(self, value: Any, path: Sequence[str], version: str) -> Any:  # noqa: ANN401 JSON
        """A value with what a path leads to shown whole."""
        if isinstance(value, list):
            return [self._expanded(each, path, version) for each in value]
        if isinstance(value, str):
            value = self.shown(self._store.get(value), version)
        if path and value is not None:
            name, *rest = path
            if name in _UNLESS_EXPANDED:
                value[name] = self._store.get(value["id"])[name]
            if name not in value:
                raise ValueError(f"This property cannot be expanded ({name}).")
            value[name] = self._expanded(value[name], rest, version)
        return value


def line_shown(line: Mapping[str, Any], version: str) -> Object:
    """A line at a version."""
    if version[:10] >= _PRICING:
        return dict(line)
    older = {name: value for name, value in line.items() if name not in {"pricing", "taxes"}}
    older["tax_amounts"] = [
        {"amount": each["amount"], "inclusive": each["tax_behavior"] == "inclusive"} for each in line["taxes"]
    ]
    if line["object"] == "line_item":
        details = line["pricing"] and line["pricing"]["price_details"]
        older["price"] = details and {"id": details["price"], "object": "price", "product": details["product"]}
    return older


def page_of(rows: list[Object], url: str, of: list[Object] | None = None, *, has_more: bool = False) -> Object:
    """A page of a list: of all rows `of`, or with others behind it."""
    return {"object": "list", "url": url, "data": rows, "has_more": has_more if of is None else len(rows) < len(of)}
