"""What a flush reports, what its receipts keep, and for how long the target is left alone."""

from __future__ import annotations

import pytest

from functions.deliver.pipeline import DeliverReport
from tests.support.planning_desk import TARGET, Desk
from tieout.errors import AccessDeniedError, LostAnswerError, ThrottledError, TieoutError, UnavailableError
from tieout.ledger.receipts import DoneReceipt, End, ReceiptLedger, ReceiptRow, receipt_rows


@pytest.fixture(name="desk")
def _desk() -> Desk:
    return Desk()


def test_a_flush_counts_its_writes_and_what_became_of_their_cells(desk: Desk) -> None:
    """Over all of its writes; each has a receipt of its own, though no time passes between them."""
    for place in "abcde":
        desk.change(place, 100)
    desk.planning.batch_size = 2
    desk.planning.refused_cells = {"a:M": "no such member", "d:M": "read only"}
    assert desk.flush() == DeliverReport(written=3, refused=2, writes=3)
    assert set(desk.planning.values) == {"b:M", "c:M", "e:M"}
    assert (desk.answers(), desk.ends()) == (["set"] * 3, ["written"] * 3)
    assert desk.flush() == DeliverReport()


def test_a_receipt_names_the_cells_refused_and_what_the_target_calls_the_write(desk: Desk) -> None:
    """Beside what planning was last given of each cell and what it was given now."""
    desk.change("a", 100)
    desk.planning.reference = "task-1"
    desk.flush()
    for place in "abc":
        desk.change(place, 50)
    desk.planning.refused_cells = {"b:M": "no such member", "c:M": "no such member"}
    desk.clock.advance(60)
    desk.flush()
    newest, oldest = ReceiptLedger(desk.table).newest(TARGET)
    assert list(receipt_rows(oldest.cells)) == [ReceiptRow("a", "M", None, 100)]
    assert list(receipt_rows(newest.cells)) == [
        ReceiptRow("a", "M", 100, 150),
        ReceiptRow("b", "M", None, 50, "no such member"),
        ReceiptRow("c", "M", None, 50, "no such member"),
    ]
    assert isinstance(newest, DoneReceipt)
    assert (newest.end, newest.answer, newest.reference) == (End.WRITTEN, "set", "task-1")
    assert newest.opened_at == newest.closed_at == desk.clock.now()


@pytest.mark.parametrize(
    ("error", "answers"),
    [
        (UnavailableError("busy"), ["UnavailableError"]),
        (ThrottledError("rate"), ["ThrottledError"]),
        (AccessDeniedError("role"), ["AccessDeniedError"]),
        (LostAnswerError("timed out"), []),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_flush_says_what_stopped_it(desk: Desk, error: TieoutError, answers: list[str]) -> None:
    """So do the pause and the receipt; one whose write may still land stays open."""
    desk.change("a", 100)
    desk.planning.refusal = lambda _: error
    assert desk.flush() == DeliverReport(stopped_by=error)  # type: ignore[arg-type]  # each is one of the two behaviours
    pause = desk.cells.pause_of(TARGET)
    assert pause is not None
    assert (pause.reason, pause.since, pause.failures) == (type(error).__name__, desk.clock.now(), 1)
    assert (desk.answers(), desk.ends()) == (answers, ["not written"] * len(answers))
    assert desk.lacking() == ["a"]


def test_a_ledger_that_takes_nothing_stops_a_flush_and_pauses_nobody(desk: Desk) -> None:
    """It is not the target that is busy: the sweeper asks again in a minute."""
    error = ThrottledError("ledger")

    def strike(point: str) -> None:
        if point == "before ledger.index":
            raise error

    desk.change("a", 100)
    desk.table.io = strike
    assert desk.flush() == DeliverReport(stopped_by=error)
    assert desk.cells.pause_of(TARGET) is None
