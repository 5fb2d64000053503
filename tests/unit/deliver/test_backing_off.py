"""A target that takes nothing is tried less and less often, with few cells, until it takes something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from tests.support.planning_desk import TARGET, Desk
from tieout.errors import AccessDeniedError, LostAnswerError, ThrottledError, TieoutError, UnavailableError
from tieout.ledger.cells import Pause


@pytest.fixture(name="desk")
def _desk() -> Desk:
    """A desk on which more cells wait than a probe takes."""
    desk = Desk()
    desk.planning.batch_size = 50
    for number in range(25):
        desk.change(f"p{number:02}", 100)
    return desk


def failing(desk: Desk, error: TieoutError, times: int) -> list[float]:
    """The seconds for which the target is left alone after each of so many errors in a row."""
    desk.planning.refusal = lambda _: error
    waited = []
    for _ in range(times):
        desk.flush()
        pause = desk.cells.pause_of(TARGET)
        assert pause is not None
        waited.append((pause.until - desk.clock.now()).total_seconds())
        desk.clock.advance(waited[-1])
    return waited


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (UnavailableError("busy"), [30, 30, 60, 120, 240, 480, 600, 600]),
        (LostAnswerError("timed out"), [30, 30, 60, 120, 240, 480, 600, 600]),
        (AccessDeniedError("role"), [600, 600, 1200, 2400, 3600, 3600]),
        (ThrottledError("rate", retry_after_seconds=7), [7, 7, 7, 7]),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_target_is_left_alone_for_longer_each_time(desk: Desk, error: TieoutError, seconds: list[float]) -> None:
    """Twice as long from its third error in a row on, up to a bound; but where it says itself for how long, for so long."""
    assert failing(desk, error, len(seconds)) == seconds


def test_it_is_left_alone_as_long_where_its_members_cannot_be_made_sure_of(desk: Desk) -> None:
    """Whatever of it is down, it is the same target."""

    def fail(_: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        raise UnavailableError("members")

    desk.make_sure = fail
    assert failing(desk, AccessDeniedError("cells"), 4) == [30, 30, 60, 120]


def test_since_when_and_how_often_it_failed_is_known(desk: Desk) -> None:
    """And by which error the last time."""
    began = desk.clock.now()
    failing(desk, UnavailableError("locked"), 3)
    failing(desk, AccessDeniedError("role"), 1)
    assert desk.cells.pause_of(TARGET) == Pause(desk.clock.now(), "AccessDeniedError", began, 4)


def test_a_target_that_took_nothing_is_tried_with_few_cells(desk: Desk) -> None:
    """When it takes these, the others follow at once, and nothing is held against it any more."""
    failing(desk, UnavailableError("locked"), 4)
    sent: list[int] = []
    desk.planning.refusal = lambda cells: sent.append(len(cells))
    report = desk.flush()
    assert sent == [10, 15]
    assert (report.written, report.stopped_by) == (25, None)
    assert desk.cells.pause_of(TARGET) is None
    assert failing_again(desk) == [30]


def failing_again(desk: Desk) -> list[float]:
    """The first error after it took something."""
    desk.change("p01", 1)
    return failing(desk, UnavailableError("busy"), 1)


def test_a_pause_that_is_over_is_on_record_until_something_is_taken(desk: Desk) -> None:
    """Cells that changed back need no write, and say nothing of the target."""
    desk = Desk()
    desk.change("a", 100)
    desk.flush()
    desk.change("a", 100)
    failing(desk, UnavailableError("busy"), 1)
    desk.change("a", -100)
    assert desk.flush().writes == 0
    assert desk.cells.pause_of(TARGET) is not None
