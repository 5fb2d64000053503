"""What comes out of the table is what went in, and a write says itself whether it may be made twice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.aws.expressions import is_repeatable, kind_of, request_of
from tieout.aws.values import decoded_item, encoded, encoded_key
from tieout.ledger.table import Absent, Check, Delete, Equals, Key, Put, Update, Write

A: Key = ("CELL#a", "STATE")
NAMES = st.text(min_size=1).filter(lambda name: name not in {"pk", "sk"})
VALUES = st.text() | st.integers(1 - 10**38, 10**38 - 1) | st.booleans() | st.binary()


@given(key=st.tuples(st.text(), st.text()), item=st.dictionaries(NAMES, VALUES))
def test_an_item_is_read_as_it_was_written(key: Key, item: dict[str, Any]) -> None:
    """Each value of its own type: a truth value is no number, and bytes are no text."""
    found_key, found = decoded_item(request_of(Put(key, item), "ledger")["Item"])
    assert (found_key, found) == (key, item)
    assert {name: type(value) for name, value in found.items()} == {name: type(value) for name, value in item.items()}


@pytest.mark.parametrize(
    ("value", "written"),
    [("7", {"S": "7"}), (7, {"N": "7"}), (-7, {"N": "-7"}), (True, {"BOOL": True}), (b"7", {"B": b"7"})],
)
def test_a_value_is_written_under_dynamodbs_name_of_its_type(value: object, written: dict[str, object]) -> None:
    """Numbers travel as texts, so that no digit is lost."""
    assert encoded(value) == written
    assert decoded_item({**encoded_key(A), "x": written}) == (A, {"x": value})


@pytest.mark.parametrize("value", [1.0, None, [1], {"a": 1}, {1}])
def test_a_value_of_another_type_is_a_bug(value: object) -> None:
    """A float would be rounded, and lists are not what items hold."""
    with pytest.raises(TypeError, match=type(value).__name__):
        encoded(value)


@pytest.mark.parametrize("written", [{"NULL": True}, {"L": []}, {"SS": ["a"]}])
def test_a_value_that_nobody_writes_is_not_read(written: dict[str, object]) -> None:
    """Somebody else has written into the table: better told than guessed."""
    with pytest.raises(TypeError, match=next(iter(written))):
        decoded_item({**encoded_key(A), "x": written})


@pytest.mark.parametrize(
    ("write", "kind", "repeatable"),
    [
        (Put(A, {"x": 1}), "Put", True),
        (Put(A, {"x": 1}, Absent("x")), "Put", False),
        (Put(A, {"x": 1}, Equals("y", 1)), "Put", False),  # it replaces the item, the condition's attribute with it
        (Delete(A), "Delete", True),
        (Delete(A, Equals("x", 1)), "Delete", False),
        (Check(A, Absent("x")), "ConditionCheck", True),
        (Update(A, sets={"x": 1}), "Update", True),
        (Update(A, adds={"x": 1}), "Update", False),
        (Update(A, sets={"x": 1}, adds={"y": 1}, condition=Absent("z")), "Update", False),
        (Update(A, sets={"x": 1}, condition=Equals("z", 1)), "Update", True),
        (Update(A, sets={"x": 1}, condition=Equals("x", 0)), "Update", False),
        (Update(A, firsts={"x": 1}, condition=Absent("x")), "Update", False),
        (Update(A, removes=("x",), condition=Equals("x", 1)), "Update", False),
    ],
    ids=repr,
)
def test_a_write_may_be_made_twice_where_the_second_time_is_as_the_first(
    write: Write, kind: str, *, repeatable: bool
) -> None:
    """An addition would count twice; a condition on what the write changes would fail on our own first try."""
    assert kind_of(write) == kind
    assert is_repeatable(write) is repeatable


def test_equal_names_and_values_are_said_once_and_unequal_ones_never() -> None:
    """The number one, its text and true are three values; a request without a value or name says so by having none."""
    request = request_of(Update(A, sets={"x": "1", "y": 1, "z": "1", "w": True}, condition=Absent("x")), "ledger")
    assert request == {
        "TableName": "ledger",
        "Key": encoded_key(A),
        "UpdateExpression": "SET #0=:0,#1=:1,#2=:0,#3=:2",
        "ConditionExpression": "attribute_not_exists(#0)",
        "ExpressionAttributeNames": {"#0": "x", "#1": "y", "#2": "z", "#3": "w"},
        "ExpressionAttributeValues": {":0": {"S": "1"}, ":1": {"N": "1"}, ":2": {"BOOL": True}},
    }
    assert request_of(Delete(A), "ledger") == {"TableName": "ledger", "Key": encoded_key(A)}
    assert request_of(Put(A, {"x": 1}, Absent("x")), "ledger") == {
        "TableName": "ledger",
        "Item": {**encoded_key(A), "x": {"N": "1"}},
        "ConditionExpression": "attribute_not_exists(#0)",
        "ExpressionAttributeNames": {"#0": "x"},
    }
