"""Where in planning a row stands: cube, members, period, company and currency of an intersection, which never change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from tieout import strict_json
from tieout.errors import PermanentError
from tieout.landscape import Feed
from tieout.ledger import keys
from tieout.ledger.table import Item, Key
from tieout.money import Money

ADDRESSED = ("period", "legal_entity")
"""The attributes of a line that have a column of their own, whatever planning calls their dimension."""


class UnknownPlaceError(PermanentError):
    """The journal tells of an intersection that the ledger does not have: the two are not of one table."""


class Items(Protocol):
    """Reads items of the ledger."""

    def get(self, keys: list[Key]) -> Mapping[Key, Item]:
        """The items there are of those keys."""
        ...


class Place(NamedTuple):
    """An intersection.

    Attributes:
        members: as JSON.
        addressed: attribute to member, for those of `ADDRESSED`.
        currencies: measure to ISO 4217.
    """

    target: str
    intersection_id: str
    cube: str
    members: str
    addressed: Mapping[str, str]
    currencies: Mapping[str, str]

    def columns(self, measure: str) -> dict[str, Any]:
        """What a row about one of its cells says of the place."""
        return {
            "target": self.target,
            "intersection_id": self.intersection_id,
            "measure": measure,
            "planning_cube": self.cube,
            "members": self.members,
            **{attribute: self.addressed.get(attribute) for attribute in ADDRESSED},
            "currency": self.currencies[measure],
        }

    def amount(self, measure: str, amount_minor: int | None) -> str | None:
        """Minor units of a cell as the text of whole units, exactly."""
        return None if amount_minor is None else f"{Money(amount_minor, self.currencies[measure]).decimal():f}"


class Places:
    """The intersections that some changes are about, as the ledger has them.

    What is taken of an intersection is said when it is first put and never changes, so it is the same whenever it is read.
    """

    def __init__(self, items: Items, dimensions: Mapping[str, str]) -> None:
        self._items, self._dimensions = items, dimensions

    def of(self, keys_of_cells: Collection[Key]) -> Mapping[Key, Place]:
        """Each of these intersections.

        Raises:
            UnknownPlaceError: if the ledger does not have one.
            TieoutError: the ledger could not be read.
        """
        found = self._items.get(sorted(keys_of_cells))
        missing = sorted(set(keys_of_cells) - found.keys())
        if missing:
            raise UnknownPlaceError(f"no item {missing[0][0]}")
        return {key: place_of(key[0], item, self._dimensions) for key, item in found.items()}


def place_of(partition: str, item: Item, dimensions: Mapping[str, str]) -> Place:
    """The place that the item of an intersection states; `dimensions` says which attribute a dimension shows."""
    _, target, intersection_id = partition.split("#")
    members = strict_json.parse(str(item["members"]).encode())
    return Place(
        target=target,
        intersection_id=intersection_id,
        cube=str(item["cube"]),
        members=str(item["members"]),
        addressed={dimensions[name]: str(member) for name, member in members if name in dimensions},
        currencies={
            name.removeprefix(keys.CURRENCY): str(value)
            for name, value in item.items()
            if name.startswith(keys.CURRENCY)
        },
    )


def addressed_dimensions(feeds: Iterable[Feed]) -> dict[str, str]:
    """Dimension to the attribute of `ADDRESSED` that it shows, in whichever feed."""
    dimensions = (dimension for feed in feeds for dimension in feed.dimensions)
    return {each.name: each.attribute for each in dimensions if each.attribute in ADDRESSED}
