"""The tenant's OData services as it publishes them: which entity sets there are, with which properties of which kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

NUMBERS = frozenset({"amount", "value", "rate", "quantity"})
ALPHA = frozenset({"number", "document"})  # digits with or without leading zeros are the same key
EDM_TYPES = {"date": "Edm.DateTime", "moment": "Edm.DateTimeOffset", "time": "Edm.Time", "boolean": "Edm.Boolean"}
EDM_TYPES |= dict.fromkeys(NUMBERS, "Edm.Decimal")
_NUMBER_LENGTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of an entity.

    Attributes:
        kind: `text`; `number` and `document`, which is shown with ten digits; `amount` with three places, `value` with those of
            its currency, `rate`, `quantity`; `date`, `moment`, `time`, `boolean`.
        length: of texts, the longest.
        unit: of amounts, the property with their currency.
    """

    name: str
    kind: str
    length: int
    unit: str
    is_key: bool

    @property
    def edm_type(self) -> str:
        """Its type in the service's metadata."""
        return EDM_TYPES.get(self.kind, "Edm.String")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way from an entity to others; `on` are the properties that both have in common."""

    name: str
    target: str
    many: bool
    on: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySet:
    """One entity set, and the table of the same name.

    Attributes:
        etag: the property of which the ETag is made; empty where there is none.
        row_key: what tells the rows of the table apart, which may be more than the key of the entities.
    """

    name: str
    service: str
    etag: str
    properties: Mapping[str, Property]
    links: Mapping[str, Link]
    row_key: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The key properties, in order."""
        return tuple(each.name for each in self.properties.values() if each.is_key)

    @property
    def type_name(self) -> str:
        """The full name of the entity type."""
        return f"{self.service}.{self.name}Type"


@cache
def all_sets() -> Mapping[str, EntitySet]:
    """Every entity set by its name, which no two services share."""
    stated = json.loads((Path(__file__).parent / "services.json").read_text(encoding="utf-8"))
    return {
        name: _entity_set(name, service, sets)
        for service, sets in stated.items()
        for name in sets
    }  # fmt: skip


def sets_of(service: str) -> list[EntitySet]:
    """The entity sets of a service, in order; none where there is no such service."""
    return [each for each in all_sets().values() if each.service == service]


def _entity_set(name: str, service: str, sets: Mapping[str, Any]) -> EntitySet:
    stated = sets[name]
    properties = {each: _property(each, kind) for each, kind in stated["properties"].items()}
    key = tuple(each.name for each in properties.values() if each.is_key)
    links = {}
    for link, where in stated.get("links", {}).items():
        target, _, many = where.partition(" ")
        shared = key if many == "*" else _key_of(sets[target])
        links[link] = Link(name=link, target=target, many=many == "*", on=shared)
    row_key = (*key, *stated.get("beside_key", ()))
    return EntitySet(
        name=name, service=service, etag=stated.get("etag", ""), properties=properties, links=links, row_key=row_key
    )


def _key_of(stated: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, kind in stated["properties"].items() if kind.endswith(" key"))


def _property(name: str, stated: str) -> Property:
    kind, *more = stated.split()
    length = next((int(each) for each in more if each.isdecimal()), _NUMBER_LENGTH)
    unit = next((each for each in more if not each.isdecimal() and each != "key"), "")
    return Property(name=name, kind=kind, length=length, unit=unit, is_key="key" in more)
