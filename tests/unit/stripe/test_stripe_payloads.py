"""What an event of Stripe makes, whatever stands in it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import bad_input
from tests.support.good_bodies import stripe_event
from tieout.arriving.delivery import BUS, Delivery, Split
from tieout.arriving.notice import Notice
from tieout.errors import MalformedError
from tieout.systems.stripe.ids import entity_of
from tieout.systems.stripe.options import Options
from tieout.systems.stripe.payloads import OTHER_VERSION, split

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
STAMP = 1772442000  # NOW
VERSION = "2025-03-31.basil"


def split_of(body: object, *, source: str = "", **options: Any) -> Split:  # noqa: ANN401 as declared
    """What a body makes, posted or (with a source) taken from a bus."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    method, headers = (BUS, {"event-source": source}) if source else ("POST", {})
    return split(Delivery("d1", method, "", headers, raw, NOW), "stripe-emea", Options(**options))


def notice_of(body: object, **options: Any) -> Notice:  # noqa: ANN401 as declared
    """The notice a body makes."""
    [notice] = split_of(body, **options).notices
    return notice


def reason_of(body: object, **options: Any) -> str:  # noqa: ANN401 as declared
    """Why nothing can be made of it."""
    with pytest.raises(MalformedError) as caught:
        split_of(body, **options)
    return caught.value.reason


def about(**changed: object) -> dict[str, Any]:
    """An event about an invoice with these fields, or with none of those that are Ellipsis."""
    event = stripe_event()
    event["data"]["object"] = {
        name: value for name, value in (event["data"]["object"] | changed).items() if value is not ...
    }
    return event


def test_an_event_is_a_notice_about_its_object() -> None:
    """Named by the event, of which Stripe says that it is the same whenever it is sent."""
    notice = notice_of(stripe_event())
    assert notice.key == ("stripe-emea", "billing_document", "in_1TieoutMadeUp1")
    assert (notice.notice_id, notice.kind) == ("evt_1TieoutMadeUp1", "invoice.finalized")
    assert (notice.occurred_at, notice.deleted) == (NOW, False)


def test_the_object_says_what_changed_and_the_type_is_for_people() -> None:
    """Types are added at any time; what an object is called is not."""
    assert notice_of(about() | {"type": "invoice.something_to_come"}).key.entity == "billing_document"
    assert notice_of(about(object="charge", id="ch_1")).key[1:] == ("payment", "ch_1")
    assert notice_of(about(object="something_to_come")).key.entity == "object:something_to_come"


@pytest.mark.parametrize(
    ("kind", "changed", "deleted"),
    [
        ("customer.deleted", {"object": "customer", "id": "cus_1"}, True),
        ("customer.updated", {"object": "customer", "id": "cus_1", "deleted": True}, True),
        ("customer.updated", {"object": "customer", "id": "cus_1", "deleted": "true"}, False),
        ("customer.subscription.deleted", {"object": "subscription", "id": "sub_1"}, False),
        ("invoice.deleted", {}, True),
        ("invoice.voided", {}, False),
    ],
)
def test_what_is_gone_is_told_and_what_was_cancelled_is_not(kind: str, changed: dict[str, Any], deleted: bool) -> None:  # noqa: FBT001
    """A subscription that was cancelled is still there to be read; a draft that was deleted is not."""
    assert notice_of(about(**changed) | {"type": kind}).deleted is deleted


@pytest.mark.parametrize("kind", ["invoice.paid", "plan.created", "something.to_come"])
def test_a_snapshot_without_its_object_is_refused_whatever_it_is_of(kind: str) -> None:
    """Every one has an object; of thin ones those that would be about a record of ours need one."""
    assert reason_of(stripe_event(type=kind, data={})) == "object_missing"
    assert notice_of(thin(type=f"v1.{kind}.something", related_object=None)).key.entity == "object:event"


def test_a_schedule_is_told_of_the_subscription_it_changes_now() -> None:
    """Not of one that it let go of before."""
    schedule = {"object": "subscription_schedule", "id": "sub_sched_1", "released_subscription": "sub_2"}
    assert notice_of(about(**schedule, subscription="sub_1")).key[1:] == ("subscription", "sub_1")
    assert notice_of(about(**schedule, subscription=None)).key[1:] == ("subscription", "sub_2")
    assert reason_of(about(**schedule, subscription="sub_sched_1")) == "subscription_malformed"


@pytest.mark.parametrize("seconds", [-86400 * 3, 0, 300])
def test_an_event_may_be_as_old_as_its_last_try(seconds: int) -> None:
    """And as far ahead as clocks may be apart."""
    assert notice_of(stripe_event(created=STAMP + seconds)).occurred_at == NOW + timedelta(seconds=seconds)
    text = (NOW + timedelta(seconds=seconds)).isoformat()
    assert notice_of(thin(created=text)).occurred_at == NOW + timedelta(seconds=seconds)


def thin(**changed: object) -> dict[str, Any]:
    """A thin event about an invoice."""
    return {
        "id": "evt_1",
        "object": "v2.core.event",
        "type": "v1.invoice.paid",
        "livemode": True,
        "created": "2026-03-02T09:00:00.000Z",
        "related_object": {"id": "in_1", "type": "invoice", "url": "/v1/invoices/in_1"},
        **changed,
    }


@pytest.mark.parametrize(
    ("created", "reason"),
    [
        ("2026-03-02T09:05:00.001Z", "created_ahead"),
        ("2026-03-02T09:00:00", "created_malformed"),
        ("yesterday", "created_malformed"),
        (STAMP, "created_malformed"),
        (None, "created_missing"),
    ],
)
def test_a_thin_event_is_dated_in_words(created: object, reason: str) -> None:
    """With a zone, or nobody knows when it was."""
    assert reason_of(thin(created=created)) == reason
    if reason == "created_ahead":
        assert notice_of(thin(created=created, livemode=False), live=False)


def test_a_thin_event_has_no_version() -> None:
    """Nothing of its record stands in it."""
    assert split_of(thin(api_version="2019-01-01")).counted == ()
    assert split_of(stripe_event(api_version=VERSION)).counted == ()
    for other in ("2023-10-16", None, 7, [VERSION]):
        assert split_of(stripe_event(api_version=other)).counted == (OTHER_VERSION,)


@pytest.mark.parametrize(
    ("source", "is_ours"),
    [
        ("aws.partner/stripe.com/ed_123", True),
        ("aws.partner/stripe.com/ed_", False),
        ("aws.partner/stripe.com/", False),
        ("aws.partner/stripe.com/ed_1/ed_2", False),
        ("aws.partner/stripe_com/ed_123", False),
        ("aws.partner/awsXpartner/stripe.com/ed_123", False),
        ("xaws.partner/stripe.com/ed_123", False),
        ("aws.partner/stripe.com/ed_123\n", False),
    ],
)
def test_of_a_bus_only_what_stripe_put_there_is_taken(source: str, is_ours: bool) -> None:  # noqa: FBT001
    """A rule admits what it was told to, and a bus may carry others' events."""
    if is_ours:
        assert split_of(stripe_event(), source=source) == split_of(stripe_event())
    else:
        assert reason_of(stripe_event(), source=source) == "event_source_unknown"


@pytest.mark.parametrize("place", ["beside", "in the object", "in a version"])
def test_what_nobody_carries_costs_nothing_where_nobody_looks(place: str) -> None:
    """People type names, notes and metadata; other programs count."""
    event = stripe_event(flawed="<flaw>") if place == "beside" else about(flawed={"deep": ["<flaw>"]})
    event |= {"api_version": "<flaw>"} if place == "in a version" else {}
    for flaw in bad_input.FLAWED_VALUES:
        raw = json.dumps(event).encode().replace(b'"<flaw>"', flaw)
        assert notice_of(raw) == notice_of(stripe_event())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("id", "event_id_malformed"),
        ("object", "not_an_event"),
        ("type", "event_type_malformed"),
        ("livemode", "livemode_malformed"),
        ("created", "created_malformed"),
        ("account", "account_malformed"),
    ],
)
def test_what_nobody_carries_is_refused_where_it_matters(name: str, reason: str) -> None:
    """With the name of what it spoils."""
    for flaw in bad_input.FLAWED_VALUES:
        raw = json.dumps(stripe_event() | {name: "<flaw>"}).encode().replace(b'"<flaw>"', flaw)
        assert reason_of(raw) == reason


def test_a_naughty_id_is_refused() -> None:
    """Nothing of it may reach an address that is asked, or a key in the ledger."""
    for text in bad_input.NAUGHTY_TEXTS:
        assert reason_of(stripe_event(id=text)) == f"event_id_{'malformed' if text else 'missing'}"
        if not (text.isascii() and text.isalnum()):
            assert reason_of(about(id=f"in_{text}")) == "record_id_malformed"
            assert notice_of(about(object="plan", id=text)).key.record_id == "evt_1TieoutMadeUp1"


@pytest.mark.parametrize("length", [128, 129])
def test_the_names_of_things_have_bounds(length: int) -> None:
    """Longer ones are nobody's, and would be carried through the whole line."""
    kind = "invoice." + "x" * (length - 8)
    if length == 128:
        assert notice_of(stripe_event(type=kind)).kind == kind
    else:
        assert reason_of(stripe_event(type=kind)) == "event_type_malformed"
    longest = {"id": "in_" + "1" * 246}
    assert notice_of(about(**longest)).key.record_id == longest["id"]
    assert reason_of(about(id=longest["id"] + "1")) == "record_id_malformed"


def test_an_account_is_told_by_the_end_of_a_context() -> None:
    """Which leads to it from its organisation or platform."""
    wanted = {"account": "acct_1A"}
    assert notice_of(thin(context="org_1/acct_1A"), **wanted)
    assert reason_of(thin(context="acct_1A/acct_1B"), **wanted) == "account_mismatch"
    assert reason_of(thin(context="acct_1A/"), **wanted) == "account_mismatch"
    assert reason_of(thin(context=["acct_1A"]), **wanted) == "account_malformed"
    assert notice_of(thin(context="acct_1B"))


@given(
    changed=st.fixed_dictionaries(
        {},
        optional={
            name: st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just([1])
            for name in ("id", "object", "type", "created", "livemode", "api_version", "account", "context", "data")
        },
    ),
    of_object=st.dictionaries(
        st.sampled_from(["id", "object", "deleted", "subscription"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=8)
        | st.sampled_from(["in_1", "customer", "sub_1"]),
        max_size=3,
    ),
)
def test_whatever_stands_in_an_event_it_is_told_or_refused(
    changed: dict[str, object], of_object: dict[str, object]
) -> None:
    """Refused by nothing but a reason, and told under a name that every queue carries."""
    event = stripe_event()
    event["data"]["object"] |= of_object
    try:
        told = split_of(event | changed).notices
    except MalformedError:
        return
    [notice] = told
    assert re.fullmatch("[A-Za-z0-9_]+", notice.key.record_id)
    assert notice.key.entity.startswith("object:") or entity_of(notice.key.record_id) == notice.key.entity
