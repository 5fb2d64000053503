"""Shows objects as the API does: without what is empty, amounts as numbers, and what they are made of where that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.zuora.asked import Asked
from sandbox.systems.zuora.store import Store
from sandbox.systems.zuora.tables import AMOUNTS

# What an object is made of, by which an expansion names it; all of it is shown only where it is asked for.
_PARTS = {
    "rateplans": "ratePlans",
    "rateplancharges": "ratePlanCharges",
    "rateplanchargetiers": "ratePlanChargeTiers",
    "invoiceitems": "invoiceItems",
    "creditmemoitems": "creditMemoItems",
    "debitmemoitems": "debitMemoItems",
    "paymentapplications": "paymentApplications",
    "refundapplications": "refundApplications",
}
_INTERNAL = frozenset({"kind", "deleted", "suspended", "until"})


class Showing:
    """Shows the objects of one tenant."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def shown(self, found: Mapping[str, Any], asked: Asked, path: str = "") -> Object:
        """An object, or a part of one that an expansion calls `path`."""
        shown: Object = {}
        for name, value in found.items():
            expansion = f"{path}.{name.lower()}".lstrip(".")
            if name in _PARTS.values():
                if expansion in asked.expand:
                    shown[name] = [self.shown(each, asked, expansion) for each in value[: asked.rows]]
            elif name not in _INTERNAL and value is not None:
                shown[name] = number(value) if name in AMOUNTS else value
        if "account" in asked.expand and not path:
            account = self._store.found("account", found["accountId"])
            shown["account"] = _chosen(self.shown(account, Asked()), asked.fields.get("account"))
        return shown


def number(amount: str) -> int | float:
    """An amount as JSON has it."""
    exact = Decimal(amount)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _chosen(shown: Object, names: frozenset[str] | None) -> Object:
    return shown if names is None else {name: value for name, value in shown.items() if name in names}
