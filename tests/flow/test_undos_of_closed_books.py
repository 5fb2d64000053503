"""An undo, and a release, leave the cells of closed books as they are."""

from __future__ import annotations

from tests.support.books_desk import books
from tests.support.faults import no_fault
from tests.support.planning_desk import TARGET as PLANNING
from tests.support.planning_desk import Desk
from tieout.closing import Books, BooksState
from tieout.ledger import keys
from tieout.ledger.closing import BooksLedger
from tieout.ledger.receipts import DoneReceipt, ReceiptLedger, receipt_rows
from tieout.ledger.table import Update
from tieout.ledger.undoing import CLOSED_MEANWHILE, OVERTAKEN, Fate, UndoLedger

MARCH = "2026-03"


def _load(books: Books) -> tuple[Desk, UndoLedger, DoneReceipt]:
    """A write of two places, the first of which belongs to books."""
    desk = Desk()
    for place in ("a", "b"):
        desk.change(place, 100)
    desk.table.write([Update(keys.cell_key(PLANNING, "a"), sets={"books": str(books)})])
    desk.flush()
    [receipt] = ReceiptLedger(desk.table).newest(PLANNING)
    assert isinstance(receipt, DoneReceipt)
    return desk, UndoLedger(desk.table), receipt


def _close(desk: Desk, state: BooksState = BooksState.CLOSED) -> None:
    BooksLedger(desk.table, lambda _: None).change(books(MARCH), state, "controller", "month end", desk.clock.now())


def test_an_undo_leaves_closed_books_alone() -> None:
    """Whoever wants them as they were before opens them first."""
    desk, ledger, receipt = _load(books(MARCH))
    _close(desk)
    effect = ledger.effect(receipt)
    assert [each.fate for each in effect.cells] == [Fate.CLOSED, Fate.RESTORED]
    ledger.undo(effect, "ann", "undo-1", desk.clock.now())
    desk.flush()
    assert desk.planning.values == {"a:M": 1, "b:M": 0}


def test_an_undo_that_was_shown_before_the_closing_leaves_closed_books_alone() -> None:
    """Its receipt says so."""
    desk, ledger, receipt = _load(books(MARCH))
    effect = ledger.effect(receipt)
    _close(desk)
    done = ledger.undo(effect, "ann", "undo-1", desk.clock.now())
    assert [row.refused for row in receipt_rows(done.cells)] == [CLOSED_MEANWHILE, None]


def test_an_undo_that_meets_a_closing_under_way_leaves_the_cell_alone() -> None:
    """The gate closes between its look at the books and its write."""
    desk, ledger, receipt = _load(books(MARCH))
    effect = ledger.effect(receipt)
    points: list[str] = []

    def close_then(point: str) -> None:
        points.append(point)
        if points.count("before ledger.write") == 2:  # behind the receipt
            desk.table.io = no_fault
            _close(desk)

    desk.table.io = close_then
    done = ledger.undo(effect, "ann", "undo-1", desk.clock.now())
    assert [row.refused for row in receipt_rows(done.cells)] == [OVERTAKEN, OVERTAKEN]


def test_a_release_leaves_closed_books_alone() -> None:
    """They keep the value they were closed with, and are released when they are opened again."""
    desk, ledger, receipt = _load(books(MARCH))
    ledger.undo(ledger.effect(receipt), "ann", "undo-1", desk.clock.now())
    _close(desk)
    assert [cell.intersection_id for cell in ledger.left(receipt)] == ["a"]
    assert [cell.intersection_id for cell in ledger.release(receipt, desk.clock.now())] == ["b"]
    _close(desk, BooksState.OPEN)
    assert ledger.left(receipt) == ()
    assert [cell.intersection_id for cell in ledger.release(receipt, desk.clock.now())] == ["a"]
