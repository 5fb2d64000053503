"""The grids that carry cells: exactly the cells given, set and never added to."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.oracle_epm import epm_options, expense_cell, pipeline_cell
from tieout.errors import MalformedError
from tieout.systems.oracle_epm.coordinates import PlacedCell, place_cell
from tieout.systems.oracle_epm.grids import Grid, export_body, grids_of, import_body, parts_of

DIMENSIONS = ("Entity", "Partner", "Years", "Period")
MEMBERS = st.one_of(st.sampled_from(["EMEA", "GROUP", "Jan"]), st.text(min_size=1, max_size=6))
AMOUNTS = st.decimals(min_value=Decimal(-(10**22)), max_value=Decimal(10**22), allow_nan=False, places=4)
PLACES = st.tuples(*(MEMBERS for _ in DIMENSIONS), st.sampled_from(["Amount", "Amount USD", "Weighted"]))
CELLS = st.dictionaries(PLACES, st.one_of(st.none(), AMOUNTS), min_size=1, max_size=25)


def placed(given_cells: dict[tuple[str, ...], Decimal | None]) -> list[PlacedCell]:
    """The cells at these members, measures last."""
    return [
        PlacedCell(f"c{number}", tuple(zip(DIMENSIONS, members[:-1], strict=True)), members[-1], value)
        for number, (members, value) in enumerate(given_cells.items())
    ]


def cells_in(body: bytes, grid: Grid) -> list[tuple[tuple[str, ...], Decimal | None]]:
    """What a body says, cell by cell: its members in the order of the dimensions, the measure last, and its value."""
    data = json.loads(body, parse_float=Decimal, parse_int=Decimal)["dataGrid"]
    assert [len(column) for column in data["columns"]] == [len(grid.columns)]  # one dimension, all members in one array
    found = []
    for row in data["rows"]:
        names = [dimension for dimension, _ in grid.pov] + list(grid.row_dimensions)
        members = dict(zip(names, data["pov"] + row["headers"], strict=True))
        for measure, value in zip(data["columns"][0], row["data"], strict=True):
            place = (*(members[dimension] for dimension in DIMENSIONS), measure)
            found.append((place, None if value == "#missing" else value))
    return found


@given(CELLS)
def test_what_is_sent_is_exactly_the_cells_given(given_cells: dict[tuple[str, ...], Decimal | None]) -> None:
    """Whatever members they have: each cell once with its own digits, and no place for any other."""
    grids = grids_of(placed(given_cells))
    sent = [cell for grid in grids for cell in cells_in(import_body(grid), grid)]
    assert len(sent) == len(given_cells)
    assert dict(sent) == given_cells


@given(CELLS)
def test_what_is_read_back_is_asked_for_by_exactly_the_cells_given(
    given_cells: dict[tuple[str, ...], Decimal | None],
) -> None:
    """The reading names every dimension, and crosses no rows with each other."""
    asked = []
    for grid in grids_of(placed(given_cells)):
        definition = json.loads(export_body(grid, "Account"))["gridDefinition"]
        assert definition["suppressMissingBlocks"] is False
        (column,) = definition["columns"]
        assert column["dimensions"] == ["Account"]
        for row in definition["rows"]:
            members = {
                name: member
                for axis in (definition["pov"], row)
                for name, (member,) in zip(axis["dimensions"], axis["members"], strict=True)
            }
            asked += [(*(members[name] for name in DIMENSIONS), measure) for measure in column["members"][0]]
    assert sorted(asked) == sorted(given_cells)


@given(CELLS)
def test_parts_are_smaller_and_lose_no_cell(given_cells: dict[tuple[str, ...], Decimal | None]) -> None:
    """A column each, or halves: a refused grid is always divided, until it is one cell."""
    for grid in grids_of(placed(given_cells)):
        parts = parts_of(grid.cells)
        ids = sorted(cell.cell_id for part in parts for cell in part)
        assert ids == sorted(cell.cell_id for cell in grid.cells)
        assert all(len(part) < len(grid.cells) for part in parts) or len(grid.cells) == 1
        assert len(grid.columns) > 1 or max(map(len, parts)) == (len(grid.cells) + 1) // 2


def test_measures_of_an_intersection_go_together() -> None:
    """Cells that change together cost one grid; an intersection with other measures is in another."""
    cells = [
        pipeline_cell("a", measure="Amount"),
        pipeline_cell("b", measure="Amount USD"),
        pipeline_cell("c", customer="GLOBEX", measure="Amount USD"),
        pipeline_cell("d", customer="GLOBEX", measure="Amount"),
        pipeline_cell("e", customer="HOOLI"),
    ]
    grids = grids_of([place_cell(cell, epm_options()) for cell in cells])
    assert [sorted(cell.cell_id for cell in grid.cells) for grid in grids] == [["a", "b", "c", "d"], ["e"]]
    assert grids[0].row_dimensions == ("Customer",)


def body_of(*cells: PlacedCell) -> dict[str, Any]:
    """The one body of the cells."""
    (grid,) = grids_of(cells)
    body = json.loads(import_body(grid))
    assert isinstance(body, dict)
    return body


def test_cells_are_set_and_notes_are_left_alone() -> None:
    """No option reaches the mode that adds, and rejected cells are asked for."""
    body = body_of(place_cell(pipeline_cell(), epm_options()))
    assert body["aggregateEssbaseData"] is False
    assert body["cellNotesOption"] == "Skip"
    assert body["customParams"] == {"IncludeRejectedCells": True, "IncludeRejectedCellsWithDetails": True}
    assert set(body) == {
        "aggregateEssbaseData", "cellNotesOption", "dateFormat", "strictDateValidation", "customParams", "dataGrid",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "digits"), [("1500.00", "1500.00"), ("-0.10", "-0.10"), ("1E+5", "100000"), ("0", "0")]
)
def test_a_value_is_a_plain_json_number(value: str, digits: str) -> None:
    """No exponent and no quotes: no locale and no double reads anything into it."""
    (grid,) = grids_of([place_cell(pipeline_cell(value=value), epm_options())])
    assert f'"data":[{digits}]'.encode() in import_body(grid)


def test_a_cell_has_the_members_that_the_options_say() -> None:
    """Ours, theirs, prefixed, fixed, and a period in two dimensions."""
    assert place_cell(expense_cell(), epm_options()).place == (
        ("Version", "Working"),
        ("View", "BaseData"),
        ("Account", "6100"),
        ("CostCenter", "CC_SALES"),
        ("Vendor", "TRAVEL_AGENCY"),
        ("Entity", "EMEA"),
        ("Intercompany", "IC_EMEA"),
        ("Currency", "EUR"),
        ("Years", "FY26"),
        ("Period", "Mar"),
        ("Scenario", "Actual"),
    )


@pytest.mark.parametrize(
    ("options", "value", "reason"),
    [
        ({"fixed_members": {"Currency": "USD"}}, "1", "dimension_taken_twice"),
        ({"measure_dimension": "Customer"}, "1", "dimension_taken_twice"),
        ({}, "NaN", "cell_value_not_finite"),
        ({"period_label": "FY", "period_names": ["P{number}"]}, "1", "period_of_another_calendar"),
    ],
)
def test_a_cell_that_has_no_place_is_not_sent(options: dict[str, Any], value: str, reason: str) -> None:
    """Two members of one dimension, a period of another calendar, and what is no number."""
    with pytest.raises(MalformedError, match=reason):
        place_cell(pipeline_cell(value=value), epm_options(**options))


@pytest.mark.parametrize(("value", "held"), [("0", None), ("0.00", None), ("0.01", Decimal("0.01"))])
def test_only_nothing_clears_a_cell(value: str, held: Decimal | None) -> None:
    """And only where the options say so."""
    assert place_cell(pipeline_cell(value=value), epm_options(clear_zeros=True)).value == held
    assert place_cell(pipeline_cell(value=value), epm_options()).value == Decimal(value)
