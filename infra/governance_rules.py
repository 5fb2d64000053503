"""What must be said of approvals so that each table that is to need one does."""

from __future__ import annotations

from collections.abc import Iterator

from infra.landscape_files import Problem
from tieout.landscape import Landscape
from tieout.planning.mapping import RATE, TABLES


def governance_problems(landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of what needs an approval."""
    connections = [each.name for each in landscape.connections]
    for position, approval in enumerate(landscape.approvals):
        place = ("approvals", position)
        if not approval.tables:
            yield (*place, "tables"), "nothing needs it"
        for table in approval.tables:
            if table not in TABLES:
                yield (*place, "tables"), f"{table!r} is no mapping table ({', '.join(TABLES)})"
        for connection in approval.connections:
            if connection not in connections:
                yield (*place, "connections"), f"{connection!r} is no connection ({', '.join(connections)})"
        if approval.connections and RATE in approval.tables:
            yield (*place, "connections"), "a rate belongs to no connection: declare it without any"
