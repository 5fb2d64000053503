"""Reads the totals of intersections, by measure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import batched

from tieout.ledger import keys
from tieout.ledger.intersections import intersection_state
from tieout.ledger.table import Table
from tieout.planning.cells import Intersection

_AT_ONCE = 500


def totals_of(table: Table, places: Iterable[Intersection]) -> dict[tuple[str, str], int]:
    """Intersection id and measure to the total in minor units; nothing where nothing ever stood."""
    found = {}
    for some in batched(places, _AT_ONCE, strict=False):
        wanted = [keys.cell_key(each.target, each.intersection_id()) for each in some]
        for key, item in table.get(wanted).items():
            for cell in intersection_state(key, item).cells:
                found[cell.intersection_id, cell.measure] = cell.total_minor
    return found
