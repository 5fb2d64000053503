"""Which cells a flush writes first, where it cannot write all at once."""

from __future__ import annotations

import pytest

from tests.support.planning_desk import Desk
from tieout.ledger import cells


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
        left = iter([True, False])
        behind = desk.flush(lambda _, left=left: next(left), behind).behind  # type: ignore[misc]  # bound now
    assert written == ["a b", "c d", "e f", "a b"]
