"""Writes to planning that are undone and released, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from tests.support.ledger_scenes import NOW, TARGET, V1, V2, committed, dirty, place, planned, statement
from tieout.errors import UnavailableError
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.intersections import IntersectionState, intersection_state
from tieout.ledger.receipts import Closing, DoneReceipt, End, ReceiptLedger, ReceiptRow, receipt_rows
from tieout.ledger.table import Table, Write
from tieout.ledger.undoing import UndoLedger

ACME = place("Acme").intersection_id()
LATER = NOW + timedelta(minutes=5)
LATER_STILL = LATER + timedelta(minutes=5)


def write(table: Table, receipt_id: str, now: datetime) -> DoneReceipt:
    """The receipt of a write of all that lacks."""
    cells, sent = CellLedger(table), dirty(table)
    receipt = cells.open_receipt(TARGET, receipt_id, now, sent)
    cells.mark_written(cells.dirty(TARGET, 10).found, sent, receipt, {}, now)
    cells.close_receipt(receipt, now, Closing(end=End.WRITTEN, answer="written"))
    return newest(table)


def newest(table: Table) -> DoneReceipt:
    """The newest receipt that is done."""
    return next(each for each in ReceiptLedger(table).newest(TARGET) if isinstance(each, DoneReceipt))


def acme(table: Table) -> IntersectionState:
    """The cells of one place as they are now."""
    key = keys.cell_key(TARGET, ACME)
    return intersection_state(key, table.get([key])[key])


@pytest.fixture(name="loaded")
def _loaded(table: Table) -> DoneReceipt:
    """A cell that planning holds 5 of, and then 6: the receipt of the second write."""
    facts = FactLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5}))
    write(table, "r-1", NOW - timedelta(minutes=1))
    committed(facts, planned(facts, statement(1, V2), {"Acme": 6}))
    return write(table, "r-2", NOW)


def test_an_undo_leaves_a_receipt_that_says_who_restored_what_of_which_write(table: Table, loaded: DoneReceipt) -> None:
    """It is kept for as long as those of writes, and one of a write says that it undid nothing."""
    ledger = UndoLedger(table, 36)
    done = ledger.undo(ledger.effect(loaded), "ann", "u-1", LATER)
    assert done == newest(table)
    assert (loaded.undoes, loaded.by) == ("", "")
    key = ("RECEIPT#planning", "DONE#2026-03-02T09:05:00.000Z#u-1")
    assert table.get([key])[key] == {
        "cells": f'{{"measures":["Amount"],"rows":[["{ACME}",0,6,5]]}}',
        "end": "undo",
        "answer": "1 cells restored",
        "closed_at": "2026-03-02T09:05:00.000Z",
        "undoes": "2026-03-02T09:00:00.000Z#r-2",
        "by": "ann",
        "expires_at": int(LATER.timestamp()) + 36 * 86_400,
    }


def test_an_undo_that_breaks_off_has_left_its_receipt(
    table: Table, loaded: DoneReceipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finds cells undone finds who wanted it."""
    keep = table.write

    def breaks_off(writes: Sequence[Write]) -> None:
        if len(writes) > 1:  # the cell, and the gate it passes
            raise UnavailableError(f"{len(writes)} writes")
        keep(writes)

    ledger = UndoLedger(table)
    effect = ledger.effect(loaded)
    monkeypatch.setattr(table, "write", breaks_off)
    with pytest.raises(UnavailableError):
        ledger.undo(effect, "ann", "u-1", LATER)
    left = newest(table)
    assert (left.end, left.undoes, left.by, left.answer) == (End.UNDO, loaded.name, "ann", "1 cells restored")


def test_planning_lacks_what_is_undone_and_what_is_released_from_then_on(table: Table, loaded: DoneReceipt) -> None:
    """Each is one more generation of the place, so that no write that is under way passes for it."""
    cells, undoing = CellLedger(table), UndoLedger(table)
    before = acme(table).generation
    undoing.undo(undoing.effect(loaded), "ann", "u-1", LATER)
    assert [cell.wanted_minor for cell in dirty(table)] == [5]
    assert (acme(table).generation, cells.oldest_dirty(TARGET)) == (before + 1, LATER)
    write(table, "r-3", LATER)
    undone = acme(table).cells
    assert [cell.undone_minor for cell in undone] == [5]
    assert undoing.undone(loaded) == undoing.release(loaded, LATER_STILL) == undone
    assert (acme(table).generation, cells.oldest_dirty(TARGET)) == (before + 2, LATER_STILL)
    assert undoing.undone(loaded) == ()


def test_the_receipt_of_an_undo_says_where_nobody_knew_what_planning_held(table: Table, loaded: DoneReceipt) -> None:
    """A later write had no answer: undoing the undo leaves such a cell as it is."""
    CellLedger(table).write_again(TARGET, {ACME: ["Amount"]}, NOW)
    undoing = UndoLedger(table)
    undo = undoing.undo(undoing.effect(loaded), "ann", "u-1", LATER)
    assert list(receipt_rows(undo.cells)) == [ReceiptRow(ACME, "Amount", None, 5, is_doubtful=True)]
    assert undoing.effect(undo).restored() == ()
