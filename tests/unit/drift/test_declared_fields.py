"""What is declared of a field is what is expected of it, and nothing beside."""

from __future__ import annotations

import pytest

from tieout.drift import Expected, Field, in_events, left_out, nested, number, shape_of, text, truth, with_field

INSIDE: Expected = {"id": Field(types=frozenset({"string"}))}


def test_a_text_is_one_whatever_its_case_where_values_are_named() -> None:
    """Without any, it may be any."""
    assert text() == Field(types=frozenset({"string"}))
    assert text("Open", "DONE") == Field(types=frozenset({"string"}), values=frozenset({"open", "done"}))


def test_a_number_and_a_truth_are_of_their_types() -> None:
    """Of numbers some may be named, too."""
    assert number() == Field(types=frozenset({"number"}))
    assert number(0, 1).values == frozenset({"0", "1"})
    assert truth() == Field(types=frozenset({"boolean"}))


def test_what_is_nested_is_an_object_or_a_list_of_them() -> None:
    """With the fields it is given."""
    assert nested(INSIDE) == Field(types=frozenset({"object", "array"}), inside=INSIDE)


@pytest.mark.parametrize(("null", "absent"), [(True, False), (False, True)])
def test_a_field_may_be_null_or_left_out_where_that_is_said(*, null: bool, absent: bool) -> None:
    """Each of both by itself."""
    fields = (
        text(null=null, absent=absent),
        number(null=null, absent=absent),
        truth(null=null, absent=absent),
        nested(INSIDE, null=null, absent=absent),
    )
    assert [(each.null, each.absent) for each in fields] == [(null, absent)] * 4


def test_all_fields_may_be_left_out_together() -> None:
    """And stay what they are else."""
    assert left_out({"id": text("a", null=True)}) == {"id": text("a", null=True, absent=True)}


def test_a_field_is_put_at_the_end_of_a_path() -> None:
    """What stands above it may be null or left out; an object that is expected already keeps what it has."""
    beside: Expected = {"other": number()}
    new = nested({**beside, "at": text()}, null=True, absent=True)
    assert with_field(INSIDE, ["when", "at"], text(), beside) == {**INSIDE, "when": new}
    held = {"when": nested(INSIDE)}
    kept = nested({**INSIDE, "at": text()}, null=True, absent=True)
    assert with_field(held, ["when", "at"], text(), beside) == {"when": kept}
    assert with_field(INSIDE, ["at"], text(), beside) == {**INSIDE, "at": text()}


def test_an_event_is_one_whether_it_comes_alone_or_in_a_list() -> None:
    """Each is called by the same name."""
    assert list(in_events({"id": 1})) == [("event", {"id": 1})]
    assert list(in_events([1, 2])) == [("event", 1), ("event", 2)]


def test_a_shape_goes_down_only_so_far() -> None:
    """Of what lies deeper, and of lists behind their first item, it says no more than the type."""
    deep: object = "end"
    for _ in range(20):
        deep = {"in": [deep, 1]}
    assert shape_of(deep) == shape_of({"in": [deep, 1]}) == '{"in":[{"in":["object"]}]}'
    assert shape_of([deep]) == '[{"in":[{"in":"array"}]}]'
