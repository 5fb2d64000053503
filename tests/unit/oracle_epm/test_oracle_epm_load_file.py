"""Cells as the archive that an import of data reads, and its rejected records as refused cells."""

from __future__ import annotations

import io
import zipfile

import pytest

from sandbox.systems.oracle_epm.loading import packed
from tests.support.oracle_epm import epm_options, expense_cell, pipeline_cell
from tieout.delivering import CellValue
from tieout.systems.oracle_epm.coordinates import place_cells
from tieout.systems.oracle_epm.load_file import NO_FILE_NAME, OTHER_DIMENSIONS, TWICE, UNSAID, LoadFile, load_file_of
from tieout.systems.oracle_epm.options import LoadOptions

CELLS = [
    pipeline_cell("a", "-1.50"),
    pipeline_cell("b", "2", period="2026-04"),
    pipeline_cell("c", "0.1", measure="Weighted amount"),
]
POV = "ACME,SOFTWARE,EUR,FY26,Mar,Forecast"


def load(cells: list[CellValue], layout: LoadOptions | None = None, *, clear_zeros: bool = False) -> LoadFile:
    """What a load of these cells is to set."""
    options = epm_options(clear_zeros=clear_zeros)
    placed, refused = place_cells(cells, options)
    return load_file_of(placed, options.cube(cells[0].cube), layout or LoadOptions(rows="Entity"), refused)


def texts(file: LoadFile) -> dict[str, list[str]]:
    """The lines of each file of the archive."""
    with zipfile.ZipFile(io.BytesIO(file.archive())) as archive:
        return {name: archive.read(name).decode().splitlines() for name in archive.namelist()}


def test_each_measure_has_a_file_and_each_cell_a_row_with_its_digits() -> None:
    """So a record that is rejected is one cell, and no row has a place for a cell that was not given."""
    found = load(CELLS)
    assert texts(found) == {
        "data1-2.csv": [
            "Entity,Amount,Point-of-View,Data Load Cube Name",
            'EMEA,-1.50,"Working,BaseData,ACME,SOFTWARE,EUR,FY26,Mar,Forecast",Pipeline',
            'EMEA,2,"Working,BaseData,ACME,SOFTWARE,EUR,FY26,Apr,Forecast",Pipeline',
        ],
        "data2-2.csv": [
            "Entity,Weighted amount,Point-of-View,Data Load Cube Name",
            'EMEA,0.1,"Working,BaseData,ACME,SOFTWARE,EUR,FY26,Mar,Forecast",Pipeline',
        ],
    }
    assert found.archive() == load(CELLS[::-1]).archive(), "in whatever order the cells come"


def test_the_columns_may_be_of_any_dimension() -> None:
    """In a cube of block storage it is to be a dense one; the plan type's own name stands in each row."""
    found = texts(load([expense_cell()], LoadOptions(rows="Account", drivers="Period")))
    assert found["data1-1.csv"][0].startswith("Account,Mar,")
    [row] = found["data1-1.csv"][1:]
    assert row.startswith("6100,99.95,")
    assert "Expense" in row
    assert row.endswith(",OpEx")


def test_a_total_of_zero_clears_its_cell_where_that_is_wanted() -> None:
    """By the word that also clears one in a data slice; else it is a number like any other."""
    assert texts(load([pipeline_cell(value="0.00")]))["data1-1.csv"][1].startswith("EMEA,0.00,")
    assert texts(load([pipeline_cell(value="0.00")], clear_zeros=True))["data1-1.csv"][1].startswith("EMEA,#missing,")


def test_a_cell_without_a_row_is_left_out_with_the_reason() -> None:
    """It stops no other."""
    cells = [
        *CELLS,
        pipeline_cell("twin", customer="acme"),
        pipeline_cell("week", period="RT2026-P03"),
        pipeline_cell("quote", customer='A"B'),
        pipeline_cell("line", customer="A\nB"),
    ]
    found = load(cells)
    assert found.left_out == {
        "twin": TWICE,
        "week": "period_of_another_calendar",
        "quote": NO_FILE_NAME,
        "line": NO_FILE_NAME,
    }
    assert len(found.rows) == 3
    assert load(CELLS, LoadOptions(rows="Kunde")).left_out == dict.fromkeys("abc", OTHER_DIMENSIONS)


@pytest.mark.parametrize("name", ["Smith, John", "Children(Q1)", "&Current", "@All"])
def test_a_name_that_would_call_a_function_stands_in_quotation_marks(name: str) -> None:
    """In a point of view a member may be a function or a variable, which would set other cells."""
    [row] = texts(load([pipeline_cell(customer=name)]))["data1-1.csv"][1:]
    assert f'""{name}""' in row


def rejected(*lines: str, name: str = "Entity.csv") -> bytes:
    """An archive of rejected records."""
    return packed({name: "\n".join(lines)})


HEADING = "Entity,{},Point-of-View,Data Load Cube Name,Error"
ROW = 'EMEA,{},"Mar,fy26,EUR,Software,ACME,forecast,Working,BaseData",Pipeline'


def test_rejected_records_refuse_the_cells_they_are_with_the_reason_behind_them() -> None:
    """Whatever the order of the point of view, in upper or lower case, under the heading of the cell's column."""
    found = load(CELLS).rejected_in(
        rejected(HEADING.format("Weighted amount"), ROW.format("0.1") + ',"Cell is read only",x', "somebody,else's")
    )
    assert found == {"c": "Cell is read only; x"}
    found = load(CELLS).rejected_in(rejected("\ufeff" + HEADING.format("Amount"), "7,why," + ROW.format("-1.5")))
    assert found == {"a": "7; why"}


def test_a_record_that_may_be_of_two_cells_is_of_none() -> None:
    """Without a heading nobody knows which column it was in; where there is one such cell alone, it is that."""
    assert load(CELLS).rejected_in(rejected(ROW.format("1"))) == {}
    assert load(CELLS[:2]).rejected_in(rejected(ROW.format("1"))) == {"a": UNSAID}
    assert load(CELLS).rejected_in(rejected(HEADING.format("Gap"), ROW.format("1"))) == {}


@pytest.mark.parametrize(
    "content", [b"", b"no archive", packed({}), packed({"a.csv": ROW.format(1) + "\n" + "x" * 20_000_001})]
)
def test_what_is_no_archive_of_records_names_nobody(content: bytes) -> None:
    """Nor does one that would fill the memory."""
    assert load(CELLS[:1]).rejected_in(content) == {}


def test_a_record_of_another_cube_is_not_ours() -> None:
    """Names of members are told apart by their cube."""
    assert load(CELLS[:1]).rejected_in(rejected(ROW.format("1").replace("Pipeline", "Bookings"))) == {}
