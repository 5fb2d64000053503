"""What a business event is taken to say, whatever else its body holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import bad_input
from tests.support.good_bodies import business_event, grid_event
from tieout.arriving.delivery import Delivery, Split
from tieout.errors import MalformedError
from tieout.systems.dynamics_finance.finding import Search
from tieout.systems.dynamics_finance.options import Options
from tieout.systems.dynamics_finance.payloads import split

NOW = datetime(2026, 3, 31, 23, 41, 7, tzinfo=UTC)


def split_body(body: Any, **options: Any) -> Split:  # noqa: ANN401 JSON or bytes; options as the landscape states them
    """What a body is split into."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return split(Delivery("d1", "POST", "", {}, raw, NOW), "dynamics-americas", Options(**options))


def occurred(**changes: Any) -> datetime | None:  # noqa: ANN401 JSON
    """When an event says that it happened."""
    (notice,) = split_body(business_event(**changes)).notices
    return notice.occurred_at


@pytest.mark.parametrize(
    ("iso", "dated", "moment"),
    [
        ("2026-03-31T23:21:07.5123456Z", "/Date(0)/", datetime(2026, 3, 31, 23, 21, 7, 512345, tzinfo=UTC)),
        ("2026-03-31T23:21:07Z", "/Date(0)/", datetime(2026, 3, 31, 23, 21, 7, tzinfo=UTC)),
        (None, "/Date(1774999267000)/", datetime(2026, 3, 31, 23, 21, 7, tzinfo=UTC)),
        ("31.03.2026", "/Date(1774999267000)/", datetime(2026, 3, 31, 23, 21, 7, tzinfo=UTC)),
        ("1900-01-01T00:00:00Z", "/Date(-2208988800000)/", None),
        ("2026-03-31T23:21:07", "/Date(1774999267000+0100)/", None),
        (5, 1774999267000, None),
        (None, "/Date(999999999999999)/", None),
    ],
)
def test_the_finest_moment_counts_and_1900_is_none(iso: object, dated: object, moment: datetime | None) -> None:
    """`EventTime` has whole seconds; 1900-01-01 is how Dynamics says nothing."""
    assert occurred(EventTimeIso8601=iso, EventTime=dated) == moment


@pytest.mark.parametrize("control_number", [-(2**63), -1, 0, 2**53 + 1, 2**63 - 1])
def test_no_control_number_of_64_bits_costs_an_event(control_number: int) -> None:
    """It is written as a number far beyond what a float can hold, and may be negative."""
    (notice,) = split_body(business_event(ControlNumber=control_number)).notices
    assert notice.key.record_id == "*usmf/customer_invoice/CIV-1/"


def test_the_same_event_has_the_same_notice_id_whichever_way_it_comes() -> None:
    """`EventId` names it, in either case of its digits, sent again or carried by Event Grid."""
    event = business_event(10)
    ways = [event, {**event, "EventId": event["EventId"].lower(), "ControlNumber": 7}, [grid_event(event)]]
    assert {notice.notice_id for way in ways for notice in split_body(way).notices} == {event["EventId"].lower()}


@pytest.mark.parametrize("event_id", [None, "", 5, "a b", "x" * 200])
def test_an_event_without_an_id_is_named_by_what_it_says(event_id: object) -> None:
    """So the same said twice is one notice, and another thing said another."""
    first, again, other = (
        split_body(business_event(EventId=event_id, InvoiceAmount=amount)).notices[0].notice_id for amount in (1, 1, 2)
    )
    assert first == again != other
    assert len(first) == 64


def test_the_company_of_older_senders_is_found() -> None:
    """It was called `LegalEntity`; a field of the same name in a contract never wins over the envelope's."""
    event = business_event(LegalEntity="DEMF")
    assert split_body(event).notices[0].key.record_id.startswith("*usmf/")
    del event["BusinessEventLegalEntity"]
    assert split_body(event).notices[0].key.record_id.startswith("*demf/")


@given(
    number=st.text(
        st.characters(codec="utf-8", min_codepoint=33, max_codepoint=0xFFFD), min_size=1, max_size=60
    ).filter(lambda t: t == t.strip())
)
def test_whatever_a_number_holds_it_comes_back_whole(number: str) -> None:
    """Slashes, percent signs and stars of a supplier's own numbers are no signs of ours."""
    (notice,) = split_body(business_event(InvoiceId=number)).notices
    assert Search.parse(notice.key.record_id) == ("usmf", "customer_invoice", number, "")


@pytest.mark.parametrize("number", [None, "", "   ", "x" * 61, "a\nb", True, 1.5, [], {}])
def test_what_is_no_number_of_a_document_is_malformed(number: object) -> None:
    """Never half a number, and never the name of a Python value."""
    found = split_body(business_event(InvoiceId=number))
    assert not found.notices
    assert [each.reason for each in found.malformed] in (
        [["number_missing"]] if number in (None, "") else [["number_malformed"]]
    )


def test_documents_no_strict_reader_takes_are_refused_as_a_whole() -> None:
    """Or as the one item that is flawed; never published."""
    for raw in bad_input.refused_documents():
        try:
            found = split_body(raw)
        except MalformedError:
            continue
        assert raw.lstrip(b" \t\r\n").startswith(b"["), raw[:80]
        assert not found.notices, raw[:80]


def test_a_flawed_event_of_a_batch_costs_no_neighbour() -> None:
    """At any place among good ones, as an item, as its data, and in a field that matters."""
    good = [json.dumps(grid_event(business_event(number))).encode() for number in (1, 2)]
    for value, position in product(bad_input.FLAWED_VALUES, range(3)):
        for item in (value, b'{"data":' + value + b"}", good[0][:-2] + b',"InvoiceId2":' + value + b"}}"):
            items = [*good[:position], item, *good[position:]]
            found = split_body(b"[" + b",".join(items) + b"]")
            assert len(found.notices) == 2, item[:80]
            assert [each.position for each in found.malformed] == [position], item[:80]


def test_naughty_texts_in_any_field_stay_alone() -> None:
    """Whatever a field holds, its event becomes a notice or is malformed, and nothing else happens."""
    fields = (
        "BusinessEventId",
        "BusinessEventLegalEntity",
        "EventId",
        "EventTimeIso8601",
        "InvoiceId",
        "nobodyReadsThis",
    )
    for text, field in product(bad_input.NAUGHTY_TEXTS, fields):
        batch = [
            grid_event(business_event(1)),
            grid_event(business_event(7)) | {"data": business_event(7, **{field: text})},
        ]
        found = split_body(json.dumps(batch).encode())
        assert len(found.notices) + len(found.malformed) == 2, (field, text[:40])
        assert found.notices[0].key.record_id == "*usmf/customer_invoice/CIV-1/"
