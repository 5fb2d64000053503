"""The rows of import jobs, and what refused rows mean for our cells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.sap_analytics import analytics_options, cash_cell, pipeline_cell
from tieout.delivering import CellValue
from tieout.errors import MalformedError
from tieout.systems.sap_analytics.options import Options
from tieout.systems.sap_analytics.rows import RefusedRows, body_of, jobs_of, laid_out, place_of

AMOUNTS = st.decimals(min_value=Decimal(-(10**22)), max_value=Decimal(10**22), allow_nan=False, places=4)
MEASURES = {"Amount": "Amount", "Amount USD": "AmountUSD", "Weighted amount": "WeightedAmount"}
OPTIONS = analytics_options()
ACCOUNTS = analytics_options(account_columns={"Pipeline": "Measure"})


def sent(cells: Sequence[CellValue], options: Options = OPTIONS) -> list[list[dict[str, Any]]]:
    """What goes out for cells: the rows of each job."""
    rows, _ = laid_out(cells, options)
    return [json.loads(body_of(job), parse_float=Decimal, parse_int=Decimal)["Data"] for job in jobs_of(rows, options)]


def test_a_cell_is_a_row_of_members_by_column_and_a_value() -> None:
    """Columns, measures, versions and months are named as the model names them."""
    assert sent([pipeline_cell(measure="Amount USD")]) == [
        [
            {
                "Customer": "ACME",
                "ProductLine": "SOFTWARE",
                "LegalEntity": "EMEA",
                "Currency": "EUR",
                "Date": "202603",
                "Version": "public.Forecast",
                "AmountUSD": Decimal("1500.00"),
            }
        ]
    ]


def test_measures_of_one_intersection_are_one_row() -> None:
    """A model of measures has a column for each."""
    [[row]] = sent([pipeline_cell("a", "1"), pipeline_cell("u", "2", measure="Amount USD")])
    assert (row["Amount"], row["AmountUSD"]) == (1, 2)


def test_measures_of_an_account_dimension_are_a_row_each() -> None:
    """A model of accounts has one column for all values."""
    [rows] = sent([pipeline_cell("a", "1"), pipeline_cell("u", "2", measure="Amount USD")], ACCOUNTS)
    assert [(row["Measure"], row["SignedData"]) for row in rows] == [("Amount", 1), ("AmountUSD", 2)]


def test_rows_with_other_measures_go_by_another_job() -> None:
    """What becomes of a measure that other rows of the job have is not documented, unless somebody has seen it."""
    cells = [
        pipeline_cell("a"),
        pipeline_cell("b", period="2026-04"),
        pipeline_cell("u", measure="Amount USD", period="2026-04"),
        pipeline_cell("c", period="2026-05"),
    ]
    assert [[row["Date"] for row in rows] for rows in sent(cells)] == [["202603", "202605"], ["202604"]]
    together = sent(cells, analytics_options(partial_rows="together"))
    assert [[row["Date"] for row in rows] for rows in together] == [["202603", "202604", "202605"]]


def test_rows_of_other_dimensions_never_share_a_job() -> None:
    """A refused row is found by its members, so that all rows of a job must have the same dimensions."""
    shorter = pipeline_cell("s")._replace(members=pipeline_cell().members[1:])
    together = analytics_options(partial_rows="together")
    assert [len(rows) for rows in sent([pipeline_cell(), shorter], together)] == [1, 1]


CUSTOMERS = st.sampled_from(["ACME", "O'Hara", 'a "b"', "c\\d", "Müller, GmbH", "#", "1", " "])


@st.composite
def batches(draw: st.DrawFn) -> list[CellValue]:
    """Any cells of one cube, each in a place of its own."""
    places = draw(
        st.lists(
            st.tuples(CUSTOMERS, st.sampled_from(["2026-03", "2026-12", "2027-01"]), st.sampled_from(sorted(MEASURES))),
            unique=True,
            max_size=6,
        )
    )
    return [
        pipeline_cell(f"c{number}", str(draw(AMOUNTS)), customer=customer, period=period, measure=measure)
        for number, (customer, period, measure) in enumerate(places)
    ]


@given(options=st.sampled_from([OPTIONS, ACCOUNTS, analytics_options(partial_rows="together")]), cells=batches())
def test_what_is_sent_read_as_rows_is_exactly_the_cells(options: Options, cells: list[CellValue]) -> None:
    """No cell is lost, none is sent twice, none is invented, and every value has its own digits."""
    read = []
    for row in (row for rows in sent(cells, options) for row in rows):
        values = {column: row[column] for column in row if column in {*MEASURES.values(), "SignedData"}}
        place = (row["Customer"], row["Date"], row["Version"])
        read += [(*place, row.get("Measure", column), value) for column, value in values.items()]
    given_ = [
        (
            dict(cell.members)["Customer"],
            dict(cell.members)["Time"].replace("-", ""),
            "public.Forecast",
            MEASURES[cell.measure],
            cell.value,
        )
        for cell in cells
    ]
    assert sorted(read) == sorted(given_)


@given(cells=batches(), data=st.data())
def test_rows_that_are_refused_refuse_exactly_their_cells(cells: list[CellValue], data: st.DataObject) -> None:
    """Whichever rows SAP sends back, with numbers as texts and columns of its own besides: they are found again."""
    rows, _ = laid_out(cells, OPTIONS)
    for job in jobs_of(rows, OPTIONS):
        bad = data.draw(st.sets(st.integers(0, len(job) - 1)))
        refused = RefusedRows(job)
        plain = [json.loads(row.text, parse_float=str, parse_int=str) for row in job]
        refused.note_invalid({"failedRows": [plain[number] | {"_REJECTION_REASON": f"no {number}"} for number in bad]})
        assert refused.reasons == {number: f"no {number}" for number in bad}


@pytest.mark.parametrize(
    ("value", "digits"), [("1500.00", "1500.00"), ("-0.10", "-0.10"), ("1E+5", "100000"), ("0", "0")]
)
def test_a_value_is_a_plain_json_number(value: str, digits: str) -> None:
    """No exponent and no quotes: no locale and no double reads anything into it."""
    rows, _ = laid_out([pipeline_cell(value=value)], OPTIONS)
    assert rows[0].text.endswith(f'"Amount":{digits}}}')


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (pipeline_cell(value="NaN"), "cell_value_not_finite"),
        (pipeline_cell(period="FY2026-P03"), "period_of_another_calendar"),
        (pipeline_cell(period="March"), "period_neither_month_nor_fiscal"),
        (pipeline_cell(measure="Gap USD"), "measure_not_in_the_landscape"),
    ],
)
def test_a_cell_without_a_place_never_leaves(cell: CellValue, reason: str) -> None:
    """It is refused with the reason, and its neighbours are sent."""
    rows, refused = laid_out([cell, cash_cell("good")], OPTIONS)
    assert refused == {"c1": reason}
    assert len(rows) == 1


def test_where_versions_are_named_no_other_is_written_to() -> None:
    """A version that is not named could have the name of one that is."""
    options = analytics_options(versions={"Forecast": "public.Actual"})
    rows, refused = laid_out([pipeline_cell("a"), pipeline_cell("b", version="Actual")], options)
    assert refused == {"b": "version_not_in_the_landscape"}
    assert dict(rows[0].key)["Version"] == "public.Actual"


@pytest.mark.parametrize(
    "columns", [{"Customer": "Currency"}, {"Customer": "Amount"}, {"Customer": "Measure"}, {"Customer": "SignedData"}]
)
def test_two_things_in_one_column_are_no_place(columns: dict[str, str]) -> None:
    """One of the two would be overwritten by the other before it left."""
    options = analytics_options(
        columns=columns, account_columns={} if "Amount" in columns.values() else {"Pipeline": "Measure"}
    )
    with pytest.raises(MalformedError, match="go_to_one_column"):
        place_of(pipeline_cell(), options)


def test_of_two_cells_in_one_place_the_second_is_refused() -> None:
    """Each would undo the other, and both would count as written."""
    rows, refused = laid_out([pipeline_cell("a", "1"), pipeline_cell("b", "2")], OPTIONS)
    assert refused == {"b": "another_cell_is_in_its_place"}
    assert [cell.cell_id for cell in rows[0].cells.values()] == ["a"]


def refused_rows() -> RefusedRows:
    """Of a job with two rows, March and April."""
    rows, _ = laid_out([pipeline_cell("a"), pipeline_cell("b", period="2026-04")], OPTIONS)
    return RefusedRows(rows)


APRIL = json.loads(laid_out([pipeline_cell(period="2026-04")], OPTIONS)[0][0].text)


def test_rows_are_refused_when_they_are_added_and_when_they_are_validated() -> None:
    """The one answer has the row apart from its reason, the other the reason among the columns."""
    refused = refused_rows()
    refused.note_added({"failedRows": [{"row": APRIL, "reason": "Invalid measure"}]})
    assert refused.reasons == {1: "Invalid measure"}
    refused.note_invalid({"failedRows": [APRIL | {"_REJECTION_REASON": "Invalid member"}]})
    assert refused.reasons == {1: "Invalid member"}


def test_a_month_that_comes_back_as_a_number_is_found_too() -> None:
    """Whatever the type of a column is on the way back, its member is the same text."""
    refused = refused_rows()
    refused.note_invalid({"failedRows": [APRIL | {"Date": 202604, "_REJECTION_REASON": "x"}]})
    assert refused.reasons == {1: "x"}


@pytest.mark.parametrize("reason", [None, 7, " "])
def test_a_row_without_a_reason_is_refused_all_the_same(reason: object) -> None:
    """And a reason that is known from before is kept."""
    refused = refused_rows()
    refused.note_added({"failedRows": [{"row": APRIL, "reason": reason}]})
    assert refused.reasons == {1: "refused without a reason"}
    refused.note_added({"failedRows": [{"row": APRIL, "reason": "locked"}]})
    refused.note_added({"failedRows": [{"row": APRIL, "reason": reason}]})
    assert refused.reasons == {1: "locked"}


@pytest.mark.parametrize(("given_", "kept"), [(399, 399), (400, 400), (401, 400)])
def test_a_reason_is_cut_to_a_length_a_receipt_can_keep(given_: int, kept: int) -> None:
    """It stands in the item of its cell for as long as the cell is refused."""
    refused = refused_rows()
    refused.note_invalid({"failedRows": [APRIL | {"_REJECTION_REASON": "d" * given_}]})
    assert refused.reasons == {1: "d" * kept}


@pytest.mark.parametrize("row", [{}, {"Date": "202604"}, APRIL | {"Customer": "OTHER"}])
def test_a_refused_row_of_no_cell_of_ours_is_not_guessed(row: dict[str, Any]) -> None:
    """Where it is not known which row failed, none may count as written."""
    with pytest.raises(MalformedError, match="not_ours"):
        refused_rows().note_invalid({"failedRows": [row]})


@pytest.mark.parametrize("failed", ["none", {"row": {}}, ["row"], [None]])
def test_refused_rows_of_another_shape_are_not_guessed_either(failed: object) -> None:
    """A shape SAP has never sent is not taken for success."""
    with pytest.raises(MalformedError, match="unreadable"):
        refused_rows().note_invalid({"failedRows": failed})
    with pytest.raises(MalformedError):
        refused_rows().note_added({"failedRows": [{"row": "ACME", "reason": "x"}]})


@pytest.mark.parametrize("answer", [{}, {"failedRows": []}, {"failedRows": None}])
def test_an_answer_without_refused_rows_refuses_nothing(answer: dict[str, object]) -> None:
    """The key may be absent where there is nothing to tell."""
    refused = refused_rows()
    refused.note_invalid(answer)
    assert refused.reasons == {}
