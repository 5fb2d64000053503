"""What must be said of owners so that each fact is planned of one connection, and each field believed of one, that there is."""

from __future__ import annotations

from collections.abc import Iterator

from infra.landscape_files import Problem
from tieout.facts.families import KINDS
from tieout.landscape import Landscape
from tieout.masters import EXTERNAL_IDS, FIELDS
from tieout.ownership import NUMBER, TABLES_BY_KIND, Owner


def owner_problems(landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of how owners are declared."""
    connections = [each.name for each in landscape.connections]
    for position, owner in enumerate(landscape.owners):
        place = ("owners", position)
        if owner.connection not in connections:
            yield (*place, "connection"), f"{owner.connection!r} is no connection ({', '.join(connections)})"
        if not owner.facts:
            yield (*place, "facts"), "it owns nothing"
        for kind in owner.facts:
            if kind not in KINDS:
                yield (*place, "facts"), f"{kind!r} is no canonical fact ({', '.join(KINDS)})"
        yield from ((place + part, said) for part, said in _master_problems(owner))
        for earlier in landscape.owners[:position]:
            if owner.overlaps(earlier):
                yield place, f"it owns what {earlier.name!r} owns already"


def _master_problems(owner: Owner) -> Iterator[Problem]:
    """Every flaw of what is only said of master data."""
    others = [kind for kind in owner.facts if kind not in TABLES_BY_KIND]
    for name in ("fields", "codes", "linked_by"):
        if getattr(owner, name) and others:
            known = ", ".join(TABLES_BY_KIND)
            yield (name,), f"it is said of {', '.join(others)} too, and only master data has it ({known})"
    for field in owner.fields:
        if field not in (*FIELDS, EXTERNAL_IDS):
            yield ("fields",), f"{field!r} is no field of master data ({', '.join((*FIELDS, EXTERNAL_IDS))})"
    if owner.codes and owner.codes.count(NUMBER) != 1:
        yield ("codes",), f"{owner.codes!r} does not say {NUMBER} once"
    if owner.fields and (owner.codes or owner.linked_by):
        yield ("fields",), "who owns some fields alone neither names records nor is linked with others"
