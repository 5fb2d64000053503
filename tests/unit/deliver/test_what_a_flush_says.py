"""What a flush reports, what its receipts keep, and for how long the target is left alone."""

from __future__ import annotations

import pytest

from functions.deliver.pipeline import DeliverReport
from tests.support.planning_desk import TARGET, Desk
from tieout.errors import AccessDeniedError, LostAnswerError, ThrottledError, TieoutError, UnavailableError


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
    assert desk.answers() == ["set", "set", "set"]
    assert desk.flush() == DeliverReport()


@pytest.mark.parametrize(
    ("error", "answers"),
    [
        (UnavailableError("busy"), ["not written: UnavailableError"]),
        (ThrottledError("rate"), ["not written: ThrottledError"]),
        (AccessDeniedError("role"), ["not written: AccessDeniedError"]),
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
    assert pause.reason == type(error).__name__
    assert desk.answers() == answers
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
