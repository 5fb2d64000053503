"""Reads what a list is asked for: its filters, its order, and the place behind which a page lies.

https://apidocs.chargebee.com/docs/api/list-ops
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sandbox.systems.chargebee.store import Filter, Order

_PLAIN = frozenset({"limit", "offset", "include_deleted"})
_WITH_OPERATOR = re.compile(r"([a-z_]+)\[([a-z_]+)\]")
_TEXTS = {
    "id",
    "customer_id",
    "subscription_id",
    "status",
    "type",
    "event_type",
    "item_id",
    "reference_invoice_id",
    "currency_code",
}
_MOMENTS = {"updated_at", "created_at", "date", "occurred_at"}
_SORTED_BY = {
    "customer": ("created_at", "updated_at"),
    "subscription": ("created_at", "updated_at"),
    "item_price": ("updated_at",),
    "coupon": ("created_at",),
    "invoice": ("date", "updated_at"),
    "credit_note": ("date",),
    "transaction": ("date", "updated_at"),
    "event": ("occurred_at",),
}


class WrongParameterError(Exception):
    """A parameter the site knows nothing of, by its name."""


def read_filters(kind: str, parameters: Mapping[str, str]) -> list[Filter]:
    """What a list is asked for; without what was deleted, unless that is wanted."""
    found = [
        _filter(name, value)
        for name, value in parameters.items()
        if name not in _PLAIN and not name.startswith("sort_by")
    ]
    if kind != "event" and parameters.get("include_deleted", "false") != "true":
        found.append(Filter("deleted", "IS 0", ()))
    return found


def read_order(kind: str, parameters: Mapping[str, str]) -> Order:
    """By what a list is sorted: by when its resources were made, unless it is asked for otherwise, and behind which place."""
    attribute, descending = _SORTED_BY[kind][0], False
    for name, value in parameters.items():
        if name.startswith("sort_by"):
            attribute, descending = value, name == "sort_by[desc]"
            if name not in {"sort_by[asc]", "sort_by[desc]"} or value not in _SORTED_BY[kind]:
                raise WrongParameterError(name)
    if "offset" not in parameters:
        return Order(attribute, descending)
    try:
        value, number = json.loads(parameters["offset"])
        return Order(attribute, descending, (int(value), int(number)))
    except (ValueError, TypeError):
        raise WrongParameterError("offset") from None


def write_offset(place: tuple[int, int]) -> str:
    """The place behind which a page lies, as callers are to hand it back."""
    return json.dumps([str(each) for each in place], separators=(",", ":"))


def _filter(name: str, value: str) -> Filter:
    matched = _WITH_OPERATOR.fullmatch(name)
    attribute, operator = matched.groups() if matched else ("", "")
    try:
        if attribute in _TEXTS:
            return _of_text(attribute, operator, value)
        if attribute in _MOMENTS:
            return _of_moment(attribute, operator, value)
    except (ValueError, TypeError, KeyError):
        raise WrongParameterError(name) from None
    raise WrongParameterError(name)


def _of_text(attribute: str, operator: str, value: str) -> Filter:
    if operator in {"in", "not_in"}:
        values = tuple(_texts(value))
        written = f"({', '.join('?' * len(values))})"
        return Filter(attribute, f"IN {written}" if operator == "in" else f"NOT IN {written}", values)
    return Filter(attribute, {"is": "IS ?", "is_not": "IS NOT ?", "starts_with": "GLOB ? || '*'"}[operator], (value,))


def _of_moment(attribute: str, operator: str, value: str) -> Filter:
    if operator == "between":
        first, last = _texts(value)
        return Filter(attribute, "BETWEEN ? AND ?", (int(first), int(last)))
    return Filter(attribute, {"after": "> ?", "before": "< ?", "on": "IS ?"}[operator], (int(value),))


def _texts(value: str) -> list[str]:
    # Chargebee's own library for Python writes a list in that language's quotes, and is understood.
    listed: Any = json.loads(value.replace("'", '"'))
    if not isinstance(listed, list):
        raise TypeError("no list")
    return [str(each) for each in listed]
