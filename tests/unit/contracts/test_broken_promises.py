"""What breaks a promise of a schema is found wherever it stands, and what only adds or widens is none."""

from __future__ import annotations

import copy

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from infra.contracts.breaking import breaks
from infra.contracts.published import published
from infra.contracts.schemas import Schema
from tests.support.schema_changes import (
    BREAKING,
    WIDENING,
    Change,
    fields_in,
    remove,
    require,
    take_fewer_types,
    take_fewer_values,
)

SCHEMAS = [each.document() for each in published()]


@st.composite
def changed(draw: st.DrawFn, changes: tuple[Change, ...]) -> tuple[Schema, Schema]:
    """A published schema, and the same with one field changed."""
    before = draw(st.sampled_from(SCHEMAS))
    after = copy.deepcopy(before)
    owner, name = draw(st.sampled_from(list(fields_in(after))))
    assume(draw(st.sampled_from(changes))(owner, name))
    return before, after


@pytest.mark.parametrize("change", BREAKING, ids=lambda change: change.__name__)
def test_every_broken_promise_is_found_in_every_field(change: Change) -> None:
    """Of every schema that is published, each field in turn; there is a field for each kind of break."""
    found = 0
    for before in SCHEMAS:
        for place in range(len(list(fields_in(before)))):
            after = copy.deepcopy(before)
            owner, name = list(fields_in(after))[place]
            if change(owner, name):
                found += 1
                assert breaks(before, after), (before["$id"], name)
    assert found


@given(changed(BREAKING))
def test_a_break_is_found_under_whatever_was_widened_beside_it(pair: tuple[Schema, Schema]) -> None:
    """It hides behind no new field, and is told by its place."""
    before, after = pair
    after["properties"] = {"a_new_one_above": {"type": "string"}, **after["properties"]}
    assert all(each.startswith("/") for each in breaks(before, after))
    assert breaks(before, after)


@given(st.data())
def test_what_only_adds_or_widens_breaks_nothing(data: st.DataObject) -> None:
    """However often, one upon the other."""
    before = data.draw(st.sampled_from(SCHEMAS))
    after = copy.deepcopy(before)
    for change in data.draw(st.lists(st.sampled_from(WIDENING), min_size=1, max_size=4)):
        change(*data.draw(st.sampled_from(list(fields_in(after)))))
    assert breaks(before, after) == []


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.sampled_from(["a", "b", "", "1.00 EUR", "7"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
_LEAVES: st.SearchStrategy[Schema] = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", "boolean", ["string", "null"], ["integer", "string"]]),
        "enum": st.lists(st.sampled_from(["a", "b", "7"]), min_size=1, max_size=3, unique=True),
        "pattern": st.sampled_from(["^a", "^[0-9]+$"]),
        "minimum": st.integers(0, 3),
    },
)
_TREES: st.SearchStrategy[Schema] = st.recursive(
    _LEAVES,
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from(["object", "array", ["array", "object"]])},
        optional={
            "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
            "required": st.lists(st.sampled_from("ab"), max_size=2, unique=True),
            "items": inner,
        },
    ),
    max_leaves=4,
)


@st.composite
def varied(draw: st.DrawFn, before: Schema) -> Schema:
    """The schema with some of its words left out, or those of another in their place, at any depth."""
    other = draw(_LEAVES)
    after = {word: value for word, value in before.items() if word == "properties" or draw(st.integers(0, 4))}
    after |= {word: value for word, value in other.items() if not draw(st.integers(0, 7))}
    if "properties" in after:
        after["properties"] = {name: draw(varied(each)) for name, each in after["properties"].items()}
    if "items" in after:
        after["items"] = draw(varied(after["items"]))
    return after


@given(st.data(), _TREES)
def test_what_breaks_nothing_takes_all_that_was_taken_before(data: st.DataObject, before: Schema) -> None:
    """By the word of an independent validator: of two schemas, however the second came about, and of any values."""
    after = data.draw(varied(before))
    if breaks(before, after):
        return
    was, now = Draft202012Validator(before), Draft202012Validator(after)
    values = data.draw(st.lists(_VALUES, min_size=4, max_size=8))
    assert all(now.is_valid(each) for each in values if was.is_valid(each))


def test_what_became_of_a_field_is_told_by_its_place() -> None:
    """Each alone, in words for whoever changed the code."""
    line = {"type": "object", "properties": {"amount": {"type": "string"}, "product": {"type": ["string", "null"]}}}
    before: Schema = {
        "type": "object",
        "properties": {"lines": {"type": "array", "items": line}, "state": {"enum": ["a", "b"]}},
    }
    after = copy.deepcopy(before)
    remove(after["properties"]["lines"]["items"], "amount")
    take_fewer_types(after["properties"]["lines"]["items"], "product")
    take_fewer_values(after, "state")
    require(after, "state")
    assert breaks(before, after) == [
        "/lines[]/amount was removed",
        "/lines[]/product was null or string and is string",
        "/state takes fewer values",
        "/state must be there now",
    ]


def test_a_word_that_nobody_compares_is_no_promise_that_is_kept() -> None:
    """Whoever writes more into schemas says first what breaks it."""
    with pytest.raises(ValueError, match="nobody compares maxLength"):
        breaks({"type": "string"}, {"type": "string", "maxLength": 3})
