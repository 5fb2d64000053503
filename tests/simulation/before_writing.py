"""What an application showed just before it was written, by its own word, and whether the receipts of the writes say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.deliver.before import ReadingBefore
from tests.simulation.documents import EXPONENTS
from tests.simulation.planning import Coordinates
from tests.simulation.planning_slices import SlicedApplication
from tests.simulation.targets import SimulatedTarget
from tieout.delivering import CellWriter, ReadingWriter
from tieout.ledger.readbacks import ReadbackLedger
from tieout.moments import parse_moment
from tieout.ports import Clock

if TYPE_CHECKING:
    from tests.simulation.line import Line
    from tests.simulation.world import World

_ON_THE_WAY = timedelta(minutes=3)  # from what was shown to the receipt: others go on meanwhile
_AHEAD = timedelta(seconds=4)  # of a clock that is off


class _Row(NamedTuple):
    at: Coordinates
    currency: str
    before_minor: int | None
    after_minor: int
    is_read: bool
    is_refused: bool


def reading_before(line: Line, writer: CellWriter, clock: Clock) -> ReadingBefore | None:
    """What a deliver function reads cells with before it writes them, where its target is to be read."""
    if not isinstance(writer, ReadingWriter) or not writer.reads_before:
        return None
    return ReadingBefore(
        writer=writer,
        ledger=ReadbackLedger(line.table),
        clock=clock,
        tell=line.tell_different,
        note_failure=lambda error: line.undeclared.append(f"reading before: {error!r}"),
    )


def unread(world: World) -> Iterator[str]:
    """What receipts claim to have read though the application showed something else, and what undos of those restore instead."""
    for target in world.targets.values():
        if isinstance(target.planning, SlicedApplication):
            yield from _unread(world, target, target.planning)


def _unread(world: World, target: SimulatedTarget, application: SlicedApplication) -> Iterator[str]:
    receipts = {
        key[1].partition("#")[2]: item
        for key, item in world.line.table.contents().items()
        if key[0] == f"RECEIPT#{target.name}"
    }
    for name, item in receipts.items():
        rows = list(_rows(world, target, item))
        if item.get("end") != "undo":
            opened_at = parse_moment(name.partition("#")[0])
            since = world.schedule.milliseconds_at(opened_at - _ON_THE_WAY)
            until = world.schedule.milliseconds_at(opened_at + _AHEAD)
            yield from (
                f"receipt {name} read {row.before_minor} of {row.at}, which was not shown"
                for row in rows
                if row.is_read and not _was_shown(application, row, since, until)
            )
            continue
        original = {row.at: row for row in _rows(world, target, receipts[str(item["undoes"])])}
        for row in rows:
            undone = original[row.at]
            if undone.is_read and not row.is_refused and row.after_minor != (undone.before_minor or 0):
                yield f"receipt {name} restores {row.after_minor} of {row.at}, which held {undone.before_minor}"


def _was_shown(application: SlicedApplication, row: _Row, since: int, until: int) -> bool:
    wanted = None if row.before_minor is None else Decimal(row.before_minor).scaleb(-EXPONENTS.get(row.currency, 2))
    return any(
        row.at in cells and cells[row.at] == wanted
        for milliseconds, cells in application.shown
        if since <= milliseconds <= until
    )


def _rows(world: World, target: SimulatedTarget, item: Mapping[str, Any]) -> Iterator[_Row]:
    """The rows of a receipt, read by other means than the line's own."""
    kept = json.loads(item["cells"])
    table = world.line.table.contents()
    for number, (intersection_id, measure_number, before, after, *refused) in enumerate(kept["rows"]):
        measure = kept["measures"][measure_number]
        cell = table[f"CELL#{target.name}#{intersection_id}", "STATE"]
        at = (str(cell["cube"]), measure, tuple(sorted((name, member) for name, member in json.loads(cell["members"]))))
        is_read = number in kept.get("read", [])
        yield _Row(at, cell[f"currency:{measure}"], None if before == "?" else before, after, is_read, bool(refused))
