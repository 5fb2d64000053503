"""What the simulated application is made of: dimensions, members and cubes, read from `application.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a dimension.

    Attributes:
        alias: what the Default alias table calls it; empty: nothing.
        is_parent: whether others are below it, so that its cells are not written to.
        is_dynamic: whether it is calculated when it is read.
        data_type: of an account; all that are not accounts hold numbers.
        parent: below which it stands; empty: directly below the dimension.
        storage: how it is told to be stored, where that is otherwise than the others say.
    """

    name: str
    dimension: str
    alias: str = ""
    is_parent: bool = False
    is_dynamic: bool = False
    data_type: str = CURRENCY
    storage: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Cube:
    """A plan type and its dimensions."""

    name: str
    dimensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApplicationDefinition:
    """A whole application without any cell; a member's name is unique across all of its dimensions."""

    members: tuple[Member, ...]
    cubes: tuple[Cube, ...]
    by_name: Mapping[str, Member] = field(init=False)

    def __post_init__(self) -> None:
        by_name = {each.name.casefold(): each for each in self.members}
        if len(by_name) != len(self.members):
            raise ValueError("two members have one name")
        object.__setattr__(self, "by_name", by_name)


def sandbox_definition() -> ApplicationDefinition:
    """The application of `application.json`, which has a cube for each of the planning model's."""
    plain = json.loads(Path(__file__).with_name("application.json").read_text("utf-8"))
    members = tuple(member for each in plain["dimensions"] for member in _members(each))
    cubes = tuple(Cube(each["name"], tuple(each["dimensions"])) for each in plain["cubes"])
    return ApplicationDefinition(members, cubes)


def _members(plain: Mapping[str, Any]) -> list[Member]:
    dimension, types, aliases = plain["name"], plain.get("types", {}), plain.get("aliases", {})
    parents = [Member(plain["parent"], dimension, is_parent=True)] if "parent" in plain else []
    stored = [
        Member(
            name, dimension, aliases.get(name, ""), data_type=types.get(name, CURRENCY), parent=plain.get("parent", "")
        )
        for name in (*plain["members"], *plain.get("free", ()))
    ]
    return [*parents, *stored, *(Member(name, dimension, is_dynamic=True) for name in plain.get("dynamic", ()))]
