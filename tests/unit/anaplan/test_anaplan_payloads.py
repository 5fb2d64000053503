"""The bodies of cell writes, and what Anaplan's failures mean for our cells."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.anaplan import pipeline_cell
from tieout.delivering import CellValue
from tieout.errors import MalformedError, RefusedInPartError
from tieout.systems.anaplan import cell_write
from tieout.systems.anaplan.cell_write import in_anaplans_words, refusals_of
from tieout.systems.anaplan.period_names import PeriodNames

NAMED = ("Time", "Version")
AMOUNTS = st.decimals(min_value=Decimal(-(10**22)), max_value=Decimal(10**22), allow_nan=False, places=4)


def body_of(*cells: CellValue) -> str:
    """The body that carries the cells."""
    return cell_write.body_of(in_anaplans_words(cells, "Time", PeriodNames()), NAMED).decode()


def test_list_members_go_by_code_and_periods_and_versions_by_name() -> None:
    """A renamed customer keeps its code, but a month has none to go by."""
    (written,) = json.loads(body_of(pipeline_cell()))
    assert written["lineItemName"] == "Amount"
    assert written["dimensions"] == [
        {"dimensionName": "Customer", "itemCode": "ACME"},
        {"dimensionName": "Product line", "itemCode": "SOFTWARE"},
        {"dimensionName": "Legal entity", "itemCode": "EMEA"},
        {"dimensionName": "Currency", "itemCode": "EUR"},
        {"dimensionName": "Time", "itemName": "Mar 26"},
        {"dimensionName": "Version", "itemName": "Forecast"},
    ]


def test_a_cell_without_dimensions_sends_none() -> None:
    """A line item that applies to nothing is addressed by its name alone."""
    assert body_of(CellValue(cell_id="a", cube="C", measure="Rate", members=(), value=Decimal("1.5"))) == (
        '[{"lineItemName":"Rate","value":1.5}]'
    )


@given(AMOUNTS)
def test_a_value_is_written_in_its_own_digits(value: Decimal) -> None:
    """What planning receives is the ledger's number, digit by digit, never a float's neighbour of it."""
    text = body_of(pipeline_cell(value=str(value)))
    (written,) = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    assert written["value"] == value


@pytest.mark.parametrize(
    ("value", "digits"), [("1500.00", "1500.00"), ("-0.10", "-0.10"), ("1E+5", "100000"), ("0", "0")]
)
def test_a_value_is_a_plain_json_number(value: str, digits: str) -> None:
    """No exponent and no quotes: no locale and no double reads anything into it."""
    assert body_of(pipeline_cell(value=value)).endswith(f'"value":{digits}}}]')


def test_a_value_that_is_no_number_never_leaves() -> None:
    """Not-a-number has no JSON form, and null is refused by Anaplan."""
    with pytest.raises(MalformedError, match="cell_value_not_finite"):
        body_of(pipeline_cell(value="NaN"))


def test_a_body_holds_every_cell_once_and_in_order() -> None:
    """The position of a cell in the body is how a failure names it."""
    cells = [pipeline_cell(f"c{number}", str(number)) for number in range(40)]
    assert [each["value"] for each in json.loads(body_of(*cells))] == list(range(40))


@pytest.mark.parametrize("answer", [{}, {"failures": []}, {"failures": None}])
def test_an_answer_without_failures_refuses_nothing(answer: dict[str, object]) -> None:
    """Anaplan leaves the key out where there is nothing to tell, and was seen to send an empty list."""
    assert refusals_of(answer, ("a", "b")) == {}


def test_failures_are_told_by_position() -> None:
    """The position in the request says which of our cells was refused, with Anaplan's words."""
    answer = {
        "failures": [
            {"requestIndex": 2, "failureType": "cellIsInvalid", "failureMessageDetails": "not found"},
            {"requestIndex": 0, "failureType": "cellIsCalculated"},
        ]
    }
    assert refusals_of(answer, ("a", "b", "c")) == {"c": "cellIsInvalid: not found", "a": "cellIsCalculated"}


@pytest.mark.parametrize(
    "failure", [{"requestIndex": 0}, {"requestIndex": 0, "failureType": 7, "failureMessageDetails": " "}]
)
def test_a_failure_without_a_reason_still_refuses(failure: dict[str, object]) -> None:
    """A cell Anaplan did not set is refused, whether or not it says why."""
    assert refusals_of({"failures": [failure]}, ("a",)) == {"a": "refused without a reason"}


def test_a_reason_is_cut_to_a_length_a_receipt_can_keep() -> None:
    """A page of text as a reason does not fill the ledger."""
    answer = {"failures": [{"requestIndex": 0, "failureType": "cellIsInvalid", "failureMessageDetails": "x" * 5000}]}
    assert len(refusals_of(answer, ("a",))["a"]) < 450


@pytest.mark.parametrize("index", [-1, 2, "0", 0.5, None, True])
def test_a_failure_of_no_cell_of_ours_is_not_guessed(index: object) -> None:
    """Where it is not known which cell failed, none may count as written, nor all of them as not written."""
    with pytest.raises(RefusedInPartError):
        refusals_of({"failures": [{"requestIndex": index, "failureType": "cellIsInvalid"}]}, ("a", "b"))


@pytest.mark.parametrize("failures", ["none", {"requestIndex": 0}, ["cellIsInvalid"]])
def test_failures_of_another_shape_are_not_guessed_either(failures: object) -> None:
    """A shape Anaplan has never sent is not taken for success."""
    with pytest.raises(RefusedInPartError):
        refusals_of({"failures": failures}, ("a", "b"))


@pytest.mark.parametrize(("given", "kept"), [(199, 199), (200, 200), (201, 200)])
def test_a_reason_keeps_two_hundred_characters_of_each_word(given: int, kept: int) -> None:
    """It stands in the item of its cell for as long as the cell is refused."""
    answer = {"failures": [{"requestIndex": 0, "failureType": "t" * given, "failureMessageDetails": "d" * given}]}
    assert refusals_of(answer, ("a",)) == {"a": f"{'t' * kept}: {'d' * kept}"}
