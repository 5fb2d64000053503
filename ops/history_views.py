"""What a record was, version by version, and what came of a notice, as plain values for a table or for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ops.display import Row
from ops.ledger_views import amount_text, before_text, cell_row, members_text
from ops.period_views import late_of_fact
from ops.receipt_views import receipt_row
from tieout.ledger.intersections import CellState, intersection_state
from tieout.ledger.searching import Ended
from tieout.ledger.table import Table
from tieout.ledger.tracing import CellWrite
from tieout.ledger.versions import Move, Version
from tieout.moments import moment_text

SHOWN_OF_A_HISTORY = {
    "versions": ("revision", "recorded_at", "outcome", "source_version", "delivery", "position"),
    "moved": ("revision", "cell", "target", "period", "where", "before", "after", "currency"),
    "late": ("revision", "period", "kind", "booked_to", "target", "measure", "where", "amount", "currency"),
}
SHOWN_OF_EFFECTS = {
    "outcomes": ("position", "flow", "outcome", "at"),
    "versions": ("record", "revision", "recorded_at", "outcome", "source_version"),
    "moved": ("record", "revision", "cell", "target", "period", "where", "before", "after", "currency"),
    "late": ("record", "period", "kind", "booked_to", "target", "measure", "where", "amount", "currency"),
    "written": ("receipt", "target", "cell", "measure", "before", "after", "currency", "end", "refused", "undone_by"),
}
"""To people; the rest repeats it, or is known to who asks."""

_Cells = Mapping[str, CellState]


def cells_of(table: Table, versions: Iterable[Version]) -> dict[str, CellState]:
    """Cell id to the cell as it is now, of all that these versions moved: where it stands never changes."""
    wanted = dict.fromkeys(move.key for version in versions for move in version.moves)
    found = table.get(list(wanted))
    return {cell.cell_id: cell for key, item in found.items() for cell in intersection_state(key, item).cells}


def history_shown(versions: Sequence[Version], cells: _Cells) -> Row:
    """Every version of a fact, and what each moved."""
    return {"record": str(versions[0].record), **_told(versions, cells)}


def effects_shown(
    delivery_id: str, ends: Iterable[Ended], versions: Sequence[Version], writes: Iterable[CellWrite], cells: _Cells
) -> Row:
    """What came of the notices of a delivery: how each ended, versions, moves, and the writes that gave these to planning."""
    return {
        "delivery": delivery_id,
        "outcomes": [
            {
                "connection": each.connection,
                "flow": each.flow,
                "position": each.position,
                "outcome": str(each.outcome),
                "at": moment_text(each.at),
            }
            for each in ends
        ],
        **_told(versions, cells),
        "written": [_write_row(each, cells[each.move.cell_id]) for each in writes],
    }


def _told(versions: Sequence[Version], cells: _Cells) -> Row:
    return {
        "versions": [_version_row(each) for each in versions],
        "moved": [_move_row(each, move, cells[move.cell_id]) for each in versions for move in each.moves],
        "late": [row for each in versions for row in _late_rows(each)],
    }


def _version_row(version: Version) -> Row:
    lineage = version.lineage
    return {
        **_named(version),
        "recorded_at": moment_text(lineage.recorded_at),
        "outcome": version.outcome,
        "source_version": version.source_version,
        "kind": version.kind,
        "held_for": str(version.held_for) if version.held_for else None,
        "delivery": lineage.delivery_id,
        "position": lineage.notice.position,
        "notice": lineage.notice.notice_id,
        "notice_kind": lineage.notice.kind,
        "occurred_at": moment_text(lineage.notice.occurred_at) if lineage.notice.occurred_at else None,
        "flow": lineage.flow,
        "received_at": moment_text(lineage.received_at),
        "code_version": lineage.code_version,
    }


def _move_row(version: Version, move: Move, cell: CellState) -> Row:
    return {
        **_named(version),
        **_place(cell),
        "period": move.books.period,
        "before": amount_text(move.before_minor, cell),
        "after": amount_text(move.after_minor, cell),
        "moved": amount_text(move.moved_minor, cell),
    }


def _late_rows(version: Version) -> Iterator[Row]:
    for row in late_of_fact(version.record, version.late, version.lineage):
        yield {**_named(version), **row}


def _write_row(write: CellWrite, cell: CellState) -> Row:
    row, receipt = write.row, receipt_row(write.receipt)
    return {
        **_named(write.version),
        "receipt": receipt["receipt"],
        **_place(cell),
        "period": write.move.books.period,
        "before": before_text(row, cell),
        "before_is": str(row.source),
        "after": amount_text(row.after_minor, cell),
        "refused": row.refused,
        **{name: receipt.get(name) for name in ("opened_at", "closed_at", "end", "answer")},
        "undone_by": " ".join(each.receipt_id for each in write.undone_by) or None,
    }


def _named(version: Version) -> Row:
    return {"record": str(version.record), "revision": version.revision}


def _place(cell: CellState) -> Row:
    shown = cell_row(cell)
    members = members_text(shown["members"])
    return {
        "cell": cell.intersection_id,
        "target": cell.target,
        "cube": cell.cube,
        "measure": cell.measure,
        "members": shown["members"],
        "currency": cell.currency,
        "where": f"{cell.measure} / {members}",
    }
