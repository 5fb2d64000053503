"""Some cells of every write are read soon after it; what differs is written again, by a person or by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.readback import pipeline
from functions.readback.pipeline import BY_ITSELF, sample_of
from tests.support.planning_desk import TARGET
from tests.support.readback_desk import ReadbackDesk
from tieout.errors import UnavailableError
from tieout.landscape import Readback

PLACES = [f"{number:032x}" for number in range(200)]


def sampled(percent: int) -> ReadbackDesk:
    """A desk where nothing but samples of writes is read."""
    desk = ReadbackDesk(Readback(every_hours=0, sample_percent=percent))
    desk.run()
    return desk


def read(desk: ReadbackDesk) -> list[str]:
    """The cells asked for."""
    return [each for page in desk.asked for each in page]


@pytest.mark.parametrize(("percent", "cells", "chosen"), [(1, 200, 2), (1, 3, 1), (50, 3, 2), (100, 200, 200)])
def test_a_share_of_every_write_is_read_once_it_has_settled(percent: int, cells: int, chosen: int) -> None:
    """At least one cell of each, and none twice."""
    desk = sampled(percent)
    desk.fill(PLACES[:cells])
    desk.run()
    assert desk.asked == []  # its answer may be on its way still
    desk.run()
    desk.run()
    desk.run()
    assert len(read(desk)) == len(set(read(desk))) == chosen


def test_every_write_has_its_share_and_no_cell_beside_it_is_read() -> None:
    """Also where a place has several cells, of which one was drawn."""
    desk = sampled(1)
    for measure in "ABC":
        desk.change(PLACES[0], 1, measure=measure)
    desk.flush()
    desk.fill(PLACES[1:3])
    desk.run()
    desk.run()
    assert sorted(each.split(":")[0] in PLACES[1:3] for each in read(desk)) == [False, True]


def test_nothing_is_sampled_where_that_is_not_declared() -> None:
    """And what was written meanwhile is not made up for later."""
    desk = sampled(0)
    desk.fill(PLACES[:5])
    for _ in range(3):
        desk.run()
    desk.declared = Readback(every_hours=0, sample_percent=100)
    desk.run()
    assert desk.asked == []


def test_what_was_written_before_the_first_run_is_not_sampled() -> None:
    """The first cycle reads it."""
    desk = ReadbackDesk(Readback(every_hours=0, sample_percent=100))
    desk.fill(PLACES[:5])
    desk.clock.advance(3_600)
    desk.run()
    desk.run()
    assert desk.asked == []


def test_a_refused_cell_is_in_no_sample() -> None:
    """Planning was not given it."""
    desk = sampled(100)
    desk.planning.refused_cells = {f"{PLACES[0]}:M": "calculated"}
    desk.fill(PLACES[:3])
    desk.run()
    desk.run()
    assert sorted(read(desk)) == [f"{place}:M" for place in PLACES[1:3]]


def test_a_sample_takes_half_of_what_may_be_read_at_most() -> None:
    """The cycle goes on beside a load; which cells are read follows from the receipts alone."""
    desk = sampled(100)
    desk.budget = 40
    desk.fill(PLACES)
    desk.run()
    desk.run()
    assert len(read(desk)) == 20
    [receipt] = desk.receipts.written_between(TARGET, desk.clock.now() - timedelta(hours=1), desk.clock.now())
    drawn = [row.cell_id for row in sample_of([receipt], 100, 20)]
    assert sorted(drawn) == sorted(read(desk))
    assert drawn != sorted(drawn)


def test_a_sample_that_failed_is_taken_again() -> None:
    """But not further back than a day: what lies there a cycle reads."""
    desk = sampled(100)
    desk.fill(PLACES[:1])
    desk.run()
    desk.planning.refusal = lambda _: UnavailableError("locked")
    desk.run()
    desk.planning.refusal = lambda _: None
    desk.run()
    assert read(desk) == [f"{PLACES[0]}:M"] * 2
    desk.fill(PLACES[1:2])
    desk.clock.advance(2 * 86_400)
    desk.run()
    assert len(read(desk)) == 2


def test_a_sampled_cell_that_differs_is_found_at_once() -> None:
    """A load that the target rounds is told of within minutes, not with the next cycle."""
    desk = sampled(100)
    desk.fill(PLACES[:3])
    desk.alter(PLACES[1], "101")
    desk.run()
    report = desk.run()
    assert (report.read, report.different) == (3, 1)
    assert desk.standing() == {f"{PLACES[1]}:M": (100_00, "101")}
    assert len(desk.told) == 1


def test_a_repair_writes_the_cell_again_with_a_receipt() -> None:
    """By hand: it is dirty, deliver writes it, and it is known no more as one that differs."""
    desk = ReadbackDesk()
    desk.fill(PLACES[:3])
    desk.alter(PLACES[1], "7")
    desk.to_the_end()
    assert desk.lacking() == []
    desk.ledger.repair(list(desk.ledger.standing(TARGET)), "controller", desk.clock.now())
    assert (desk.lacking(), desk.standing()) == ([PLACES[1]], {})
    desk.flush()
    assert str(desk.planning.values[f"{PLACES[1]}:M"]) == "100.00"
    assert len(desk.ends()) == 2
    assert desk.another_cycle().equal == 3


def test_nothing_is_repaired_by_itself_where_that_is_not_declared() -> None:
    """A person looks first."""
    desk = ReadbackDesk()
    desk.fill(PLACES[:3])
    desk.alter(PLACES[1], "7")
    desk.to_the_end()
    assert (desk.lacking(), len(desk.standing())) == ([], 1)


def test_where_it_is_declared_what_differs_is_written_again_by_itself() -> None:
    """What a person left standing too; it says who did it."""
    desk = ReadbackDesk()
    desk.fill(PLACES[:3])
    desk.alter(PLACES[1], "7")
    desk.to_the_end()
    desk.declared = Readback(sample_percent=0, repair="automatic")
    assert desk.run().repaired == 1
    assert desk.lacking() == [PLACES[1]]
    [repaired] = [item for key, item in desk.table.contents().items() if key[1].startswith("REPAIRED#")]
    assert repaired["by"] == BY_ITSELF
    assert repaired["expires_at"] > desk.clock.now().timestamp()


def test_a_run_repairs_so_many_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much of a target was overwritten, none of them outlasts its function."""
    monkeypatch.setattr(pipeline, "_REPAIRED_AT_ONCE", 2)
    desk = ReadbackDesk(Readback(sample_percent=0, repair="automatic"))
    desk.fill(PLACES[:3])
    for place in PLACES[:3]:
        desk.alter(place, "7")
    assert [desk.run().repaired for _ in range(3)] == [2, 1, 0]


def test_whoever_sets_a_cell_back_again_is_not_fought_but_told_of() -> None:
    """Once in a day: the second time it waits for a person, and then it is tried once more."""
    desk = ReadbackDesk(Readback(sample_percent=0, repair="automatic", every_hours=744))
    desk.fill(PLACES[:3])
    for repaired in (1, 0, 0):
        desk.alter(PLACES[1], "7")
        desk.another_cycle() if desk.ledger.cycle(TARGET) else desk.to_the_end()
        assert len(desk.lacking()) == repaired
        desk.flush()
        desk.clock.advance(3_600)
    assert len(desk.standing()) == 1
    desk.clock.advance(86_400)
    assert desk.run().repaired == 1
