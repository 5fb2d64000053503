"""Reading cells back by data slices: numbers in any notation, empty cells, and answers that do not fit together."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.support.clock import ManualClock
from tests.support.oracle_epm import epm_writer, expense_cell, pipeline_cell
from tieout.delivering import CellValue
from tieout.errors import MalformedError
from tieout.systems.oracle_epm.cells import OracleEpmWriter

CELLS = [
    pipeline_cell("a"),
    pipeline_cell("b", measure="Amount USD"),
    pipeline_cell("c", customer="GLOBEX"),
    pipeline_cell("d", customer="GLOBEX", measure="Amount USD"),
]


def writer_seeing(
    answer: Callable[[dict[str, Any]], object], clock: ManualClock | None = None
) -> tuple[OracleEpmWriter, list[dict[str, Any]]]:
    """A writer whose grids are answered so, 400 where there is no answer; and the grids that were asked for."""
    asked: list[dict[str, Any]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"items": [{"planTypeName": "Pipeline"}, {"planTypeName": "OpEx"}]})
        assert request.url.path.endswith("/exportdataslice")
        asked.append(json.loads(request.content)["gridDefinition"])
        content = answer(asked[-1])
        return httpx.Response(400, json={}) if content is None else httpx.Response(200, json=content)

    http = httpx.Client(transport=httpx.MockTransport(handle))
    return epm_writer("https://epm.test", http, clock or ManualClock()), asked


def test_rows_come_in_any_order_and_numbers_in_any_notation() -> None:
    """Cells are found by the members of their rows, and 0 stands for an empty one."""
    rows = [
        {"headers": ["globex"], "data": ["1.50000005E7", " #MISSING"]},
        {"headers": ["ACME"], "data": [7, None]},
        {"headers": ["HOOLI"], "data": ["1", "1"]},
    ]
    writer, asked = writer_seeing(lambda _: {"columns": [["Amount", "Amount USD"]], "rows": rows})
    assert writer.read(CELLS) == {"a": Decimal(7), "b": Decimal(0), "c": Decimal("15000000.5"), "d": Decimal(0)}
    assert len(asked) == 1


def test_a_row_that_is_not_given_is_no_cell() -> None:
    """What our role may not see is not taken for an empty cell."""
    row = {"headers": ["ACME"], "data": ["1", "2"]}
    writer, _ = writer_seeing(lambda _: {"columns": [["Amount", "Amount USD"]], "rows": [row]})
    assert writer.read(CELLS) == {"a": Decimal(1), "b": Decimal(2), "c": None, "d": None}


def test_a_member_that_the_cube_lacks_hides_no_other_cell() -> None:
    """A grid with it is refused as a whole, so it is read in parts."""

    def answer(grid: dict[str, Any]) -> object:
        if "GLOBEX" in json.dumps(grid):
            return None
        headers = [member for (member,) in grid["rows"][0]["members"]]
        return {"columns": grid["columns"][0]["members"], "rows": [{"headers": headers, "data": ["3"]}]}

    writer, _ = writer_seeing(answer)
    assert writer.read(CELLS) == {"a": Decimal(3), "b": Decimal(3), "c": None, "d": None}


def test_many_rows_are_read_a_hundred_at_a_time() -> None:
    """And each cube by itself; a cell without a place has no value."""

    def answer(grid: dict[str, Any]) -> object:
        rows = [{"headers": [member for (member,) in row["members"]], "data": ["1"]} for row in grid["rows"]]
        return {"columns": grid["columns"][0]["members"], "rows": rows}

    writer, asked = writer_seeing(answer)
    many = [pipeline_cell(str(number), customer=f"C{number}") for number in range(250)]
    read = dict(writer.read([*many, expense_cell("e"), pipeline_cell("weeks", period="FY2026-P01")]))
    assert [len(grid["rows"]) for grid in asked] == [100, 100, 50, 1]
    assert read.pop("weeks") is None
    assert set(read.values()) == {Decimal(1)}
    assert len(read) == 251


def test_cells_of_a_cube_that_is_not_there_read_as_none() -> None:
    """What is not in planning has no value there, and hides no other cube."""
    row = {"headers": ["Forecast"], "data": ["1"]}
    writer, asked = writer_seeing(lambda _: {"columns": [["Amount"]], "rows": [row]})
    elsewhere = pipeline_cell("x")._replace(cube="Elsewhere")
    assert writer.read([elsewhere, pipeline_cell("a")]) == {"x": None, "a": Decimal(1)}
    assert len(asked) == 1


@pytest.mark.parametrize(
    "content",
    [
        {"columns": [["Amount", "Weighted"]], "rows": []},
        {"columns": [["Amount"]], "rows": []},
        {"columns": [], "rows": []},
        {"columns": [7], "rows": []},
        {"rows": []},
        {"columns": [["Amount", "Amount USD"]]},
        {"columns": [["Amount", "Amount USD"]], "rows": ["ACME"]},
        {"columns": [["Amount", "Amount USD"]], "rows": [{"headers": ["ACME"], "data": ["1"]}]},
        {"columns": [["Amount", "Amount USD"]], "rows": [{"headers": "ACME", "data": ["1", "2"]}]},
        {"columns": [["Amount", "Amount USD"]], "rows": [{"headers": ["ACME"], "data": ["1", "many"]}]},
        {"columns": [["Amount", "Amount USD"]], "rows": [{"headers": ["ACME"], "data": ["1", {}]}]},
        {"columns": [["Amount", "Amount USD"]], "rows": [{"headers": ["ACME"], "data": ["1", "Infinity"]}]},
    ],
)
def test_an_answer_that_does_not_fit_together_is_no_proof(content: dict[str, Any]) -> None:
    """A check that cannot be read must not pass."""
    writer, _ = writer_seeing(lambda _: content)
    with pytest.raises(MalformedError):
        writer.read(CELLS)


def all_ones(grid: dict[str, Any]) -> dict[str, Any]:
    """An answer to any grid."""
    rows = [{"headers": [member for (member,) in row["members"]], "data": ["1"] * 2} for row in grid["rows"]]
    columns = grid["columns"][0]["members"]
    return {"columns": columns, "rows": [row | {"data": row["data"][: len(columns[0])]} for row in rows]}


def customers(number: int) -> list[CellValue]:
    """A cell of each of so many customers."""
    return [pipeline_cell(str(each), customer=f"C{each}") for each in range(number)]


def test_cells_are_read_before_a_write_by_one_call_for_each_of_its_slices() -> None:
    """Cells of as many measures are a slice, in reading as in writing."""
    writer, asked = writer_seeing(all_ones)
    assert dict(writer.read_before(customers(100), 10)) == {str(each): Decimal(1) for each in range(100)}
    assert len(asked) == 1
    both = pipeline_cell("both", customer="C7", measure="Amount USD")
    assert set(writer.read_before([*customers(101), both], 10)) == {"both", *map(str, range(101))}
    assert [len(grid["rows"]) for grid in asked[1:]] == [100, 1]


def test_a_slice_that_takes_more_than_one_call_is_not_read_before_it_is_written() -> None:
    """It has more rows than one call names, or a member that the cube lacks, so that it would be read in parts."""
    writer, asked = writer_seeing(lambda grid: None if "NOBODY" in json.dumps(grid) else all_ones(grid))
    assert writer.read_before(customers(101), 10) == {}
    assert asked == []
    both = pipeline_cell("both", customer="C1", measure="Amount USD")
    found = writer.read_before([*customers(2), both, pipeline_cell("x", customer="NOBODY")], 10)
    assert (set(found), len(asked)) == ({"1", "both"}, 2)
    assert writer.read_before([pipeline_cell("x", customer="C1", period="FY2026-P01")], 10) == {}


def test_no_slice_is_read_before_a_write_for_which_no_time_is_left() -> None:
    """What was read until then is known all the same."""
    clock = ManualClock()

    def slow(grid: dict[str, Any]) -> object:
        clock.advance(10)
        return all_ones(grid)

    writer, asked = writer_seeing(slow, clock)
    both = pipeline_cell("both", customer="C1", measure="Amount USD")
    assert (len(writer.read_before([*customers(2), both], 10)), len(asked)) == (1, 1)


@pytest.mark.parametrize("declared", [False, True])
def test_whether_cells_are_read_before_is_declared(*, declared: bool) -> None:
    """And of a plan type that the application lacks nothing is read."""
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"items": [{}]})))
    writer = epm_writer("https://epm.test", http, ManualClock(), reads_before=declared)
    assert writer.reads_before is declared
    assert writer.read_before(customers(1), 10) == {}
