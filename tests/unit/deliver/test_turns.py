"""Which cells a flush writes first, where it cannot write all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from tests.support.planning_desk import TARGET, Desk
from tests.support.tasked_planning import loaded
from tieout.errors import UnavailableError
from tieout.ledger import cells, keys
from tieout.ledger.table import Update


@pytest.fixture(name="desk")
def _desk() -> Desk:
    """Cells of which one write takes two."""
    desk = Desk()
    desk.planning.batch_size = 2
    return desk


@pytest.fixture(name="written")
def _written(desk: Desk) -> list[str]:
    """The cells of each write, in order."""
    written: list[str] = []
    desk.planning.refusal = lambda values: written.append(" ".join(each.cell_id[0] for each in values))
    return written


def test_few_cells_of_a_cube_do_not_wait_behind_many_of_another(desk: Desk, written: list[str]) -> None:
    """A load of one cube does not keep what changes in the others from planning."""
    for place in "abcdef":
        desk.change(place, 100)
    desk.change("z", 100, cube="D")
    desk.flush()
    assert written == ["a b", "z", "c d", "e f"]


def test_a_flush_goes_on_where_the_one_before_it_ended(
    desk: Desk, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells that change again and again before the others would else be the only ones that are written."""
    monkeypatch.setattr(cells, "_LOOKED_AT", 2)
    for place in "abcdef":
        desk.change(place, 100)
    behind = ""
    for _ in range(4):
        desk.change("a", 1)
        desk.change("b", 1)
        left = iter([True, True, False])  # asked before each write and as it begins
        behind = desk.flush(lambda _, left=left: next(left), behind).behind  # type: ignore[misc]  # bound now
    assert written == ["a b", "c d", "e f", "a b"]


def test_a_load_is_what_stands_behind_the_place_where_the_flush_before_it_ended() -> None:
    """What stands before it has its turn in the next round."""
    desk, planning = loaded()
    desk.flush(behind=keys.cell_key(TARGET, "p1")[0])
    assert planning.log[0] == "prepare 4"
    assert desk.lacking() == []


@pytest.mark.parametrize("failures", [0, 1])
def test_members_are_made_sure_of_that_the_next_write_is_about_and_no_others(failures: int) -> None:
    """Neither where there is no load, nor where one would be too much for a target that failed just now."""
    desk, planning = loaded()
    planning.least = 4 if failures else 7
    for place in range(6):
        members = Update(keys.cell_key(TARGET, f"p{place}"), sets={"members": f'[["Customer","{place}"]]'})
        desk.table.write([members])
    for _ in range(failures):
        desk.cells.pause(TARGET, desk.clock.now(), "UnavailableError", desk.clock.now())
    asked: list[list[tuple[str, str]]] = []

    def note(pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        asked.append(list(pairs))
        return {}

    desk.make_sure = note
    planning.refusal = lambda _: UnavailableError("down")
    desk.flush()
    assert asked == [[("Customer", "0"), ("Customer", "1")]]
