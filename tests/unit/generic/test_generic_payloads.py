"""What plain JSON of generic senders is split into, each event judged alone."""

from __future__ import annotations

from contextlib import suppress

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import bad_input
from tests.support.generic_events import event, flaws, options, records, split_body
from tieout.errors import MalformedError
from tieout.systems.generic.payloads import value_at

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=20,
)


def test_an_event_is_a_notice_about_its_record() -> None:
    """Type, record and the sender's own key of the event, which is that of the delivery with its place in it."""
    subject = split_body(event("R-7"), subject=options(occurred_at="timestamp"))
    (notice,) = subject.notices
    assert (notice.key.connection, *records(subject)[0]) == ("some-tool", "expense_report", "R-7")
    assert (notice.notice_id, notice.kind) == ("msg_1/0", "expense.report.changed")
    assert notice.occurred_at is not None
    assert notice.occurred_at.isoformat() == "2026-03-04T05:06:00+00:00"


def test_an_array_is_many_events() -> None:
    """Each event of an array has its own place, and an event that is none costs its neighbours nothing."""
    subject = split_body([event("R-1"), 7, event("R-2"), event(None), {"type": "expense.report.x", "data": []}])
    assert records(subject) == [("expense_report", "R-1"), ("expense_report", "R-2")]
    assert [each.notice_id for each in subject.notices] == ["msg_1/0", "msg_1/2"]
    assert flaws(subject) == [(1, "item_not_an_object"), (3, "key_missing"), (4, "key_missing")]


def test_an_event_that_no_record_names_is_a_notice_no_flow_wants() -> None:
    """What a sender tells beyond what was asked for is counted, not refused; it is told apart by the event."""
    subject = split_body([event(type="ping"), event(type="ping"), event(type=...)])
    assert {entity for entity, _ in records(subject)} == {"other"}
    assert len({record_id for _, record_id in records(subject)}) == 3
    assert [each.kind for each in subject.notices] == ["ping", "ping", "event"]


def test_the_first_record_whose_types_fit_is_it() -> None:
    """Types are exact, or end with a star; a record without types is told by every event."""
    named = [
        {"name": "credit", "types": ["expense.credit"], "key": "id"},
        {"name": "report", "types": ["expense.*"], "key": "id"},
        {"name": "anything", "key": "id"},
    ]
    bodies = [{"type": each, "id": 1} for each in ("expense.credit", "expense.credits", "expense.", "expense", "x")]
    found = split_body([*bodies, {"id": 1}], subject=options(records=named))
    assert [entity for entity, _ in records(found)] == [
        "credit",
        "report",
        "report",
        "anything",
        "anything",
        "anything",
    ]


def test_a_key_of_several_parts_is_joined() -> None:
    """Parts are joined by what no part can hold, so that two records never meet under one id."""
    subject = options(records=[{"name": "document", "key": ["company", "data.number"]}])
    found = split_body(
        [{"company": "10", "data": {"number": 7}}, {"company": "10/7", "data": {"number": 7}}], subject=subject
    )
    assert records(found) == [("document", "10/7")]
    assert flaws(found) == [(1, "key_malformed")]


@pytest.mark.parametrize("key", ["", " ", "a b", "a#b", "a/b", "é", "x" * 129, True, 1.5, [], {}, "-", "\n", "a\x7f"])
def test_an_id_that_would_have_to_be_quoted_is_refused(key: object) -> None:
    """Ids are whole numbers or plain texts of at most 128 characters, because operators type them and keys are made of them."""
    assert flaws(split_body([event(key)])) == [(0, "key_malformed")]


@pytest.mark.parametrize("kind", ["", 7, [], {}, "a b", "x" * 201, "é"])
def test_a_type_that_is_no_plain_text_is_refused(kind: object) -> None:
    """A type is shown to people and decides what the event is about."""
    assert flaws(split_body([event(type=kind)])) == [(0, "event_type_malformed")]


@pytest.mark.parametrize("moment", ["yesterday", 1772600767, "2026-03-04T05:06:07", {}, "2026-13-01T00:00:00Z"])
def test_a_moment_that_is_none_is_refused(moment: object) -> None:
    """Where a connection says at which path an event's moment stands, it is a moment with a zone or absent."""
    assert flaws(split_body([event(timestamp=moment)], subject=options(occurred_at="timestamp"))) == [
        (0, "occurred_at_malformed")
    ]
    assert split_body([event(timestamp=None)], subject=options(occurred_at="timestamp")).notices[0].occurred_at is None


@pytest.mark.parametrize("body", [b"", b"7", b"null", b'"text"', b"{", b'{"a":1,"a":2}', b"[1", b'{"a":NaN}'])
def test_a_body_that_is_no_event_is_refused_whole(body: bytes) -> None:
    """There is nothing to judge alone in what is neither an object nor an array."""
    with pytest.raises(MalformedError):
        split_body(body)


def test_the_same_event_has_the_same_key_however_often_it_is_sent() -> None:
    """A sender that signs repeats its delivery's id; one that does not is told apart by what it says."""
    assert split_body(event()).notices[0].notice_id == split_body(event()).notices[0].notice_id
    unsigned = options(proof="bearer")
    same = [split_body(body, subject=unsigned).notices[0].notice_id for body in (event(), event(), event("R-2"))]
    assert same[0] == same[1] != same[2]


@given(ANY_JSON, st.lists(st.sampled_from(["a", "b", "c", '"a"', '"b c"']), min_size=1, max_size=4))
def test_a_path_is_read_as_jmespath_reads_it(event: object, steps: list[str]) -> None:
    """The door reads without the library the part of its language that it takes."""
    path = ".".join(steps)
    assert value_at(event, path) == jmespath.search(path, event)


@pytest.mark.parametrize("body", [*bad_input.shapes(), *bad_input.FLAWED_VALUES])
def test_any_shape_of_json_is_a_notice_a_flaw_or_a_refusal(body: bytes) -> None:
    """Nothing else comes of a body, whatever it is."""
    with suppress(MalformedError):
        assert {entity for entity, _ in records(split_body(body))} <= {"other"}
