"""Reads the query options of a call: `$filter`, `$orderby`, `$top`, `$skip`, `$count`, `$select`, `$expand` and `$skiptoken`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.systems.business_central.answering import ODataError
from sandbox.systems.business_central.filters import Condition, parse_filter, unknown_property
from sandbox.systems.business_central.schema import EntitySet

_KNOWN = {"$filter", "$orderby", "$top", "$skip", "$count", "$select", "$expand", "$skiptoken"}
_EXPANSION = re.compile(r"(\w+)(?:\((.*)\))?", re.DOTALL)
_EVERYTHING = Condition("1", (), frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What of an entity is shown.

    Attributes:
        properties: names in the entity's own order; of an expanded entity too.
        expanded: shapes by the name of the relation.
    """

    properties: tuple[str, ...]
    expanded: Mapping[str, Shape] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a call asks for.

    Attributes:
        order: names with whether they descend.
        top: how many at most; None: all.
        token: where the page before ended; empty for the first.
    """

    condition: Condition
    order: tuple[tuple[str, bool], ...]
    shape: Shape
    top: int | None
    skip: int
    is_counted: bool
    token: str


def read_options(query: Mapping[str, str], entity_set: EntitySet, sets: Mapping[str, EntitySet]) -> Options:
    """The options of a call for entities of a set.

    Raises:
        ODataError: for what the API refuses.
    """
    unknown = {name for name in query if name.startswith("$")} - _KNOWN
    if unknown:
        raise ODataError(400, "BadRequest", f"The query parameter '{min(unknown)}' is not supported.")
    stated = query.get("$filter", "")
    return Options(
        condition=parse_filter(stated, entity_set) if stated else _EVERYTHING,
        order=_order(query.get("$orderby", ""), entity_set),
        shape=read_shape(query, entity_set, sets),
        top=_number(query, "$top"),
        skip=_number(query, "$skip") or 0,
        is_counted=query.get("$count") == "true",
        token=query.get("$skiptoken", ""),
    )


def read_shape(query: Mapping[str, str], entity_set: EntitySet, sets: Mapping[str, EntitySet]) -> Shape:
    """What `$select` and `$expand` ask for."""
    names = [each.strip() for each in query.get("$select", "").split(",") if each.strip()]
    for name in names:
        if name not in entity_set.properties:
            raise unknown_property(name, entity_set)
    shown = tuple(each for each in entity_set.properties if not names or each in names)
    expanded = {}
    for part in _split(query.get("$expand", ""), ","):
        match = _EXPANSION.fullmatch(part.strip())
        navigation = entity_set.navigations.get(match[1]) if match else None
        if match is None or navigation is None:
            raise unknown_property(part.strip().partition("(")[0], entity_set)
        inner = dict(each.strip().partition("=")[::2] for each in _split(match[2] or "", ";"))
        if inner.keys() - {"$select", "$expand"}:
            raise ODataError(400, "BadRequest", f"The option '{min(inner)}' is not supported within '$expand'.")
        expanded[match[1]] = read_shape(inner, sets[navigation.target], sets)
    return Shape(properties=shown, expanded=expanded)


def _order(text: str, entity_set: EntitySet) -> tuple[tuple[str, bool], ...]:
    """The asked order, made whole by the entity's key and id, so that pages follow each other."""
    found = []
    for part in (each.split() for each in text.split(",") if each.strip()):
        name, direction = part[0], part[1] if len(part) > 1 else "asc"
        if name not in entity_set.properties:
            raise unknown_property(name, entity_set)
        if len(part) > 2 or direction not in {"asc", "desc"}:  # noqa: PLR2004 a name and a direction
            raise ODataError(400, "BadRequest", f"Syntax error at position {len(text)} in '{text}'.")
        found.append((name, direction == "desc"))
    return (*found, *((name, False) for name in (entity_set.key, "id") if name not in {each for each, _ in found}))


def _number(query: Mapping[str, str], name: str) -> int | None:
    value = query.get(name)
    if value is not None and not value.isdecimal():
        raise ODataError(400, "BadRequest", f"Invalid value '{value}' for {name} query option found.")
    return None if value is None else int(value)


def _split(text: str, mark: str) -> Iterator[str]:
    """The parts between marks that stand in no parentheses."""
    depth, start = 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == mark and depth == 0:
            yield text[start:place]
            start = place + 1
    if text[start:].strip():
        yield text[start:]
