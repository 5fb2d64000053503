"""A sparse secondary index of the table in memory."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.ledger.table import Item, Key


class SparseIndex:
    """The items that have one attribute, by its value.

    Args:
        attribute: the index's partition key.
        included: what an entry holds beside keys.
    """

    def __init__(self, attribute: str, *included: str) -> None:
        self._attribute = attribute
        self._held = {attribute, *included}
        self._entries: dict[str, dict[Key, Item]] = {}
        self._values: dict[Key, str] = {}  # under which value an item's entry stands

    def entries(self, value: str) -> Mapping[Key, Item]:
        """The entries of a value."""
        return self._entries.get(value, {})

    def put(self, key: Key, item: Item | None) -> None:
        """Follow a change of an item; None where it was deleted."""
        old = self._values.pop(key, None)
        if old is not None:
            del self._entries[old][key]
        projected = self._projected(item)
        if projected is not None:
            value = str(projected[self._attribute])
            self._values[key] = value
            self._entries.setdefault(value, {})[key] = projected

    def units(self, before: Item | None, after: Item | None) -> int:
        """Write units that the change of an item costs in this index, for items below a kilobyte."""
        old, new = self._projected(before), self._projected(after)
        if old == new:
            return 0
        moved = old is not None and new is not None and old[self._attribute] != new[self._attribute]
        return 2 if moved else 1

    def _projected(self, item: Item | None) -> Item | None:
        if item is None or self._attribute not in item:
            return None
        return {name: value for name, value in item.items() if name in self._held}
