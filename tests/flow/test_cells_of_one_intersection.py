"""Several measures of one place in a cube: each is written, refused and written again by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.planning_desk import TARGET, Desk
from tieout.delivering import CellValue, WriteAnswer
from tieout.ledger import keys
from tieout.ledger.intersections import IntersectionState, intersection_state


class Model:
    """A planning model that refuses some cells, and keeps every write it was given."""

    write_seconds = 120

    def __init__(self, refusing: set[str], batch_size: int = 10) -> None:
        self.refusing, self.batch_size = refusing, batch_size
        self.writes: list[dict[str, Decimal]] = []

    def write(self, cells: Sequence[CellValue]) -> WriteAnswer:
        """Set the cells that are not refused."""
        self.writes.append({cell.cell_id: cell.value for cell in cells})
        refused = {cell.cell_id: "calculated" for cell in cells if cell.cell_id in self.refusing}
        return WriteAnswer(refused=refused, summary="set")


@pytest.fixture(name="desk")
def _desk() -> Desk:
    return Desk()


def writing(desk: Desk, *refusing: str, batch_size: int = 10) -> Model:
    """A model that the desk writes to."""
    model = Model(set(refusing), batch_size)
    desk.planning = model  # type: ignore[assignment]  # a writer like the other
    return model


def stored(desk: Desk, place: str = "a") -> IntersectionState:
    """An intersection as the ledger holds it."""
    key = keys.cell_key(TARGET, place)
    return intersection_state(key, desk.table.get([key])[key])


def test_only_the_measures_that_changed_are_written(desk: Desk) -> None:
    """The amount of a deal changes every day, and its neighbours in the cube are left alone."""
    model = writing(desk)
    for measure in ("Amount", "Weighted"):
        desk.change("a", 100, measure=measure)
    desk.flush()
    desk.change("a", 50, measure="Weighted")
    desk.flush()
    assert model.writes == [
        {"a:Amount": Decimal("1.00"), "a:Weighted": Decimal("1.00")},
        {"a:Weighted": Decimal("1.50")},
    ]
    assert stored(desk).state == ""


def test_a_place_is_known_by_its_id_whatever_signs_are_in_it(desk: Desk) -> None:
    """The ids of its cells are what planning's answer is understood by."""
    model = writing(desk)
    desk.change("a#b#c", 100)
    assert desk.lacking() == ["a#b#c"]
    assert {(cell.target, cell.intersection_id) for cell in stored(desk, "a#b#c").cells} == {(TARGET, "a#b#c")}
    desk.flush()
    assert model.writes == [{"a#b#c:M": Decimal("1.00")}]
    assert desk.lacking() == []


def test_a_total_that_changed_and_changed_back_is_not_written(desk: Desk) -> None:
    """Planning holds it already: nothing is sent, it counts as settled, and when it was last written is as it was."""
    model = writing(desk)
    desk.change("a", 100)
    desk.flush()
    key = keys.cell_key(TARGET, "a")
    written = desk.table.get([key])[key]
    assert {"written_at", "last_receipt"} <= written.keys()
    desk.clock.advance(60)
    desk.change("a", 50)
    desk.change("a", -50)
    desk.flush()
    assert len(model.writes) == 1
    assert (stored(desk).state, desk.lacking()) == ("", [])
    assert desk.table.get([key])[key] == {**written, "generation": 3}


def test_a_refused_cell_keeps_no_neighbour_from_being_written(desk: Desk) -> None:
    """The place is listed as refused, its written cell is settled, and neither is sent again by itself."""
    model = writing(desk, "a:Gap")
    for measure in ("Amount", "Gap"):
        desk.change("a", 100, measure=measure)
    desk.flush()
    desk.flush()
    amount, gap = stored(desk).cells
    assert (amount.is_settled, amount.written_minor, amount.refused_reason) == (True, 100, None)
    assert (gap.is_settled, gap.written_minor, gap.refused_reason) == (False, None, "calculated")
    assert (stored(desk).state, len(model.writes)) == (keys.refused(TARGET), 1)


def test_a_refused_cell_waits_while_its_neighbour_goes_on(desk: Desk) -> None:
    """A change of the neighbour is written alone; the place is then refused as before."""
    model = writing(desk, "a:Gap")
    for measure in ("Amount", "Gap"):
        desk.change("a", 100, measure=measure)
    desk.flush()
    desk.change("a", 1, measure="Amount")
    assert stored(desk).state == keys.dirty(TARGET)
    desk.flush()
    assert model.writes[1:] == [{"a:Amount": Decimal("1.01")}]
    assert stored(desk).state == keys.refused(TARGET)


def test_a_refused_cell_is_offered_again_when_its_total_changes(desk: Desk) -> None:
    """Whoever mended planning meanwhile need tell nobody."""
    from tests.support import ledger_scenes as scenes  # noqa: PLC0415 only here are facts committed
    from tieout.ledger.facts import FactLedger  # noqa: PLC0415 the same

    facts, target = FactLedger(desk.table), scenes.TARGET
    scenes.committed(facts, scenes.planned(facts, scenes.statement(1, scenes.V1), {"Acme": 5}))
    [place] = desk.cells.dirty(target, 10).found
    receipt = desk.cells.open_receipt(target, "r", desk.clock.now(), place.cells)
    refused = {cell.cell_id: "unknown member" for cell in place.cells}
    desk.cells.mark_written([place], place.cells, receipt, refused, desk.clock.now())
    assert desk.cells.dirty(target, 10).found == ()
    scenes.committed(facts, scenes.planned(facts, scenes.statement(1, scenes.V2), {"Acme": 6}))
    [place] = desk.cells.dirty(target, 10).found
    assert [(cell.is_lacking, cell.refused_reason) for cell in place.cells] == [(True, None)]


def test_a_place_with_more_cells_than_a_write_takes_is_written_in_several(desk: Desk) -> None:
    """What the first write leaves stays dirty, and the place is done when the last one is."""
    model = writing(desk, batch_size=2)
    for measure in ("A", "B", "C", "D", "E"):
        desk.change("a", 100, measure=measure)
    desk.flush()
    assert [sorted(each) for each in model.writes] == [["a:A", "a:B"], ["a:C", "a:D"], ["a:E"]]
    assert stored(desk).state == ""
    assert all(cell.is_settled for cell in stored(desk).cells)


def test_a_place_that_no_cell_of_a_write_lies_in_is_not_marked_by_it(desk: Desk) -> None:
    """It was read with the others, and is as dirty as before, under no receipt."""
    model = writing(desk, batch_size=2)
    for place in ("a", "b"):
        for measure in ("A", "B"):
            desk.change(place, 100, measure=measure)
    desk.flush(lambda _: not model.writes)
    assert desk.lacking() == ["b"]
    assert "last_receipt" not in desk.table.get([keys.cell_key(TARGET, "b")])[keys.cell_key(TARGET, "b")]


def test_refused_cells_are_sent_again_wherever_their_places_are_listed(desk: Desk) -> None:
    """A place that lacks another cell too stands among the dirty ones; its refused cell is not forgotten."""
    model = writing(desk, "a:Gap", "b:Gap")
    for place in ("a", "b"):
        desk.change(place, 100, measure="Gap")
        desk.change(place, 100, measure="Amount")
    desk.flush()
    desk.change("b", 1, measure="Amount")
    model.refusing.clear()
    assert desk.cells.retry_refused(TARGET, desk.clock.now()) == 2
    desk.flush()
    assert {**model.writes[1]} == {"a:Gap": Decimal("1.00"), "b:Gap": Decimal("1.00"), "b:Amount": Decimal("1.01")}
    assert [stored(desk, place).state for place in ("a", "b")] == ["", ""]


def test_a_cell_somebody_typed_over_is_written_again_and_its_neighbour_is_not(desk: Desk) -> None:
    """Nothing changed in the ledger: only what planning is known to hold did."""
    model = writing(desk)
    for measure in ("A", "B"):
        desk.change("a", 100, measure=measure)
    desk.flush()
    desk.cells.write_again(TARGET, {"a": ["B"]}, desk.clock.now())
    desk.flush()
    assert model.writes[1:] == [{"a:B": Decimal("1.00")}]


def test_the_cells_of_an_abandoned_write_are_written_again_alone(desk: Desk) -> None:
    """The receipt names the measures it carried."""
    model = writing(desk)
    desk.change("a", 100, measure="A")
    [place] = desk.cells.dirty(TARGET, 10).found
    desk.cells.open_receipt(TARGET, "gone", desk.clock.now(), place.cells)
    desk.flush()
    desk.change("a", 100, measure="B")
    desk.flush()
    model.writes.clear()
    for receipt in desk.cells.stale_receipts(TARGET, desk.clock.now() + timedelta(hours=1)):
        desk.cells.dirty_again(receipt, desk.clock.now())
    desk.flush()
    assert model.writes == [{"a:A": Decimal("1.00")}]


@pytest.mark.parametrize("is_written_first", [True, False])
def test_of_two_writers_the_last_to_mark_a_cell_says_whether_it_was_refused(
    desk: Desk, *, is_written_first: bool
) -> None:
    """One is refused because the member is not there yet, the other is not: no reason stays on a cell that was written."""
    desk.change("a", 100)
    [place] = desk.cells.dirty(TARGET, 10).found
    refusals: list[dict[str, str]] = [{}, {"a:M": "unknown member"}]
    for number, refused in enumerate(refusals if is_written_first else reversed(refusals)):
        receipt = desk.cells.open_receipt(TARGET, f"r{number}", desk.clock.now(), place.cells)
        desk.cells.mark_written([place], place.cells, receipt, refused, desk.clock.now())
    [cell] = stored(desk).cells
    is_refused = cell.refused_reason is not None
    assert is_refused is is_written_first
    assert cell.is_settled is not is_refused
    assert stored(desk).state == (keys.refused(TARGET) if is_refused else "")
    assert desk.cells.retry_refused(TARGET, desk.clock.now()) == int(is_refused)
