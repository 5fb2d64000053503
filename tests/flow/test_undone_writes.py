"""A write to planning is undone: the values before are restored and stay, whatever comes, until the cells are released."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.planning_desk import TARGET, Desk
from tieout.errors import LostAnswerError, TieoutError, UnavailableError
from tieout.ledger import keys
from tieout.ledger.intersections import CellState, intersection_state
from tieout.ledger.receipts import DoneReceipt, End, OpenReceipt, ReceiptLedger, ReceiptRow, receipt_rows
from tieout.ledger.undoing import OVERTAKEN, Fate, UndoLedger

PLACES = ("a", "b", "c")


class Undoing:
    """A desk at which writes are undone."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.ledger = UndoLedger(self.desk.table)
        self._undos = 0

    def load(self, *places: str, amount_minor: int = 100) -> DoneReceipt:
        """A change of some cells and the write of it."""
        for place in places:
            self.desk.change(place, amount_minor)
        return self.write()

    def write(self) -> DoneReceipt:
        """The newest receipt once everything that lacks is written."""
        self.desk.clock.advance(60)
        self.desk.flush()
        return self.receipts()[0]

    def receipts(self) -> list[DoneReceipt]:
        """Those that are done, newest first."""
        return [each for each in ReceiptLedger(self.desk.table).newest(TARGET) if isinstance(each, DoneReceipt)]

    def undo(self, receipt: DoneReceipt, meanwhile: Callable[[], object] = lambda: None) -> DoneReceipt:
        """Undo, with something that happens between what is shown and what is done."""
        effect = self.ledger.effect(receipt)
        meanwhile()
        self._undos += 1
        self.desk.clock.advance(1)
        done = self.ledger.undo(effect, "ann", f"undo-{self._undos}", self.desk.clock.now())
        self.desk.flush()
        return done

    def release(self, receipt: OpenReceipt) -> tuple[CellState, ...]:
        """Release, and write."""
        released = self.ledger.release(receipt, self.desk.clock.now())
        self.desk.flush()
        return released

    def held(self) -> dict[str, Decimal]:
        """What planning holds, but for zeros."""
        return {cell_id.partition(":")[0]: value for cell_id, value in self.desk.planning.values.items() if value}

    def states(self, index: str) -> list[str]:
        """The intersections an index names."""
        page = self.desk.table.index("cells_by_state", index)
        return [key[0].rsplit("#", 1)[1] for key, _ in page.items]


@pytest.fixture(name="undoing")
def _undoing() -> Undoing:
    return Undoing()


def test_an_undone_write_restores_what_planning_held(undoing: Undoing) -> None:
    """Nothing where it had been given nothing; the receipt says who undid what."""
    undoing.load("a")
    before = undoing.held()
    second = undoing.load("a", "b")
    done = undoing.undo(second)
    assert undoing.held() == before == {"a": Decimal(1)}
    assert (done.end, done.undoes, done.by, done.answer) == (End.UNDO, second.name, "ann", "2 cells restored")
    assert done in undoing.receipts()
    assert list(receipt_rows(done.cells)) == [ReceiptRow("a", "M", 200, 100), ReceiptRow("b", "M", 100, 0)]


def test_undone_cells_stay_undone_whatever_the_sources_say(undoing: Undoing) -> None:
    """Their totals go on in the ledger, the index names them, and releasing them has planning hold these."""
    second = [undoing.load("a"), undoing.load("a", "b")][1]
    undoing.undo(second)
    undoing.load("a", "c")
    assert undoing.held() == {"a": Decimal(1), "c": Decimal(1)}
    assert (undoing.states(keys.undone(TARGET)), undoing.states(keys.dirty(TARGET))) == (["a", "b"], [])
    assert [cell.cell_id for cell in undoing.release(second)] == ["a:M", "b:M"]
    assert undoing.held() == {"a": Decimal(3), "b": Decimal(1), "c": Decimal(1)}
    assert undoing.states(keys.undone(TARGET)) == []
    assert undoing.release(second) == ()


def test_an_undo_can_be_undone(undoing: Undoing) -> None:
    """Planning holds again what the undo took away; a third undo takes it away once more."""
    loaded = undoing.load("a", "b")
    after = undoing.held()
    undo = undoing.undo(loaded)
    assert undoing.held() == {}
    again = undoing.undo(undo)
    assert undoing.held() == after
    undoing.undo(again)
    assert undoing.held() == {}
    undoing.release(loaded)
    assert undoing.held() == after


def test_a_cell_that_changed_since_the_effect_was_shown_is_not_undone(undoing: Undoing) -> None:
    """The receipt says so: what was shown is done, or nothing."""
    loaded = undoing.load("a", "b")
    done = undoing.undo(loaded, meanwhile=lambda: undoing.desk.change("a", 50))
    assert undoing.held() == {"a": Decimal("1.5")}
    assert done.answer == "1 cells restored"
    assert [(row.intersection_id, row.refused) for row in receipt_rows(done.cells)] == [("a", OVERTAKEN), ("b", None)]
    fates = [each.fate for each in undoing.ledger.effect(done).cells]
    assert fates == [Fate.NEVER_TAKEN, Fate.RESTORED]


def test_a_refused_cell_has_nothing_to_restore(undoing: Undoing) -> None:
    """The target never took its value."""
    undoing.desk.planning.refused_cells = {"a:M": "no such member"}
    loaded = undoing.load("a", "b")
    undoing.undo(loaded)
    assert [each.fate for each in undoing.ledger.effect(loaded).cells] == [Fate.NEVER_TAKEN, Fate.RESTORED]
    assert undoing.states(keys.refused(TARGET)) == ["a"]
    assert undoing.states(keys.undone(TARGET)) == ["b"]


def test_a_refused_value_that_is_undone_is_offered_no_more(undoing: Undoing) -> None:
    """What planning held before an earlier write is what it is given."""
    loaded = undoing.load("a")
    undoing.desk.planning.refused_cells = {"a:M": "read only"}
    undoing.load("a")
    undoing.desk.planning.refused_cells = {}
    undoing.undo(loaded)
    assert (undoing.held(), undoing.states(keys.undone(TARGET))) == ({}, ["a"])


def test_a_cell_that_would_not_be_undone_is_given_its_total_when_it_is_released(undoing: Undoing) -> None:
    """Be it that the target refused the value it was to be undone to."""
    loaded = [undoing.load("a"), undoing.load("a")][1]
    undoing.desk.planning.refused_cells = {"a:M": "read only"}
    undoing.undo(loaded)
    assert (undoing.held(), undoing.states(keys.refused(TARGET))) == ({"a": Decimal(2)}, ["a"])
    undoing.load("a")
    assert undoing.states(keys.refused(TARGET)) == ["a"]
    undoing.desk.planning.refused_cells = {}
    undoing.release(loaded)
    assert (undoing.held(), undoing.states(keys.refused(TARGET))) == ({"a": Decimal(3)}, [])


def test_what_nobody_knew_is_left_as_it_is(undoing: Undoing) -> None:
    """After a write without an answer, what planning held before the next one is in doubt; after that it is known again."""
    undoing.load("a")
    error: list[TieoutError | None] = [LostAnswerError("x"), None]
    undoing.desk.planning.refusal = lambda _: error.pop(0) if error else None
    undoing.desk.change("a", 100)
    undoing.desk.flush()
    undoing.desk.cells.resume(TARGET)
    undoing.desk.sweep_later()
    doubtful = undoing.receipts()[0]
    assert [each.fate for each in undoing.ledger.effect(doubtful).cells] == [Fate.DOUBTFUL]
    undoing.undo(doubtful)
    assert undoing.held() == {"a": Decimal(2)}
    known = undoing.load("a")
    undoing.undo(known)
    assert undoing.held() == {"a": Decimal(2)}


def test_nothing_is_undone_of_a_write_that_was_not_taken(undoing: Undoing) -> None:
    """The target was busy."""
    undoing.desk.planning.refusal = lambda _: UnavailableError("busy")
    undoing.desk.change("a", 100)
    undoing.desk.flush()
    [busy] = undoing.receipts()
    assert busy.end is End.NOT_WRITTEN
    assert undoing.ledger.effect(busy).cells == ()


def test_a_write_without_an_answer_can_be_undone_once_nothing_of_it_lands_any_more(undoing: Undoing) -> None:
    """Until then its receipt is open."""
    undoing.desk.planning.refusal = lambda _: LostAnswerError("x")
    undoing.desk.change("a", 100)
    undoing.desk.flush()
    [left_open] = ReceiptLedger(undoing.desk.table).newest(TARGET)
    assert not isinstance(left_open, DoneReceipt)
    undoing.desk.sweep_later()
    [abandoned] = undoing.receipts()
    assert abandoned.end is End.ABANDONED
    [restored] = undoing.ledger.effect(abandoned).restored()
    assert restored.restored_minor == 0


steps = st.lists(
    st.one_of(
        st.tuples(st.just("load"), st.sets(st.sampled_from(PLACES), min_size=1), st.integers(-500, 500)),
        st.tuples(st.just("undo"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("release"), st.integers(0, 9), st.just(0)),
    ),
    max_size=12,
)


@given(steps)
def test_load_and_undo_are_the_identity_and_a_release_brings_the_totals_back(
    story: list[tuple[str, object, int]],
) -> None:
    """Whatever was undone and released before, in whatever order."""
    undoing = Undoing()
    for what, which, amount in story:
        done = undoing.receipts()
        if what == "load":
            before = undoing.held()
            assert isinstance(which, set)
            number = len(done)
            loaded = undoing.load(*sorted(which), amount_minor=amount or 1)
            if len(undoing.receipts()) > number:
                after = undoing.held()
                undone = undoing.undo(loaded)
                assert undoing.held() == before
                undoing.undo(undone)
                assert undoing.held() == after
                if amount > 0:
                    undoing.release(loaded)
        elif done:
            assert isinstance(which, int)
            receipt = done[which % len(done)]
            undoing.undo(receipt) if what == "undo" else undoing.release(receipt)
        assert undoing.states(keys.dirty(TARGET)) == []
    for receipt in undoing.receipts():
        undoing.release(receipt)
    items = undoing.desk.table.contents().items()
    cells = [
        cell
        for key, item in items
        if key[1] == keys.STATE and key[0].startswith("CELL#")
        for cell in intersection_state(key, item).cells
    ]
    assert undoing.held() == {
        cell.intersection_id: Decimal(cell.total_minor).scaleb(-2) for cell in cells if cell.total_minor
    }
