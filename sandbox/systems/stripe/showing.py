"""Shows objects as the API does: at an API version, what they are made of by ids or, where that was asked for, whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.systems.stripe.settings import AccountSettings
from sandbox.systems.stripe.store import Object, Store

_PRICING = "2025-03-31"  # since then lines have `pricing` and `taxes` instead of `price` and `tax_amounts`
_INTERNAL = frozenset({"settled"})
_WHOLE = ("balance_transactions",)  # what is never shown by ids


class Showing:
    """Shows the objects of one account."""

    def __init__(self, settings: AccountSettings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def shown(self, found: Mapping[str, Any], version: str, expand: Iterable[str] = ()) -> Object:
        """An object at a version.

        Raises:
            ValueError: for something that cannot be expanded.
        """
        shown = {name: value for name, value in found.items() if name not in _INTERNAL}
        for name in _WHOLE:
            if name in shown:
                shown[name] = [self._store.get(each) for each in shown[name]]
        if "lines" in shown:
            rows = [line_shown(each, version) for each in shown["lines"]]
            url = f"/v1/{found['object']}s/{found['id']}/lines"
            shown["lines"] = page_of(rows[: self._settings.embedded_lines], url, rows)
        for name in expand:
            self._expand(shown, name, version)
        return shown

    def _expand(self, shown: Object, name: str, version: str) -> None:
        if name not in shown:
            raise ValueError(f"This property cannot be expanded ({name}).")
        if isinstance(shown[name], str):
            shown[name] = self.shown(self._store.get(shown[name]), version)


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
