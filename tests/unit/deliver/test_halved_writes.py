"""A target that refuses a request as a whole: halving finds the cells that spoil it, and the others are written."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.deliver.pipeline import DeliverReport
from tests.support.planning_desk import STALE_AFTER, TARGET, Desk
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    RefusedInPartError,
    ThrottledError,
    TieoutError,
)
from tieout.ledger import keys
from tieout.ledger.intersections import intersection_state
from tieout.ledger.receipts import DoneReceipt, ReceiptLedger

PLACES = [f"p{number}" for number in range(9)]


def spoiled(desk: Desk, places: AbstractSet[str]) -> None:
    """Let planning refuse every request that holds a cell of these places."""
    ids = {f"{place}:M" for place in places}
    desk.planning.refusal = lambda values: (
        MalformedError("spoils_the_request") if any(value.cell_id in ids for value in values) else None
    )


def refused(desk: Desk) -> dict[str, str]:
    """Cell id to why it was refused, as the ledger has it."""
    states = (intersection_state(key, item) for key, item in desk.table.contents().items() if key[1] == keys.STATE)
    cells = (cell for each in states for cell in each.cells)
    return {cell.cell_id: cell.refused_reason for cell in cells if cell.refused_reason is not None}


@given(st.sets(st.sampled_from(PLACES)), st.integers(1, len(PLACES)))
def test_whatever_spoils_a_request_is_refused_alone(places: set[str], batch_size: int) -> None:
    """Each such cell is kept with the reason, everything else is planned, and nothing is left to be written."""
    desk = Desk()
    desk.planning.batch_size = batch_size
    for place in PLACES:
        desk.change(place, 100)
    spoiled(desk, places)
    writes = -(-len(PLACES) // batch_size)
    assert desk.flush() == DeliverReport(written=len(PLACES) - len(places), refused=len(places), writes=writes)
    assert refused(desk) == {f"{place}:M": "spoils_the_request" for place in places}
    assert set(desk.planning.values) == {f"{place}:M" for place in PLACES if place not in places}
    assert desk.lacking() == []
    assert len(desk.answers()) == writes


def test_the_receipt_of_a_halved_write_says_what_became_of_each_part(desk: Desk) -> None:
    """In the order of the cells; what the target calls each of them too."""
    spoiled(desk, {"p2"})
    desk.planning.reference = "task-1"
    desk.flush()
    assert desk.answers() == ["set; refused alone; set"]
    [receipt] = ReceiptLedger(desk.table).newest(TARGET)
    assert isinstance(receipt, DoneReceipt)
    assert receipt.reference == "task-1 task-1"


def test_the_receipt_of_a_halved_write_stays_short(desk: Desk) -> None:
    """A thousand characters of it are kept: the receipt names its cells too, and is one item of the ledger."""
    desk.planning.summary = "x" * 499
    spoiled(desk, {"p2"})
    desk.flush()
    assert [len(each) for each in desk.answers()] == [1000]


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (ThrottledError("rate", retry_after_seconds=300), 300),
        (ThrottledError("rate"), 30),
        (AccessDeniedError("x"), 30),
    ],
)
def test_a_target_that_stops_halfway_is_left_alone_as_it_asks(desk: Desk, failure: TieoutError, seconds: int) -> None:
    """What was written before may have been overtaken: the receipt stays open, and its cells are written again."""
    spoiled(desk, {"p1"})
    whole = desk.planning.refusal
    desk.planning.refusal = lambda values: failure if values[0].cell_id == "p2:M" else whole(values)
    report = desk.flush()
    assert isinstance(report.stopped_by, LostAnswerError)
    assert (report.writes, desk.answers()) == (0, [])
    assert desk.cells.paused_until(TARGET) == desk.clock.now() + timedelta(seconds=seconds)
    assert len(desk.cells.stale_receipts(TARGET, desk.clock.now() + STALE_AFTER)) == 1
    assert desk.lacking() == ["p0", "p1", "p2", "p3"]


def test_a_target_that_refuses_a_part_and_then_stops_is_not_one_that_has_written_nothing() -> None:
    """Whatever it refused as a whole, the rest may be written: the receipt stays open."""
    desk = Desk()
    for place in PLACES[:4]:
        desk.change(place, 100)
    desk.planning.refusal = lambda values: RefusedInPartError("spoils") if len(values) > 2 else ThrottledError("rate")
    assert isinstance(desk.flush().stopped_by, LostAnswerError)
    assert desk.answers() == []


@pytest.fixture(name="desk")
def _desk() -> Desk:
    """A desk on which four cells wait."""
    desk = Desk()
    for place in PLACES[:4]:
        desk.change(place, 100)
    return desk
