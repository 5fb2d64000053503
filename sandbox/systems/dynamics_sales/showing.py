"""Shows rows as the Web API does: numbers, lookups with what they name, and the related row that was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.systems.dynamics_sales.tables import CURRENCIES, Tables

_NUMBERS = frozenset({"estimatedvalue", "actualvalue", "extendedamount", "exchangerate"})
_EXPANDED = re.compile(r"transactioncurrencyid\(\$select=isocurrencycode\)")
_LOGICAL_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname"


def shown(
    row: Mapping[str, Any], columns: Iterable[str], parameters: Mapping[str, str], prefer: str, tables: Tables
) -> dict[str, Any]:
    """A row with the columns that were selected.

    Raises:
        ValueError: for a related row that nothing leads to.
    """
    found: dict[str, Any] = {"@odata.etag": f'W/"{row["versionnumber"]}"'}
    for name in columns:
        found[name] = _value(name, row[name])
        if name == "_customerid_value" and row[name] is not None and _LOGICAL_NAME in prefer:
            found[f"{name}@{_LOGICAL_NAME}"] = row["customer_table"] or "account"
    expand = parameters.get("$expand")
    if expand is not None:
        if _EXPANDED.fullmatch(expand) is None:
            raise ValueError(f"Could not find a property named '{expand}'.")
        named = row["_transactioncurrencyid_value"]
        currency = tables.row(CURRENCIES, named) if named is not None else None
        names = ("isocurrencycode", "transactioncurrencyid")
        found["transactioncurrencyid"] = {name: currency[name] for name in names} if currency is not None else None
    return found


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 JSON
    return float(value) if name in _NUMBERS and value is not None else value
