"""In what a row is other than expected is found, whatever the row is, and of its content nothing is kept."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.drifting import Drifted, drifted, regular
from tieout import systems
from tieout.drift import OTHERS, Drift, Expected, Noted, Seen, Watch, differences, nested, number, shape_of, text, truth

ORDER: Expected = {"id": text(), "state": text("open", "done"), "total": number(null=True), "paid": truth(absent=True)}
ROW = {"id": "1", "state": "Open", "total": Decimal("1.5")}
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "state", "lines"]) | st.text(), inner),
    max_leaves=12,
)


def _declaring(name: str) -> ModuleType | None:
    try:
        return import_module(f"{systems.__name__}.{name}.expected")
    except ModuleNotFoundError:
        return None


DECLARED: dict[str, dict[str, Expected]] = {
    each.name: getattr(module, "EXPECTED", {})  # a system that is not read has none
    for each in iter_modules(systems.__path__)
    if (module := _declaring(each.name))
}
ANSWERS = [(system, answer) for system, answers in DECLARED.items() for answer in answers]


@pytest.mark.parametrize(("system", "answer"), ANSWERS, ids=lambda each: each)
def test_every_field_of_every_system_that_drifts_is_found(system: str, answer: str) -> None:
    """In each way that its declaration can tell, and nothing is said of the fields beside it."""
    expected = DECLARED[system][answer]
    found = 0
    for each in drifted(answer, expected):
        assert _seen(Watch(DECLARED[system]), each) == {each.seen}
        found += 1
    assert found > len(expected)


@pytest.mark.parametrize(("system", "answer"), ANSWERS, ids=lambda each: each)
def test_a_row_as_declared_is_regular(system: str, answer: str) -> None:
    """With all there may be, and with no more than there must be."""
    watch = Watch(DECLARED[system])
    watch.see(answer, [regular(DECLARED[system][answer], whole=whole) for whole in (True, False)])
    assert watch.take() == {}


def _seen(watch: Watch, each: Drifted) -> set[Seen]:
    watch.see(each.seen.answer, [each.row])
    return set(watch.take())


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (ROW, []),
        (ROW | {"paid": True, "x@odata.type": "#a"}, []),
        (ROW | {"asked": 1}, []),
        ({"id": "1"}, []),
        (ROW | {"new": 1}, [("new", Drift.UNKNOWN)]),
        (ROW | {"paid": None}, [("paid", Drift.NULL)]),
        (ROW | {"paid": 1}, [("paid", Drift.RETYPED)]),
        (ROW | {"total": True}, [("total", Drift.RETYPED)]),
        (ROW | {"total": "1.5"}, [("total", Drift.RETYPED)]),
        (ROW | {"state": "lost"}, [("state", Drift.NEW_VALUE)]),
        ({"state": "done", "total": None, "paid": True}, [("id", Drift.ABSENT)]),
        ([ROW], [("", Drift.RETYPED)]),
        (None, [("", Drift.RETYPED)]),
    ],
)
def test_each_way_to_drift_is_told_from_the_others(row: object, found: list[tuple[str, Drift]]) -> None:
    """What was asked for by name, and what is said of a field, is known; and no other field has to be there."""
    assert list(differences(ORDER, row, ["asked", "id"])) == found


def test_an_object_that_may_come_to_have_others_has_no_unknown_fields() -> None:
    """But those that are declared are as they were."""
    assert list(differences({**ORDER, **OTHERS}, ROW | {"new": 1, "id": 7})) == [("id", Drift.RETYPED)]


def test_what_is_nested_is_told_by_its_place() -> None:
    """In an object, and in each of a list of them."""
    expected: Expected = {"head": nested({"id": text()}), "lines": nested({"id": text()})}
    row = {"head": {"id": 1}, "lines": [{"id": "1"}, {"id": None}, "no object"]}
    assert list(differences(expected, row)) == [
        ("head/id", Drift.RETYPED),
        ("lines/id", Drift.NULL),
        ("lines", Drift.RETYPED),
    ]


@pytest.mark.parametrize(
    ("currency", "decimals", "is_other"),
    [
        ("EUR", "2", False), ("EUR", 2, False), ("EUR", "3", True), ("JPY", "0", False), ("JPY", "2", True),
        ("KWD", "2", True), ("no currency", "7", False), (None, "7", False),
    ],
)  # fmt: skip
def test_a_currency_with_other_decimals_is_told(currency: object, decimals: object, is_other: bool) -> None:  # noqa: FBT001 a case
    """By ISO 4217; of what is no currency nothing is known."""
    field = text()._replace(decimals_of="currency", types=frozenset({"string", "number"}))
    expected: Expected = {"decimals": field, "currency": text(null=True)}
    found = list(differences(expected, {"decimals": decimals, "currency": currency}))
    assert found == [("decimals", Drift.EXPONENT)] * is_other


@settings(max_examples=40)
@given(_JSON, _JSON)
def test_whatever_is_answered_raises_nothing(first: Any, second: Any) -> None:  # noqa: ANN401 any JSON
    """A watch never stops what it watches."""
    watch = Watch({"order": {**ORDER, "lines": nested(ORDER)}})
    watch.see("order", [first, second, {"id": first, "state": second, "lines": [first, second]}])
    assert all(noted.times >= 1 for noted in watch.take().values())


@settings(max_examples=40)
@given(_JSON)
def test_no_value_is_in_a_shape(value: Any) -> None:  # noqa: ANN401 any JSON
    """Whoever looks at a drift sees the names of fields and the types of JSON."""
    shape = shape_of({"row": _marked(value)})
    assert "SECRET" not in shape


def _marked(value: Any) -> Any:  # noqa: ANN401 any JSON
    """The same, with a secret in every text."""
    if isinstance(value, dict):
        return {name: _marked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_marked(each) for each in value]
    return f"SECRET{value}" if isinstance(value, str) else value


@pytest.mark.parametrize("name", ["4711", "a@example.com", "x" * 65, "no name", "invoice_20260301", ""])
def test_a_name_that_may_be_data_is_not_told(name: str) -> None:
    """Some sources have ids and addresses where others have names."""
    assert shape_of({name: 1}) == '{"?":"number"}'
    assert list(differences({}, {name: 1})) == ([("?", Drift.UNKNOWN)] if "@" not in name else [])


def test_a_shape_names_fields_and_types() -> None:
    """As far down as anybody looks, and of a list the first."""
    row = {
        "id": "1",
        "address1_line2": None,
        "lines": [{"amount": Decimal(1)}, {"else": 1}],
        "a": {"b": {"c": {"d": {"e": 1}}}},
    }
    assert shape_of(row) == (
        '{"a":{"b":{"c":{"d":"object"}}},"address1_line2":"null","id":"string","lines":[{"amount":"number"}]}'
    )


def test_what_is_seen_is_counted_and_taken_once() -> None:
    """With the first and the last shape; of kinds of answers that nobody declared nothing is said."""
    watch = Watch({"order": ORDER})
    watch.see("order", [ROW | {"new": 1}, ROW, ROW | {"new": "text"}])
    watch.see("another", [{}])
    seen = Seen("order", "new", Drift.UNKNOWN)
    assert watch.take() == {seen: Noted(2, shape_of(ROW | {"new": 1}), shape_of(ROW | {"new": "text"}))}
    assert watch.take() == {}


def test_a_source_with_ever_new_fields_fills_nothing() -> None:
    """Fifty kinds of drift say that it has drifted; those that are known are counted on."""
    watch = Watch({"order": ORDER})
    names = [f"f{letter}{other}" for letter in "abcdefgh" for other in "abcdefgh"]
    watch.see("order", [ROW | {name: 1} for name in names] * 2)
    taken = watch.take()
    assert len(taken) == 50
    assert {each.times for each in taken.values()} == {2}
