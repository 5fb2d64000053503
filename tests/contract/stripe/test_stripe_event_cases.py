"""Every folder under events/stripe: what Stripe sends by webhook or over its bus, and what must come of it."""

from __future__ import annotations

import base64
import functools
import json
from typing import get_args

import pytest
import stripe

from tests.support.stripe_cases import CASES, SECRETS, Sent, raw_body, read_case
from tieout.systems.stripe.ids import entity_of

every_case = pytest.mark.parametrize("case", CASES)
FAMILIES = ("charge.", "credit_note.", "customer.", "invoice.", "payout.", "refund.", "subscription_schedule.")
# Of a customer, but not the customer: cards and bank accounts go with no fact, and discounts are told by what they make cheaper.
BESIDE = ("customer.discount.", "customer.source.", "customer.tax_id.")


@functools.cache
def sent_of(case: str) -> Sent:
    """The case, sent once for all that is asked of it."""
    return Sent(case)


@functools.cache
def kinds_told() -> frozenset[str]:
    """What the notices of all cases are called."""
    return frozenset(each["kind"] for case in CASES for each in read_case(case, "expected")["notices"])


@every_case
def test_a_case_comes_to_what_it_says(case: str) -> None:
    """The answer, the notice, what is counted, and why something is kept apart."""
    assert sent_of(case).outcome() == read_case(case, "expected")


@every_case
def test_what_is_acknowledged_is_told_or_kept(case: str) -> None:
    """After a 200 Stripe forgets the event; after anything else it sends it again, and in the end nothing more."""
    sent = sent_of(case)
    if sent.answers and sent.answers[-1].status != 200:
        assert sent.answers[-1].status in {401, 405}
        assert not sent.door.bus.entries
        return
    told = sum(len(envelope.notices) for envelope in sent.door.published())
    assert told == len(sent.answers or [None]) * (not sent.rejections())
    assert told or len(sent.rejections()) == 1


@every_case
def test_a_notice_of_ours_names_a_record_that_can_be_read(case: str) -> None:
    """And by its id alone the same entity is found; anything else is an entity that no flow carries."""
    for each in read_case(case, "expected")["notices"]:
        assert entity_of(each["record_id"]) == (None if each["entity"].startswith("object:") else each["entity"])


@every_case
def test_nothing_of_a_body_or_a_secret_is_logged(case: str) -> None:
    """Names and addresses of customers go to the archive alone, and secrets nowhere."""
    sent = sent_of(case)
    logged = "".join(sent.door.lines)
    published = "".join(entry.detail for entry in sent.door.bus.entries)
    kept = "".join(base64.b64decode(each["body_base64"]).decode() + json.dumps(each) for each in sent.rejections())
    assert not any(secret in logged + published + kept + json.dumps(sent.request) for secret in SECRETS.values())
    assert not any(text in logged + published for text in ("Müller", "M\\u00fcller", "made-up.example", "24000"))


@every_case
def test_no_reason_quotes_what_was_sent(case: str) -> None:
    """Why something is refused is told in our own words."""
    request, reason = read_case(case, "request"), read_case(case, "expected").get("reason", "")
    body = raw_body(request) if "event" not in request else json.dumps(request).encode()
    assert not reason or reason.encode() not in body


def snapshots() -> list[str]:
    """The types of snapshots about what we read, as Stripe's own library lists them."""
    types: tuple[str, ...] = get_args(stripe.Event.__annotations__["type"])
    return sorted(each for each in types if each.startswith(FAMILIES) and not each.startswith(BESIDE))


@pytest.mark.parametrize("kind", snapshots())
def test_every_type_that_is_subscribed_to_has_a_case(kind: str) -> None:
    """Whatever its record is then."""
    assert kind in kinds_told()


def test_types_are_found() -> None:
    """An empty list would prove nothing."""
    assert {"invoice.finalized", "customer.subscription.updated", "charge.dispute.funds_withdrawn"} < set(snapshots())
    assert len(snapshots()) > 50


def test_a_delivery_that_is_repeated_is_known() -> None:
    """It bears the same name, though it was signed at another time."""
    first, again = read_case("delivered_again_with_a_new_time", "expected")["notices"]
    assert first == again
