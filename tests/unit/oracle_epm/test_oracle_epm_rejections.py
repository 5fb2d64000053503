"""Rejected cells: named, counted, and found where Planning does not say which they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import LostAnswerError
from tieout.systems.oracle_epm.answers import GridRefusedError
from tieout.systems.oracle_epm.coordinates import PlacedCell
from tieout.systems.oracle_epm.grids import grids_of
from tieout.systems.oracle_epm.rejections import UNSAID, outcome_of
from tieout.systems.oracle_epm.writing import SAMPLES, SliceWriting

MEASURES = ("Amount", "Amount USD", "Weighted")
SHARED = ("EMEA", "GROUP", "UK")


@dataclass
class StrictPlanning:
    """Rejects bad cells and what they take along; it knows a cell by its value, since names may be ambiguous.

    Attributes:
        takes: what a bad cell takes along: nothing, its `row`, its `grid`, or the whole `request`, which is answered 400.
    """

    bad: frozenset[int]
    listed: int = 100
    takes: str = ""
    stored: set[int] = field(default_factory=set)
    requests: int = 0

    def __call__(self, body: bytes) -> Mapping[str, Any]:
        """The answer to an import."""
        self.requests += 1
        grid = json.loads(body)["dataGrid"]
        rejected, accepted = [], set()
        is_spoilt = any(value in self.bad for row in grid["rows"] for value in row["data"])
        if is_spoilt and self.takes == "request":
            raise GridRefusedError(400, "The grid is not valid.")
        for row in grid["rows"]:
            along = is_spoilt if self.takes == "grid" else self.takes == "row" and not self.bad.isdisjoint(row["data"])
            for measure, value in zip(grid["columns"][0], row["data"], strict=True):
                if along or value in self.bad:
                    rejected.append([measure, *reversed(row["headers"]), *grid["pov"]])
                else:
                    accepted.add(value)
        self.stored |= accepted
        details = [
            {"memberNames": names, "readOnlyReasons": ["closed"], "otherReasons": []}
            for names in rejected[: self.listed]
        ]
        counts = {"numAcceptedCells": len(accepted), "numUpdateCells": 0, "numRejectedCells": len(rejected)}
        return {**counts, "rejectedCellsWithDetails": details}


def cells_at(places: list[tuple[str, str, str]]) -> list[PlacedCell]:
    """A cell at each place, whose value is its number."""
    return [
        PlacedCell(str(number), (("Scenario", "Actual"), ("Entity", entity), ("Partner", partner)), measure, Decimal(number))
        for number, (entity, partner, measure) in enumerate(places)
    ]  # fmt: skip


# Entity and partner share their members, so that two cells can have the same names.
PLACES = st.lists(
    st.tuples(st.sampled_from(SHARED), st.sampled_from(SHARED), st.sampled_from(MEASURES)),
    min_size=1,
    unique=True,
)


LISTED = st.sampled_from([0, 1, 3, 100])


@given(PLACES, st.data(), LISTED, st.sampled_from(["", "row"]))
def test_exactly_the_rejected_cells_are_refused(
    places: list[tuple[str, str, str]], data: st.DataObject, listed: int, takes: str
) -> None:
    """However many are bad, however few are listed, whatever their names, and though a bad cell takes its row along."""
    bad = frozenset(number for number in range(len(places)) if data.draw(st.booleans()))
    planning = StrictPlanning(bad, listed, takes)
    writing = SliceWriting(planning)
    writing.put(cells_at(places))
    assert set(writing.refused) == {str(number) for number in bad}
    assert planning.stored == set(range(len(places))) - bad


@given(PLACES, st.data(), st.sampled_from(["grid", "request"]))
def test_a_few_cells_that_spoil_whole_grids_are_found(
    places: list[tuple[str, str, str]], data: st.DataObject, takes: str
) -> None:
    """By halving: their neighbours are written."""
    numbers = st.sets(st.integers(0, len(places) - 1), max_size=SAMPLES - 1)
    bad = frozenset(data.draw(numbers))
    planning = StrictPlanning(bad, takes=takes)
    writing = SliceWriting(planning)
    writing.put(cells_at(places))
    assert set(writing.refused) == {str(number) for number in bad}
    assert planning.stored == set(range(len(places))) - bad


@given(PLACES, st.data(), st.sampled_from(["", "row", "grid", "request"]), LISTED)
def test_no_cell_counts_as_written_that_is_not(
    places: list[tuple[str, str, str]], data: st.DataObject, takes: str, listed: int
) -> None:
    """Where most cells spoil whole grids, good ones may be refused with them; none that was refused is called written."""
    bad = frozenset(number for number in range(len(places)) if data.draw(st.integers(0, 9)) > 0)
    planning = StrictPlanning(bad, listed, takes)
    writing = SliceWriting(planning)
    writing.put(cells_at(places))
    assert {str(number) for number in bad} <= set(writing.refused)
    assert {str(number) for number in range(len(places))} - set(writing.refused) <= {str(n) for n in planning.stored}


def column_of(count: int) -> list[PlacedCell]:
    """So many cells of one measure."""
    return [
        PlacedCell(str(number), (("Scenario", "Actual"), ("Entity", f"E{number}")), "Amount", Decimal(number))
        for number in range(count)
    ]


def test_a_good_column_between_bad_ones_is_written() -> None:
    """Rows that were taken along say nothing of their cells until each column was sent by itself."""
    places = [(entity, partner, measure) for entity in SHARED[:2] for partner in SHARED[:2] for measure in MEASURES]
    planning = StrictPlanning(frozenset(number for number in range(12) if number % 3 != 1), takes="row")
    writing = SliceWriting(planning)
    writing.put(cells_at(places))
    assert planning.stored == {1, 4, 7, 10}
    assert len(writing.refused) == 8


@pytest.mark.parametrize("takes", ["", "grid", "request"])
def test_a_thousand_cells_that_are_all_bad_cost_few_calls(takes: str) -> None:
    """A closed year, or a scenario that is not there: five are tried alone, and the others told with them."""
    planning = StrictPlanning(frozenset(range(1000)), takes=takes)
    writing = SliceWriting(planning)
    writing.put(column_of(1000))
    assert len(writing.refused) == 1000
    assert planning.requests == writing.slices == 1 + SAMPLES
    assert not writing.has_written


def test_bad_cells_that_stand_together_take_no_good_ones_along() -> None:
    """Those that are tried alone are spread over all, since what is rejected for one reason is often in one place."""
    planning = StrictPlanning(frozenset(range(20)), takes="request")
    writing = SliceWriting(planning)
    writing.put(column_of(60))
    assert planning.stored == set(range(20, 60))


def test_a_thousand_cells_of_which_every_fourth_is_bad_cost_few_calls() -> None:
    """Each slice names a hundred of them."""
    planning = StrictPlanning(frozenset(range(0, 1000, 4)))
    writing = SliceWriting(planning)
    writing.put(column_of(1000))
    assert len(writing.refused) == 250
    assert planning.requests <= 5
    assert writing.has_written


def outcome(answer: Mapping[str, Any], count: int = 3) -> Any:  # noqa: ANN401 what is read of it differs
    """What an answer says of a column of cells."""
    (grid,) = grids_of(column_of(count))
    return outcome_of(answer, grid)


def detail(number: int, **reasons: object) -> dict[str, object]:
    """A rejected cell of a column."""
    return {"memberNames": ["Actual", f"E{number}", "Amount"], "readOnlyReasons": [], "otherReasons": [], **reasons}


def test_names_are_matched_whatever_their_order_and_case() -> None:
    """Neither is documented."""
    named = [{"memberNames": [" e1", "AMOUNT", "actual"], "readOnlyReasons": ["closed"], "otherReasons": ["locked"]}]
    found = outcome({"numAcceptedCells": 2, "numRejectedCells": 1, "rejectedCellsWithDetails": named})
    assert found.refused == {"1": "closed; locked"}
    assert found.unsettled == ()


@pytest.mark.parametrize(
    "details",
    [
        None,
        7,
        ["[Actual, E1, Amount]"],
        [{"memberNames": None}],
        [{"memberNames": ["Actual", "E9", "Amount"]}],
        [{"memberNames": ["E1", 7]}],
    ],
)
def test_a_rejected_cell_that_is_not_named_is_looked_for(details: object) -> None:
    """Where it is not known which cell was rejected, none counts as written yet."""
    found = outcome({"numAcceptedCells": 2, "numRejectedCells": 1, "rejectedCellsWithDetails": details})
    assert found.refused == {}
    assert [cell.cell_id for cell in found.unsettled] == ["0", "1", "2"]


def test_cells_that_are_neither_accepted_nor_rejected_are_looked_for() -> None:
    """A count that does not add up is no proof that all were written."""
    found = outcome({"numAcceptedCells": 1, "numRejectedCells": 1, "rejectedCellsWithDetails": [detail(0)]})
    assert set(found.refused) == {"0"}
    assert [cell.cell_id for cell in found.unsettled] == ["1", "2"]
    assert outcome({"numAcceptedCells": 0, "numRejectedCells": 0}, 1).refused == {"0": UNSAID}


@pytest.mark.parametrize("reasons", [{}, {"otherReasons": None}, {"readOnlyReasons": [" ", 7]}])
def test_a_rejection_without_a_reason_still_refuses(reasons: dict[str, object]) -> None:
    """A cell Planning did not set is refused, whether or not it says why."""
    answer = {"numAcceptedCells": 2, "numRejectedCells": 1, "rejectedCellsWithDetails": [detail(1, **reasons)]}
    assert outcome(answer).refused == {"1": UNSAID}


def test_a_reason_is_cut_to_a_length_a_receipt_can_keep() -> None:
    """It stands in the item of its cell for as long as the cell is refused."""
    told = [detail(1, otherReasons=["x" * 500])]
    found = outcome({"numAcceptedCells": 2, "numRejectedCells": 1, "rejectedCellsWithDetails": told})
    assert found.refused == {"1": "x" * 200}


@pytest.mark.parametrize("accepted", [None, "3", -1, True, 1.5])
def test_an_answer_that_does_not_count_is_a_lost_answer(accepted: object) -> None:
    """A shape Planning has never sent is not taken for success."""
    for answer in ({"numAcceptedCells": accepted, "numRejectedCells": 0}, {"numAcceptedCells": 3}):
        with pytest.raises(LostAnswerError):
            outcome(answer)


@pytest.mark.parametrize(
    ("said", "updated"), [({"numUpdateCells": 2}, 2), ({"numUpdatedCells": 0}, 0), ({}, None), ({"numUpdateCells": "2"}, None)]
)  # fmt: skip
def test_both_spellings_of_updated_cells_are_read(said: dict[str, object], updated: int | None) -> None:
    """One is documented, the other was seen live; older environments say nothing."""
    assert outcome({"numAcceptedCells": 3, "numRejectedCells": 0, **said}).updated == updated


def answering(*answers: Mapping[str, Any]) -> Callable[[bytes], Mapping[str, Any]]:
    """Gives these answers in turn."""
    following = iter(answers)
    return lambda _body: next(following)


def test_cells_updated_are_counted_over_all_slices_while_each_says_them() -> None:
    """A count that one slice does not give is not made up from the others."""
    whole = {"numAcceptedCells": 1, "numRejectedCells": 0}
    cells = [*column_of(1), PlacedCell("x", (("Scenario", "Actual"), ("Entity", "E9")), "Weighted", Decimal(1))]
    said = {"numUpdateCells": 1}
    for first, second, updated in ((said, said, 2), (said, {}, None), ({}, said, None)):
        writing = SliceWriting(answering({**whole, **first}, {**whole, **second}))
        writing.put(cells)
        assert writing.updated == updated
        assert writing.slices == 2


def test_clearing_an_empty_cell_is_no_rejection() -> None:
    """Whether a cleared cell counts as accepted is not documented."""
    (grid,) = grids_of([PlacedCell("a", (("Entity", "E1"),), "Amount", None)])
    assert outcome_of({"numAcceptedCells": 0, "numRejectedCells": 0}, grid).refused == {}
