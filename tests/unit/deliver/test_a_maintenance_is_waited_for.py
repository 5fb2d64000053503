"""A target is not called in its declared maintenance, nor so shortly before that a write could reach into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import pytest

from tests.support.planning_desk import TARGET, Desk
from tieout.delivering import CellValue
from tieout.errors import TieoutError, UnavailableError
from tieout.maintenance import Maintenance


@pytest.fixture(name="desk")
def _desk() -> Desk:
    """A desk at nine, whose target is maintained from a quarter past nine on for half an hour."""
    desk = Desk()
    desk.maintenance = Maintenance(begins="09:15", time_zone="UTC", minutes=30)
    desk.change("a", 100)
    return desk


def written(desk: Desk) -> int:
    """How many cells a flush writes."""
    return desk.flush().written


def test_nothing_is_written_while_it_lasts_and_everything_after_it(desk: Desk) -> None:
    """Without a receipt, and without a pause: nothing has failed."""
    desk.clock.advance(15 * 60)
    assert (written(desk), desk.lacking()) == (0, ["a"])
    desk.clock.advance(30 * 60 - 1)
    assert (written(desk), desk.answers()) == (0, [])
    assert desk.cells.pause_of(TARGET) is None
    desk.clock.advance(1)
    assert (written(desk), desk.lacking()) == (1, [])


def test_the_ledger_is_not_asked_what_it_lacks_while_it_lasts(desk: Desk) -> None:
    """The sweeper asks for a flush every minute, and each look at the index costs."""
    desk.clock.advance(15 * 60)
    reached: list[str] = []
    desk.table.io = reached.append
    desk.flush()
    assert [point for point in reached if point.endswith(".index")] == []


def test_no_write_is_begun_that_could_still_be_under_way_when_it_begins(desk: Desk) -> None:
    """A write may take two minutes."""
    desk.clock.advance(15 * 60 - desk.planning.write_seconds - 1)
    assert written(desk) == 1
    desk.change("a", 100)
    desk.clock.advance(1)
    assert written(desk) == 0


def test_a_flush_ends_when_it_comes_near(desk: Desk) -> None:
    """What it did not get to stays to be written."""
    desk.planning.batch_size = 1
    desk.change("b", 200)

    def taking_long(_: Sequence[CellValue]) -> TieoutError | None:
        desk.clock.advance(14 * 60)
        return None

    desk.planning.refusal = taking_long
    assert (written(desk), len(desk.lacking())) == (1, 1)


@pytest.mark.parametrize(("more_seconds", "wrote"), [(0, 1), (1, 0)])
def test_no_write_is_begun_by_what_was_so_before_its_members_were_looked_for(
    desk: Desk, more_seconds: int, wrote: int
) -> None:
    """That takes its time: what may begin is judged when it begins, and nothing tells of a write that did not."""

    def taking_long(_: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        desk.clock.advance(15 * 60 - desk.planning.write_seconds - 1 + more_seconds)
        return {}

    desk.make_sure = taking_long
    assert (written(desk), len(desk.answers())) == (wrote, wrote)


def test_a_503_outside_of_it_pauses_the_target_as_ever(desk: Desk) -> None:
    """It may be maintained at another time than was declared."""
    desk.planning.refusal = lambda _: UnavailableError("oracle_epm: in maintenance (503)", retry_after_seconds=900)
    assert written(desk) == 0
    assert desk.cells.paused_until(TARGET) == desk.clock.now() + timedelta(seconds=900)
