"""Every folder under events/chargebee: what a site posts, and what must come of it."""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime

import pytest
from chargebee.models.enums import EventType

from tests.support.chargebee_cases import CASES, SECRETS, Sent, raw_body, read_case
from tieout.arriving.delivery import Delivery
from tieout.arriving.notice import RecordKey
from tieout.systems.chargebee.ids import KINDS, kind_of
from tieout.systems.chargebee.options import Options
from tieout.systems.chargebee.payloads import split

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
every_case = pytest.mark.parametrize("case", CASES)
PERSONAL = ("Müller", "M\\u00fcller", "Jürgen", "J\\u00fcrgen", "made-up.example", "Köln", "411111", "1111")


@functools.cache
def sent_of(case: str) -> Sent:
    """The case, sent once for all that is asked of it."""
    return Sent(case)


@every_case
def test_a_case_comes_to_what_it_says(case: str) -> None:
    """The answer, the notices, what is counted, and why something is kept apart."""
    assert sent_of(case).outcome() == read_case(case, "expected")


@every_case
def test_what_is_acknowledged_is_told_or_kept(case: str) -> None:
    """After a 2xx Chargebee forgets the event; after anything else it sends it again, and in the end nothing more."""
    sent = sent_of(case)
    if sent.answers[-1].status != 200:
        assert sent.answers[-1].status in {401, 404, 405}
        assert not sent.door.bus.entries
        return
    assert bool(sent.notices()) is not bool(sent.rejections())
    assert sent.notices() or len(sent.rejections()) == 1


@every_case
def test_a_notice_of_ours_names_a_record_that_can_be_read(case: str) -> None:
    """And by entity and id alone its kind is found; anything else is an entity that no flow carries."""
    for each in read_case(case, "expected")["notices"]:
        assert (kind_of(each["entity"], each["record_id"]) is None) is each["entity"].startswith("object:")


@every_case
def test_nothing_of_a_person_or_a_secret_is_told_or_kept(case: str) -> None:
    """Of an event that is taken: only what says what its subscription was is kept."""
    sent = sent_of(case)
    told = "".join(sent.door.lines) + "".join(entry.detail for entry in sent.door.bus.entries)
    kept = b"".join(sent.door.kept("payloads/").values()).decode()
    apart = json.dumps(sent.rejections())
    assert not any(secret in told + kept + apart + json.dumps(sent.request) for secret in SECRETS.values())
    names = [each for each in PERSONAL if each != "made-up.example" or "of_the_sites_own" not in case]
    assert not any(text in told + kept for text in names)


@every_case
def test_what_a_subscription_was_is_kept_where_it_is_shown_as_it_is_read(case: str) -> None:
    """And of no other event anything is."""
    sent = sent_of(case)
    kept = sent.door.kept("payloads/")
    shown = any(each.key.entity == "subscription" for each in sent.notices())
    assert bool(kept) is (shown and "OtherVersion" not in read_case(case, "expected").get("counted", ()))
    assert {each.payload for each in sent.notices()} <= {*kept, ""}


@every_case
def test_no_reason_quotes_what_was_sent(case: str) -> None:
    """Why something is refused is told in our own words."""
    reason = read_case(case, "expected").get("reason", "")
    assert not reason or reason.encode() not in raw_body(read_case(case, "request"))


def test_an_event_of_any_type_tells_of_the_resources_it_shows() -> None:
    """As Chargebee's own library lists them: only the type that says that a resource was deleted says so of that one."""
    event = {"id": "ev_1", "object": "event", "api_version": "v2", "occurred_at": 1772441998}
    content = {word: {"id": "X-1", "object": word} for word in KINDS}
    shown = [RecordKey("c", each.entity, f"{each.prefix}X-1") for each in KINDS.values()]
    for kind in (each.value for each in EventType):
        body = json.dumps({**event, "event_type": kind, "content": content}).encode()
        notices = split(Delivery("d", "POST", "", {}, body, _NOW), "c", Options(customers=True)).notices
        assert [each.key for each in notices] == shown
        assert {(each.kind, each.notice_id) for each in notices} == {(kind, "ev_1")}
        assert [each.deleted for each in notices] == [kind == f"{word}_deleted" for word in KINDS]


def test_types_are_found() -> None:
    """An empty list would prove nothing."""
    assert {"subscription_changed", "mrr_updated", "payment_refunded"} < {each.value for each in EventType}
    assert len(EventType) > 150


def test_a_delivery_that_is_repeated_is_known() -> None:
    """It bears the same name as often as it is sent."""
    notices = read_case("delivered_twice", "expected")["notices"]
    assert notices[0] == notices[1]
