"""What systems deliver is compared with what they declare by its outline alone, which says nothing of what is in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.drifting import drifted, regular
from tests.support.event_cases import EventCases
from tests.support.receiving import LEAST_OPTIONS
from tieout.arriving import bus_event
from tieout.arriving.delivery import Delivery, outline, word_mark
from tieout.arriving.door import Door
from tieout.arriving.standard_webhooks import SIGNATURE_HEADER
from tieout.drift import DELIVERED, OTHERS, Deliveries, Drift, Expected, Seen
from tieout.landscape import Connection
from tieout.systems import capability

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PUSHING = (
    *("business_central", "chargebee", "dynamics_finance", "dynamics_sales", "hubspot", "netsuite", "salesforce"),
    *("sap_s4hana", "stripe", "zuora"),
)
# Cases that are taken although they are odd: what is odd about them is what is told.
ODD: Mapping[tuple[str, str], set[tuple[str, str, Drift]]] = {
    ("business_central", "change_type_missing"): {("notifications", "value/changeType", Drift.ABSENT)},
    ("business_central", "change_type_nobody_knows"): {("notifications", "value/changeType", Drift.NEW_VALUE)},
    ("business_central", "moment_missing"): {("notifications", "value/lastModifiedDateTime", Drift.ABSENT)},
    ("chargebee", "content_missing"): {("event", "content", Drift.NULL)},
    ("zuora", "event_with_a_type_that_is_a_list"): {("callout", "EventType", Drift.RETYPED)},
}


class Told(NamedTuple):
    """A system's door, and what it declares of its deliveries."""

    door: Door
    deliveries: Deliveries

    def seen(self, delivery: Delivery) -> set[Seen]:
        """What is noticed of a delivery by the outline its door makes, as it arrives behind a queue."""
        watch = self.deliveries.watch()
        self.deliveries.show(json.loads(json.dumps(self.door.outline_of(delivery))), watch)
        return set(watch.take())


def told(system: str, options: Mapping[str, Any] | None = None) -> Told:
    """Those of a connection with these options."""
    given_options = {**LEAST_OPTIONS.get(system, {}), **(options or {})}
    connection = Connection(
        name=system, system=system, legal_entity="E", time_zone="UTC", default_currency="EUR", options=given_options
    )
    options_of = capability(system, "options").Options(**given_options)
    return Told(
        capability(system, "door").open_door(options_of), capability(system, "expected").expect_deliveries(connection)
    )


def posted(body: object, headers: Mapping[str, str] | None = None, query: str = "") -> Delivery:
    """A delivery with this body: a text as it stands, anything else as JSON."""
    raw = body if isinstance(body, str) else json.dumps(body)
    return Delivery("d", "POST", query, headers or {}, raw.encode(), NOW)


def taken(system: str) -> Iterator[str]:
    """The cases of a system that make notices, and nothing malformed."""
    cases = EventCases(system)
    for case in cases.names:
        expected = cases.read(case, "expected")
        if expected.get("notices") and not expected.get("malformed") and "reason" not in expected:
            yield case


def delivery_of(system: str, case: str) -> Delivery:
    """What a case sends, without its proof."""
    request = EventCases(system).read(case, "request")
    if "event" in request:
        return bus_event.delivery_of(json.dumps(request["event"]), NOW)
    headers = {name.lower(): text for name, text in request.get("headers", {}).items()}
    if system == "salesforce" and not isinstance(request["body"], str):
        headers[SIGNATURE_HEADER] = "v1,made-up"
    return posted(request["body"], headers, request.get("query", ""))


@pytest.mark.parametrize("system", PUSHING)
def test_every_case_that_is_taken_is_regular(system: str) -> None:
    """But for what was written down to be odd."""
    cases, found = list(taken(system)), {}
    for case in cases:
        options = EventCases(system).read(case, "request").get("options")
        found[case] = {
            (each.answer.removeprefix(DELIVERED), each.field, each.drift)
            for each in told(system, options).seen(delivery_of(system, case))
        }
    assert len(cases) >= 10
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
