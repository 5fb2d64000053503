"""The four types an item may hold, as DynamoDB writes them and back: texts, whole numbers, truth values and bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.ledger.table import Item, Key

AttributeValue = dict[str, Any]

_PARTITION_KEY = "pk"
_SORT_KEY = "sk"


def encoded(value: object) -> AttributeValue:
    """A value as DynamoDB writes it.

    Raises:
        TypeError: for anything else than the four types, floats first of all.
    """
    if isinstance(value, str):
        return {"S": str(value)}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(int(value))}
    if isinstance(value, bytes):
        return {"B": value}
    raise TypeError(f"{type(value).__name__} has no form in the table")


def encoded_key(key: Key) -> dict[str, AttributeValue]:
    """A key as DynamoDB writes it."""
    return {_PARTITION_KEY: {"S": key[0]}, _SORT_KEY: {"S": key[1]}}


def decoded_item(attributes: Mapping[str, Mapping[str, Any]]) -> tuple[Key, Item]:
    """The key and the item in an answer of DynamoDB."""
    item: dict[str, Any] = {name: _decoded(value) for name, value in attributes.items()}
    return (item.pop(_PARTITION_KEY), item.pop(_SORT_KEY)), item


def _decoded(value: Mapping[str, Any]) -> str | int | bool | bytes:
    [(kind, content)] = value.items()
    if kind == "N":
        return int(content)
    if kind in {"S", "BOOL", "B"}:
        return content  # type: ignore[no-any-return]  # what DynamoDB promises under these names
    raise TypeError(f"the table holds a {kind}, which nobody writes")
