"""Undoes writes to planning and releases what was undone, and has planning given it at once."""

from __future__ import annotations

from datetime import UTC, datetime

from ops.place import Place
from tieout.ledger.intersections import CellState
from tieout.ledger.receipts import DoneReceipt, OpenReceipt
from tieout.ledger.undoing import Effect, UndoLedger
from tieout.system_clock import SystemEntropy


def undo(place: Place, effect: Effect) -> DoneReceipt:
    """Have planning hold again what an effect restores; the receipt of the undo."""
    ledger = UndoLedger(place.table, place.retention.receipts)
    done = ledger.undo(effect, place.who, SystemEntropy().token(), datetime.now(UTC))
    place.ask_for_a_flush(effect.receipt.target)
    return done


def release(place: Place, receipt: OpenReceipt) -> tuple[CellState, ...]:
    """Have planning hold the totals again in the cells of a receipt that are undone; those cells as they were."""
    released = UndoLedger(place.table).release(receipt, datetime.now(UTC))
    if released:
        place.ask_for_a_flush(receipt.target)
    return released
