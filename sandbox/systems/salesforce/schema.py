"""The organisation's object model: which fields an object has, of which kind, and what of it the caller may see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.systems.salesforce.settings import OrganizationSettings

_OBJECTS = json.loads((Path(__file__).parent / "objects.json").read_text(encoding="utf-8"))
_STAMPS = {
    "CreatedDate": "datetime!",
    "CreatedById": "reference User!",
    "LastModifiedDate": "datetime!",
    "LastModifiedById": "reference User!",
    "SystemModstamp": "datetime!",
}
_NEEDED = {
    "CurrencyIsoCode": "multi_currency",
    "RecordTypeId": "record_types",
}  # field to the setting without which it is not
NUMBERS = frozenset({"currency", "percent", "double", "int"})
IDS = frozenset({"id", "reference"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an object.

    Attributes:
        kind: `id`, `reference`, `text`, `currency`, `percent`, `double`, `int`, `boolean`, `date` or `datetime`.
        refers_to: of a reference, the object.
        settable: False for what Salesforce works out.
    """

    name: str
    kind: str
    refers_to: str
    settable: bool

    @property
    def relationship(self) -> str:
        """What a path through a reference calls it, such as `Account` for `AccountId`; empty for other fields."""
        return self.name.removesuffix("Id") if self.kind == "reference" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectType:
    """One object; `fields` in the order in which bitmaps count them."""

    name: str
    prefix: str
    fields: Mapping[str, Field]


class Schema:
    """The object model as the organisation's settings make it at this moment."""

    def __init__(self, settings: OrganizationSettings) -> None:
        self._settings = settings

    def names(self) -> list[str]:
        """Every object there is."""
        return list(_OBJECTS)

    def object_type(self, name: str) -> ObjectType:
        """An object with every field there is, whether the organisation uses it or not; `KeyError` where there is none."""
        return _object_type(name, tuple(self._settings.custom_fields))

    def existing(self, name: str) -> ObjectType:
        """An object with the fields that the organisation uses."""
        whole = self.object_type(name)
        unused = {field for field, needs in _NEEDED.items() if not getattr(self._settings, needs)}
        return replace(whole, fields={each: field for each, field in whole.fields.items() if each not in unused})

    def visible(self, name: str) -> ObjectType | None:
        """An object as the caller sees it, by its name in any case; None where that is not at all."""
        known = next((each for each in _OBJECTS if each.lower() == name.lower()), None)
        if known is None or known in self._settings.hidden_objects:
            return None
        if not all(getattr(self._settings, needs) for needs in _OBJECTS[known].get("needs", ())):
            return None
        whole, hidden = self.existing(known), self._settings.hidden_fields
        return replace(
            whole, fields={each: whole.fields[each] for each in whole.fields if f"{known}.{each}" not in hidden}
        )


@cache  # every save asks for all of them
def _object_type(name: str, custom_fields: tuple[str, ...]) -> ObjectType:
    """What each organisation with these fields of its own has."""
    stated: dict[str, Any] = _OBJECTS[name]
    kinds = {"Id": "id!", **stated["fields"], **_custom(name, custom_fields)}
    kinds |= {"IsDeleted": "boolean!"} if stated.get("recycled") else {}
    kinds |= {"CurrencyIsoCode": "text"} if stated.get("priced") else {}
    fields = {each: _field(each, kind) for each, kind in (kinds | _STAMPS).items()}
    return ObjectType(name=name, prefix=stated["prefix"], fields=fields)


def _custom(name: str, custom_fields: tuple[str, ...]) -> dict[str, str]:
    stated = (each.partition(" ") for each in custom_fields)
    return {field: kind for place, _, kind in stated for owner, _, field in [place.partition(".")] if owner == name}


def _field(name: str, stated: str) -> Field:
    kind, _, refers_to = stated.removesuffix("!").partition(" ")
    return Field(name=name, kind=kind, refers_to=refers_to, settable=not stated.endswith("!"))
