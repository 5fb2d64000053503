"""The addresses by which Business Central names what changed, and what is subscribed to. Standard library only."""

from __future__ import annotations

import re
from typing import NamedTuple

_GUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
# Relative with and without a slash before it, or absolute; of a standard page or of somebody's own; of one record or of all.
_RESOURCE = re.compile(
    rf"(?:[!-~]{{0,400}}/)?companies\((?P<company>{_GUID})\)/(?P<name>[A-Za-z]{{1,60}})(?:\((?P<id>{_GUID})\))?(?:\?(?P<query>.{{0,400}}))?",
    re.ASCII,
)


class Resource(NamedTuple):
    """What an address names.

    Attributes:
        company: its id, in lower case.
        name: of the entity set, as it is written.
        id: of the record, in lower case; empty where all are meant.
        query: behind the question mark, as it is written.
    """

    company: str
    name: str
    id: str
    query: str


def parse_resource(text: str) -> Resource | None:
    """What an address names; None for another one."""
    found = _RESOURCE.fullmatch(text)
    if found is None:
        return None
    return Resource(found["company"].lower(), found["name"], (found["id"] or "").lower(), found["query"] or "")
