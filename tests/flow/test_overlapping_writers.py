"""Two writers to planning at once: whatever the order in which their writes land, planning ends with the ledger's value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.planning_desk import STALE_AFTER, TARGET, Desk
from tieout.delivering import CellValue
from tieout.errors import AccessDeniedError, MalformedError, TieoutError, UnavailableError
from tieout.ledger import keys
from tieout.ledger.receipts import Closing, End
from tieout.ledger.table import Update


@pytest.fixture(name="desk")
def _desk() -> Desk:
    return Desk()


def test_an_older_value_that_lands_between_a_newer_write_and_its_mark_is_written_over(desk: Desk) -> None:
    """The slow writer finds itself overtaken first; the newer writer's mark must not hide that planning holds the old value."""
    desk.change("a", 100)
    slow = desk.slow_writer()
    desk.change("a", 50)
    desk.planning.after_landing = slow
    desk.flush()
    desk.sweep_later()
    assert desk.planning.values == {"a:M": Decimal("1.50")}


def test_a_part_of_a_batch_that_landed_before_the_rest_failed_is_not_called_unwritten(desk: Desk) -> None:
    """Halving a refused batch may write one half and find the target busy for the other: that half may have been overtaken."""
    for place in ("a", "b"):
        desk.change(place, 100)
    calls: list[int] = []

    def refusal(values: Sequence[CellValue]) -> TieoutError | None:
        calls.append(len(values))
        if len(values) == 2 and len(calls) == 1:
            return MalformedError("whole_request")
        return UnavailableError("busy") if values[0].cell_id == "b:M" else None

    def somebody_was_faster() -> None:
        """The cell changed, and another writer wrote and marked that, before our older value landed."""
        desk.change("a", 50)
        newer = desk.cells.dirty(TARGET, 10).found[0]
        receipt = desk.cells.open_receipt(TARGET, "faster", desk.clock.now(), newer.cells)
        desk.cells.mark_written([newer], newer.cells, receipt, {}, desk.clock.now())
        desk.cells.close_receipt(receipt, desk.clock.now(), Closing(end=End.WRITTEN, answer="set"))

    desk.planning.refusal = refusal
    desk.planning.after_landing = somebody_was_faster
    desk.flush()
    desk.planning.refusal = lambda _: None
    desk.sweep_later()
    assert desk.planning.values == {"a:M": Decimal("1.50"), "b:M": Decimal("1.00")}


def test_each_cube_is_a_write_of_its_own_with_a_receipt_and_time_for_it(desk: Desk) -> None:
    """A model keeps each write waiting for up to two minutes: a second cube is begun only where there is time for it too."""
    for place, cube in (("a", "Pipeline"), ("b", "Cash"), ("c", "Pipeline")):
        desk.change(place, 100, cube)
    written: list[set[str]] = []

    def noted(values: Sequence[CellValue]) -> None:
        written.append({value.cube for value in values})

    desk.planning.refusal = noted
    desk.flush(lambda seconds: seconds <= 149)  # 120 that the target may take, and 30 to mark what it took
    assert written == []
    desk.flush(lambda seconds: seconds <= 150 and not written)
    assert written == [{"Pipeline"}]
    assert desk.lacking() == ["b"]
    desk.flush()
    assert written == [{"Pipeline"}, {"Cash"}]


def test_a_denied_write_leaves_its_cells_to_be_written_when_somebody_has_mended_the_grant(desk: Desk) -> None:
    """Nothing was written, so the receipt is closed and the cells stay as they are."""
    desk.change("a", 100)
    desk.planning.refusal = lambda _: AccessDeniedError("role")
    desk.flush()
    assert desk.cells.stale_receipts(TARGET, desk.clock.now() + STALE_AFTER) == ()
    desk.planning.refusal = lambda _: None
    desk.clock.advance(601)
    desk.flush()
    assert desk.planning.values == {"a:M": Decimal("1.00")}


def test_cells_behind_those_written_just_now_are_found_though_the_index_lags(desk: Desk) -> None:
    """Else a month-end with thousands of cells would be written in one batch a minute."""
    for place in ("a", "b", "c"):
        desk.change(place, 100)
    desk.table.settle()
    desk.table.index_lag = 100
    for place in ("a", "b"):
        desk.table.write([Update(keys.cell_key(TARGET, place), removes=("cell_state",))])
    assert [each.cells[0].intersection_id for each in desk.cells.dirty(TARGET, 1).found] == ["c"]
    desk.table.write([Update(keys.cell_key(TARGET, "c"), removes=("cell_state",))])
    assert desk.cells.dirty(TARGET, 1).found == ()


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (UnavailableError("busy"), 30),
        (UnavailableError("locked", retry_after_seconds=300), 300),
        (UnavailableError("now", retry_after_seconds=0), 0),
        (AccessDeniedError("role"), 600),
    ],
)
def test_a_target_is_left_alone_for_as_long_as_it_asks_or_we_think_fit(
    desk: Desk, error: TieoutError, seconds: int
) -> None:
    """Half a minute for one that is busy, ten for one that denies us: a person must act first."""
    desk.change("a", 100)
    desk.planning.refusal = lambda _: error
    desk.flush()
    assert desk.cells.paused_until(TARGET) == desk.clock.now() + timedelta(seconds=seconds)
    desk.planning.refusal = lambda _: None
    if seconds:
        desk.clock.advance(seconds - 0.001)
        desk.flush()
        assert desk.planning.values == {}
        desk.clock.advance(0.001)
    desk.flush()
    assert len(desk.planning.values) == 1
