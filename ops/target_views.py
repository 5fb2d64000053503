"""How planning systems are doing, as plain values for a table or for JSON: what they lack, and why they are left alone."""

from __future__ import annotations

from datetime import UTC, datetime

from ops import ledger_views
from ops.ledger_views import Row
from ops.told import TargetQueues
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.table import Table
from tieout.moments import moment_text


def planning_state(table: Table, told: TargetQueues) -> Row:
    """How far planning is behind the ledger, when and why a target that took nothing is tried next, and since when it does not.

    One that may be tried now has no moment for it. A maintenance that was declared is told of while it lasts.
    """
    target, now = told.name, datetime.now(UTC)
    ends_at = told.maintenance.ends_at(now) if told.maintenance is not None else None
    values = (keys.dirty(target), keys.refused(target), keys.undone(target))
    found = [cell for value in values for cell in ledger_views.cells_indexed(table, "cells_by_state", value)]
    pause = CellLedger(table).pause_of(target)
    is_over = pause is None or pause.until <= now
    return {
        "target": target,
        "dirty": sum(cell.is_lacking for cell in found),
        "refused": sum(cell.refused_reason is not None for cell in found),
        "undone": sum(cell.undone_minor is not None for cell in found),
        "in_maintenance_until": moment_text(ends_at) if ends_at else None,
        "paused_until": None if pause is None or is_over else moment_text(pause.until),
        "paused_for": pause.reason if pause else None,
        "failing_since": moment_text(pause.since) if pause else None,
        "failures": pause.failures if pause else 0,
    }


def target_row(table: Table, told: TargetQueues) -> Row:
    """How a target is doing: `planning_state`, since when it lacks a change, and the writes whose answer was not seen yet."""
    ledger, now = CellLedger(table), datetime.now(UTC)
    lacks_since = ledger.oldest_dirty(told.name)
    receipts = ledger.stale_receipts(told.name, now, limit=1000)
    return planning_state(table, told) | {
        "lacks_a_change_since": moment_text(lacks_since) if lacks_since else None,
        "open_receipts": len(receipts),
        "oldest_opened_at": moment_text(receipts[0].opened_at) if receipts else None,
    }
