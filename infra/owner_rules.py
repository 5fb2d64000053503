"""What must be said of owners so that each fact is planned of one connection, and of one that there is."""

from __future__ import annotations

from collections.abc import Iterator

from infra.landscape_files import Problem
from tieout.facts.families import KINDS
from tieout.landscape import Landscape


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
        for earlier in landscape.owners[:position]:
            if owner.overlaps(earlier):
                yield place, f"it owns what {earlier.name!r} owns already"
