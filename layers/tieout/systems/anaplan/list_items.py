"""Turns members into the items of a list that Anaplan is sent, and the items it shows into members it has. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout import strict_json
from tieout.members import HeldMember, Member, folded


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind:
    """What sort of list a dimension's members are kept in.

    Attributes:
        name: what the model calls it.
        numbered: its items are named by number: what people see is the property `display`, where there is one.
        production: its items are data of a deployed model, which its development model does not have.
    """

    name: str
    numbered: bool = False
    display: str = ""
    production: bool = False

    @classmethod
    def of(cls, dimension: str, options: Mapping[str, Any]) -> ListKind:
        """The kind that the options of a target say, by default a list of the dimension's own name."""
        return cls(
            name=options.get("list", dimension),
            numbered=options.get("numbered", False),
            display=options.get("display", ""),
            production=options.get("production", False),
        )


def body_of(kind: ListKind, members: Sequence[Member], *, adding: bool) -> bytes:
    """Members as the body of a call that adds or changes items; an item that has a code goes by it alone."""
    return strict_json.dump({"items": [_item(kind, each, adding=adding) for each in members]}).encode()


def held_of(kind: ListKind, items: Iterable[Mapping[str, Any]]) -> Iterator[HeldMember]:
    """The members that a list has; of a numbered list the name is what its items show, and not their number."""
    found = list(items)
    by_id = {str(each.get("id")): each for each in found}
    for item in found:
        properties = {name: _text(value) for name, value in (item.get("properties") or {}).items()}
        above = by_id.get(str(item.get("parentId")), {})
        parents = {_text(item.get("parent")), _text(above.get("code")), _text(above.get("name"))} - {""}
        yield HeldMember(
            code=_text(item.get("code")),
            name=properties.get(kind.display, "") if kind.numbered else _text(item.get("name")),
            parents=frozenset(map(folded, parents)),
            properties=properties,
        )


def _item(kind: ListKind, member: Member, *, adding: bool) -> dict[str, Any]:
    item: dict[str, Any] = {"code": member.code}
    properties = dict(member.properties)
    if kind.numbered:
        if kind.display and member.name:
            properties[kind.display] = member.name
    elif adding or member.name:  # Anaplan names no item of an ordinary list by itself
        item["name"] = member.name or member.code
    if member.parent:
        item["parent"] = member.parent
    return item | {"properties": properties} if properties else item


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
