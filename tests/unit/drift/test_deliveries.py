"""What systems deliver is compared with what they declare by its outline alone, which says nothing of what is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.deliveries import NOW, ODD, PUSHING, delivery_of, options_of_case, posted, taken, told
from tests.support.drifting import drifted, regular
from tieout.arriving.delivery import Delivery, outline, word_mark
from tieout.arriving.door import Door
from tieout.drift import DELIVERED, OTHERS, Deliveries, Drift, Expected


@pytest.mark.parametrize("system", PUSHING)
def test_every_case_that_is_taken_is_regular(system: str) -> None:
    """But for what was written down to be odd."""
    cases, found = list(taken(system)), {}
    for case in cases:
        found[case] = {
            (each.answer.removeprefix(DELIVERED), each.field, each.drift)
            for each in told(system, options_of_case(system, case)).seen(delivery_of(system, case))
        }
    assert len(cases) >= 8
    assert {(system, case): seen for case, seen in found.items() if seen} == {
        key: seen for key, seen in ODD.items() if key[0] == system
    }


KINDS = [(system, kind) for system in PUSHING for kind in told(system).deliveries.kinds]


@pytest.mark.parametrize(("system", "kind"), KINDS, ids=lambda each: each)
def test_every_field_of_every_delivery_that_drifts_is_found(system: str, kind: str) -> None:
    """By its outline, in each way that its declaration can tell, and nothing is said of the fields beside it."""
    subject = told(system)
    expected = subject.deliveries.kinds[kind]
    found = 0
    for each in drifted(DELIVERED + kind, expected):
        watch = Deliveries({kind: expected}, lambda given: [(kind, given)]).watch()
        watch.see(DELIVERED + kind, [outline(each.row, subject.door.enumerated)])
        assert set(watch.take()) == {each.seen}
        found += 1
    assert found >= len(expected.keys() - OTHERS.keys())


@pytest.mark.parametrize(("system", "kind"), KINDS, ids=lambda each: each)
def test_a_delivery_as_declared_is_regular(system: str, kind: str) -> None:
    """With all there may be, and with no more than there must be."""
    subject = told(system)
    expected: Expected = subject.deliveries.kinds[kind]
    watch = subject.deliveries.watch()
    for whole in (True, False):
        watch.see(DELIVERED + kind, [outline(regular(expected, whole=whole), subject.door.enumerated)])
    assert watch.take() == {}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "status", "lines"]), inner),
    max_leaves=12,
)


@settings(max_examples=60)
@given(_JSON)
def test_an_outline_holds_nothing_that_was_said(value: Any) -> None:  # noqa: ANN401 any JSON
    """No text, no number, no truth: two values of one form have one outline."""
    assert outline(value, ()) == outline(_otherwise(value), ())


def _otherwise(value: Any) -> Any:  # noqa: ANN401 any JSON
    """Another value of the same form."""
    if isinstance(value, dict):
        return {name: _otherwise(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_otherwise(each) for each in value]
    if isinstance(value, bool) or value is None:
        return None if value is None else not value
    return f"{value} SECRET" if isinstance(value, str) else value + 1


def test_a_list_has_each_form_once() -> None:
    """A hundred events about a hundred deals are one outline; a truth and a number are two."""
    items = [{"id": number} for number in range(100)]
    assert outline([*items, {"id": True}, {"id": "x"}], ()) == [{"id": 9}, {"id": False}, {"id": ""}]


def test_a_word_of_the_system_is_known_again_and_no_other_is_told() -> None:
    """Whatever its case; where it is no text it is what it is."""
    found = outline({"status": "Open", "note": "Open", "inner": {"status": 4}}, ("status",))
    assert found == {"status": word_mark("open"), "note": "", "inner": {"status": 9}}
    assert "pen" not in json.dumps(outline({"status": "Open"}, ("status",)))


def test_a_name_that_may_be_data_is_in_no_outline() -> None:
    """As in no shape."""
    assert outline({"a@example.com": 1, "20260301": {"b": ""}}, ()) == {"?": {"b": ""}}


def test_what_is_deep_or_wide_is_cut() -> None:
    """Nobody declares it, and the bus need not carry it."""
    deep: object = {}
    for _ in range(100):
        deep = {"a": [deep]}
    assert len(json.dumps(outline(deep, ()))) < 100
    assert len(outline({f"f{number}": 1 for number in range(900)}, ())) == 400
    assert len(outline([{f"f{number}": 1} for number in range(900)], ())) == 20


@pytest.mark.parametrize("body", ["", "{", "\ud800", '{"a": ' + "9" * 5000 + "}", "[" * 9000])
def test_what_cannot_be_read_has_no_outline_and_costs_nothing(body: str) -> None:
    """It was judged by whoever needs it."""
    delivery = Delivery("d", "POST", "", {}, body.encode("utf-8", "surrogatepass"), NOW)
    assert told("hubspot").door.outline_of(delivery) is None
    assert Door().outline_of(posted({})) is None


def test_a_template_of_the_tenants_own_is_compared_where_its_options_say() -> None:
    """In nested JSON by names joined by dots; in a form, whose fields are texts, there is nothing to be told."""
    tells = [{"object": "invoice", "id": "data.invoice.id"}, {"object": "subscription", "id": "data.number"}]
    nested_template = told("zuora", {"tells": tells, "event_type": "event", "occurred_at": ""})
    said = {"event": 7, "data": {"invoice": {"id": ["x"]}, "number": None, "own": 1}, "more": 1}
    assert {(each.field, each.drift) for each in nested_template.seen(posted(said))} == {
        ("event", Drift.RETYPED),
        ("data/invoice/id", Drift.RETYPED),
    }
    form = told("zuora", {"format": "form"})
    assert form.door.outline_of(posted("InvoiceId=1&More=2")) == {"InvoiceId": "", "More": ""}
    assert form.seen(posted("InvoiceId=1&More=2")) == set()


def test_a_tool_whose_file_declares_nothing_is_compared_with_nothing() -> None:
    """And one of which it does in every form in which an event travels."""
    records = [{"name": "thing", "key": "data.id"}]
    assert told("generic", {"records": records}).door.outline_of(posted({"data": {"id": "1"}})) is None
    holds = {"data.id": "string", "data.state": "string?: open", "data.inner.*": "string"}
    tool = told("generic", {"records": records, "proof": "bearer", "format": "cloudevents", "holds": holds})
    data = {"id": 7, "state": "lost", "inner": {"any": 1}, "more": 1}
    event = {"id": "e", "source": "/s", "specversion": "1.0", "type": "t", "data": data}
    drifted_data = {("id", Drift.RETYPED), ("state", Drift.NEW_VALUE), ("more", Drift.UNKNOWN)}
    assert {(each.field, each.drift) for each in tool.seen(posted(data))} == drifted_data
    assert {(each.field, each.drift) for each in tool.seen(posted([event, event]))} == {
        (f"data/{field}", drift) for field, drift in drifted_data
    }
