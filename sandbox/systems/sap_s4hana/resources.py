"""Reads the path of an OData request: an entity set, perhaps the key of one entity of it, perhaps a link of that."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sandbox.systems.sap_s4hana.filters import ODataError, Token
from sandbox.systems.sap_s4hana.selecting import literal_value, property_of
from sandbox.systems.sap_s4hana.services import EntitySet, sets_of
from sandbox.systems.sap_s4hana.values import Stored

_SEGMENT = re.compile(r"(?P<name>\w+)(?:\((?P<key>.*)\))?")
_PREDICATE = re.compile(r"(?:(\w+)=)?('(?:[^']|'')*')(?:,|$)")
_NOT_FOUND = "/IWBEP/CM_MGW_RT/021"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What a path names.

    Attributes:
        key: of one entity; None: all of the set.
        link: a way on from that entity; empty: none.
        counted: `$count` stands at the end.
    """

    entity_set: EntitySet
    key: dict[str, Stored] | None = field(default=None)
    link: str = ""
    counted: bool = False


def parse_path(service: str, path: str) -> Resource:
    """What a path below a service's address names.

    Raises:
        ODataError: if there is no such thing.
    """
    first, *others = path.removesuffix("/$count").split("/") if "'" not in path else _split(path)
    match = _SEGMENT.fullmatch(first)
    entity_set = next((each for each in sets_of(service) if match and each.name == match["name"]), None)
    if match is None or entity_set is None or len(others) > 1:
        raise ODataError(f"Resource not found for the segment '{first}'", _NOT_FOUND)
    key = _key(entity_set, match["key"]) if match["key"] is not None else None
    if others and key is None:
        raise ODataError(f"Resource not found for the segment '{others[0]}'", _NOT_FOUND)
    return Resource(entity_set=entity_set, key=key, link="".join(others), counted=path.endswith("/$count"))


def _split(path: str) -> list[str]:
    """The segments of a path with a key, in which a slash may stand between quotes."""
    whole, _, after = path.removesuffix("/$count").rpartition(")")
    return [f"{whole})", *(each for each in [after.removeprefix("/")] if each)]


def _key(entity_set: EntitySet, text: str) -> dict[str, Stored]:
    found: dict[str, Stored] = {}
    place = 0
    while place < len(text):
        match = _PREDICATE.match(text, place)
        if match is None:
            raise ODataError("Malformed URI literal syntax in key")
        name = match[1] or entity_set.key[0]
        found[name] = literal_value(property_of(entity_set, name), Token("text", match[2]))
        place = match.end()
    if tuple(sorted(found)) != tuple(sorted(entity_set.key)):
        raise ODataError("Invalid key predicate; the key properties do not match", "/IWBEP/CM_MGW_RT/024")
    return found
