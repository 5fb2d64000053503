"""Compares planning with the ledger: reads cells back and says which hold something else than they were last given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import batched

import httpx

from ops import ledger_views
from ops.place import Place
from tieout.delivering import CellReader
from tieout.errors import MalformedError
from tieout.ledger import keys
from tieout.ledger.intersections import CellState, intersection_state
from tieout.money import Money
from tieout.system_clock import SystemClock
from tieout.systems import capability

_CELLS_AT_ONCE = 1000


@dataclass(slots=True)
class Comparison:
    """What reading a target back came to.

    Attributes:
        under_way: cells that were not compared: they are to be written, were refused, or changed meanwhile.
        different: cells of the ledger with what planning holds in their place, None where it has no such cell.
    """

    equal: int = 0
    under_way: int = 0
    different: list[tuple[CellState, Decimal | None]] = field(default_factory=list)


def compare(place: Place, target: str) -> Iterator[Comparison]:
    """Compare all cells of a target, some at a time; the last comparison is the whole one.

    A cell that differs is looked at once more in the ledger, so that one which changed while planning was read is not
    called different.
    """
    done = Comparison()
    with _opened(place, target) as reader:
        for some in batched(ledger_views.cell_states(place.table, target), _CELLS_AT_ONCE, strict=False):
            settled = [cell for cell in some if cell.is_settled]
            done.under_way += len(some) - len(settled)
            values = reader.read([cell.value() for cell in settled]) if settled else {}
            differing = [cell for cell in settled if not _is_equal(cell, values.get(cell.cell_id))]
            done.equal += len(settled) - len(differing)
            unchanged = _unchanged(place, target, differing)
            done.under_way += len(differing) - len(unchanged)
            done.different += [(cell, values.get(cell.cell_id)) for cell in unchanged]
            yield done
    yield done


@contextmanager
def _opened(place: Place, name: str) -> Iterator[CellReader]:
    target, secret_arn = place.target(name)
    system = capability(target.system, "cells")
    with httpx.Client() as http:
        yield system.open_writer(target, place.secrets.get(secret_arn), http, SystemClock())


def _is_equal(cell: CellState, held: Decimal | None) -> bool:
    """To the minor unit: planning systems calculate with doubles, so that the last digits of a large number may differ."""
    if held is None:
        return False
    try:
        return Money.of(held, cell.currency).amount_minor == cell.wanted_minor
    except MalformedError:
        return False


def _unchanged(place: Place, target: str, cells: list[CellState]) -> list[CellState]:
    """Those that are still as they were when planning was read."""
    wanted = dict.fromkeys(keys.cell_key(target, cell.intersection_id) for cell in cells)
    found = place.table.get(list(wanted))
    now = {cell for key, item in found.items() for cell in intersection_state(key, item).cells}
    return [cell for cell in cells if cell in now]
