"""CloudEvents in each of the three modes: what is read, and what is refused with which reason."""

from __future__ import annotations

import base64
import json
from contextlib import suppress

import pytest

from tests.support import bad_input
from tests.support.generic_events import (
    cloud_event,
    cloud_options,
    flaws,
    records,
    split_binary,
    split_body,
    split_structured,
)
from tieout.arriving.cloudevents import event_name, read_events
from tieout.errors import MalformedError

ATTRIBUTES = {"specversion": "1.0", "id": "e-1", "source": "/tools/expenses", "type": "expense.report.changed"}
DATA = b'{"report":{"id":"R-1"}}'
FOUND = [("expense_report", "R-1")]


def test_the_three_modes_say_the_same() -> None:
    """An event is the same notice however it travels; its key is its source with its id."""
    binary = split_binary({**ATTRIBUTES, "time": "2026-03-04T05:06:00Z"}, DATA)
    structured, batched = split_structured(cloud_event()), split_structured([cloud_event()], batched=True)
    assert binary == structured == batched
    assert records(binary) == FOUND
    assert binary.notices[0].notice_id == "/tools/expenses#e-1"


def test_the_mode_is_told_by_the_content_type() -> None:
    """Batched is looked for before structured, of which its name is a prefix; a charset and capitals change nothing."""
    one, many = json.dumps(cloud_event()).encode(), json.dumps([cloud_event()]).encode()
    for kind, body in {
        "Application/CloudEvents+JSON": one,
        'application/cloudevents+json;charset="utf-8"': one,
        "application/cloudevents+json ; charset=UTF-8": one,
        "application/cloudevents-batch+json;charset=utf-8": many,
    }.items():
        assert records(split_body(body, {"content-type": kind}, cloud_options())) == FOUND


@pytest.mark.parametrize(
    "kind",
    [
        "application/cloudevents",
        "application/cloudevents+xml",
        "application/cloudevents+avro",
        "application/cloudevents-batch",
        "application/cloudevents-batch+xml",
        "application/cloudevents+json; charset=iso-8859-1",
        "application/cloudevents+jsonp",
    ],
)
def test_another_format_is_not_understood(kind: str) -> None:
    """Only JSON is read, in UTF-8: what else CloudEvents can be, is refused as such."""
    with pytest.raises(MalformedError, match="content_type_not_understood"):
        split_body(cloud_event(), {"content-type": kind}, cloud_options())


@pytest.mark.parametrize("mode", ["binary", "structured", "batched"])
def test_a_mode_the_connection_does_not_take_is_not_understood(mode: str) -> None:
    """A sender cannot choose a mode that was not agreed, even where the body would make sense in it."""
    others = [each for each in ("binary", "structured", "batched") if each != mode]
    kind = {"binary": "json", "structured": "cloudevents+json", "batched": "cloudevents-batch+json"}[mode]
    headers = {"content-type": f"application/{kind}", **{f"ce-{name}": text for name, text in ATTRIBUTES.items()}}
    body: object = [cloud_event()] if mode == "batched" else cloud_event()
    with pytest.raises(MalformedError, match="content_type_not_understood"):
        split_body(body, headers, cloud_options(modes=others))


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),  # the specification's own example
        ("%41", "A"),
        ("%2541", "%41"),  # one round only
        ('"a b"', "a b"),
        (r'"a \"b\" \\ c"', r'a "b" \ c'),
        ("a%22b", 'a"b'),
        ("plain+plus", "plain+plus"),
    ],
)
def test_a_header_is_unquoted_and_decoded_once(sent: str, meant: str) -> None:
    """Quotes are undone first, then percent signs, once; a plus is a plus."""
    headers = {f"ce-{name}": text for name, text in ATTRIBUTES.items()} | {"ce-note": sent}
    (event,) = read_events(DATA, headers, ["binary"])
    assert isinstance(event, dict)
    assert event["note"] == meant


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("%", "ce_header_badly_encoded"),
        ("%4", "ce_header_badly_encoded"),
        ("%GG", "ce_header_badly_encoded"),
        ("%C0%AF", "ce_header_badly_encoded"),  # an overlong slash
        ("%ED%A0%80", "ce_header_badly_encoded"),  # a surrogate
        ("%FF", "ce_header_badly_encoded"),
        ("%00", "ce_header_badly_encoded"),
        ("%0A", "ce_header_badly_encoded"),
        ("é", "ce_header_not_encoded"),
        ("\ud800", "ce_header_not_encoded"),
    ],
)
def test_a_header_that_is_not_well_encoded_is_refused(sent: str, reason: str) -> None:
    """Invalid UTF-8 and characters that no text may hold are the sender's fault, in any attribute."""
    for name in ("id", "note"):
        with pytest.raises(MalformedError, match=f"^{reason}$"):
            split_binary({**ATTRIBUTES, name: sent}, DATA)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"specversion": ...}, "ce_specversion_not_1_0"),
        ({"specversion": "0.3"}, "ce_specversion_not_1_0"),
        ({"specversion": 1}, "ce_specversion_malformed"),
        ({"id": ...}, "ce_id_missing"),
        ({"id": None}, "ce_id_missing"),
        ({"id": ""}, "ce_id_malformed"),
        ({"id": 7}, "ce_id_malformed"),
        ({"id": "a\tb"}, "ce_id_malformed"),
        ({"source": ...}, "ce_source_missing"),
        ({"source": ""}, "ce_source_malformed"),
        ({"type": ...}, "ce_type_missing"),
        ({"type": []}, "ce_type_malformed"),
        ({"time": "yesterday"}, "occurred_at_malformed"),
        ({"time": 7}, "ce_time_malformed"),
        ({"subject": 7}, "ce_subject_malformed"),
        ({"Upper": "x"}, "ce_attribute_name_malformed"),
        ({"with_line": "x"}, "ce_attribute_name_malformed"),
        ({"data_base64": "e30="}, "ce_data_twice"),
        ({"datacontenttype": "text/xml"}, "ce_data_not_json"),
        ({"data": ..., "data_base64": "%%%"}, "ce_data_base64_malformed"),
        ({"data": ..., "data_base64": 7}, "ce_data_base64_malformed"),
        ({"data": ..., "data_base64": "e30=", "datacontenttype": "image/png"}, "ce_data_not_json"),
        ({"data": ..., "data_base64": base64.b64encode(b"{").decode()}, "json_invalid"),
        ({"data": {"report": {}}}, "key_missing"),
        ({"data": "text"}, "key_missing"),
        ({"data": ...}, "key_missing"),
    ],
)
def test_a_flawed_event_of_a_batch_costs_no_neighbour(change: dict[str, object], reason: str) -> None:
    """Each event of a batch is judged alone, with its place and the reason in our words."""
    found = split_structured([cloud_event("R-1"), cloud_event(**change), cloud_event("R-3", id="e-3")], batched=True)
    assert records(found) == [("expense_report", "R-1"), ("expense_report", "R-3")]
    assert flaws(found) == [(1, reason)]


@pytest.mark.parametrize("item", [7, "event", None, [cloud_event()]])
def test_what_is_no_object_is_no_event(item: object) -> None:
    """In its place of a batch, or as the whole of a delivery."""
    found = split_structured([cloud_event("R-1"), item], batched=True)
    assert (records(found), flaws(found)) == ([("expense_report", "R-1")], [(1, "item_not_an_object")])
    with pytest.raises(MalformedError, match=r"^item_not_an_object$"):
        split_structured(item)


def test_data_in_base64_is_read_as_json() -> None:
    """A sender that encodes its data says the same; data without a type is JSON, and `+json` is too."""
    for kind in (..., "application/json", "text/json", "application/vnd.expenses.v1+json; charset=utf-8"):
        event = cloud_event(data=..., data_base64=base64.b64encode(DATA).decode(), datacontenttype=kind)
        assert records(split_structured(event)) == FOUND


def test_an_event_without_data_can_tell_by_its_attributes() -> None:
    """A deletion may carry nothing but its subject, in binary mode without any content type."""
    subject = cloud_options(records=[{"name": "expense_report", "key": "subject"}])
    headers = {f"ce-{name}": text for name, text in {**ATTRIBUTES, "subject": "R-9"}.items()}
    assert records(split_body(b"", headers, subject)) == [("expense_report", "R-9")]
    structured = split_structured(cloud_event(data=..., subject="R-9"), subject=subject)
    assert records(structured) == [("expense_report", "R-9")]


def test_the_body_of_a_binary_event_is_json_or_refused() -> None:
    """The content type is that of the data; what is no JSON cannot be mapped, and a header cannot stand in for the body."""
    assert records(split_binary(ATTRIBUTES, DATA, "")) == FOUND
    assert records(split_binary(ATTRIBUTES, DATA, "application/vnd.expenses+json")) == FOUND
    for kind in ("text/plain", "application/xml", "application/octet-stream"):
        with pytest.raises(MalformedError, match="ce_data_not_json"):
            split_binary(ATTRIBUTES, DATA, kind)
    with pytest.raises(MalformedError, match="json_invalid"):
        split_binary(ATTRIBUTES, b"{")
    with pytest.raises(MalformedError, match=r"^ce_attribute_name_malformed$"):
        split_binary({**ATTRIBUTES, "data": "{}"}, DATA)


def test_a_key_of_two_hundred_characters_is_kept_as_it_is() -> None:
    """Whoever looks it up can read it; one of a character more is a digest."""
    assert event_name({"source": "/t", "id": "x" * 197}) == "/t#" + "x" * 197
    assert len(event_name({"source": "/t", "id": "x" * 198})) == 64


def test_a_long_key_is_kept_as_its_digest() -> None:
    """Sources are addresses of any length; two that differ at their ends stay two."""
    sources = ["https://tools.example.com/" + "x" * 300 + end for end in ("1", "2")]
    ids = [split_structured(cloud_event(source=each)).notices[0].notice_id for each in sources]
    assert [len(each) for each in ids] == [64, 64]
    assert ids[0] != ids[1]


@pytest.mark.parametrize("body", [*bad_input.shapes(), *bad_input.FLAWED_VALUES])
def test_any_shape_of_json_is_a_notice_a_flaw_or_a_refusal(body: bytes) -> None:
    """Nothing else comes of a body in any mode, whatever it is."""
    for batched in (False, True):
        with suppress(MalformedError):
            assert not split_structured(body, batched=batched).notices


@pytest.mark.parametrize("value", bad_input.HEADER_VALUES)
def test_odd_headers_are_a_notice_or_a_refusal(value: str) -> None:
    """Whatever stands in an attribute or in the content type, nothing but a declared refusal leaves."""
    for name in ("ce-id", "ce-time", "ce-type", "ce-note", "ce-specversion", "content-type"):
        headers = {f"ce-{each}": text for each, text in ATTRIBUTES.items()} | {name: value}
        with suppress(MalformedError):
            found = split_body(DATA, headers, cloud_options())
            assert len(found.notices) + len(found.malformed) == 1
