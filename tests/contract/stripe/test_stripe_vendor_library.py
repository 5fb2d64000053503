"""Stripe's own library and ours, against each other: what one signs the other takes, and nothing else."""

from __future__ import annotations

import hashlib
import inspect
import json
from datetime import UTC, datetime

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st
from stripe import SignatureVerificationError, WebhookSignature
from stripe.events import _event_classes
from stripe.events._event_classes import get_v2_event_notification_class

from tieout.arriving.delivery import Delivery
from tieout.errors import MalformedError, NotAuthenticError
from tieout.systems.stripe.ids import OBJECTS
from tieout.systems.stripe.options import Options
from tieout.systems.stripe.payloads import split
from tieout.systems.stripe.signature import SIGNATURE_HEADER, sign, verify

SECRET = "whsec_made+up/secret=of==the-property-tests"
STAMP = 1772442000
NOW = datetime.fromtimestamp(STAMP, UTC)
OPTIONS = Options()

FAMILIES = ("charge.", "credit_note.", "customer.", "invoice.", "payout.", "refund.", "subscription_schedule.")

bodies = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)  # the library takes texts, so only what is one
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=80)
signatures = st.sampled_from(["good", "other", "upper", "cut", "", "0", "good=", "=good"])
items = st.tuples(st.sampled_from(["v1", "v0", "v2", "V1", " v1", "v1 ", "", "t "]), signatures)


def delivery(header: str, body: str) -> Delivery:
    """What a sender posts."""
    return Delivery("d1", "POST", "", {SIGNATURE_HEADER: header}, body.encode(), NOW)


def we_take(header: str, body: str, secret: str = SECRET) -> bool:
    """Whether our door lets it in."""
    try:
        verify(delivery(header, body), [secret.encode()], OPTIONS, "https://hooks.example.com/x", NOW)
    except NotAuthenticError:
        return False
    return True


def they_take(header: str, body: str, secret: str = SECRET) -> bool:
    """Whether their library does, which is asked of no clock here."""
    try:
        return bool(WebhookSignature.verify_header(body, header, secret, tolerance=None))
    except (
        SignatureVerificationError,
        TypeError,
    ):  # the latter for a signature beyond ASCII: an error of its own to them
        return False


@given(body=bodies, secret=secrets)
def test_what_their_library_signs_we_take_and_what_we_sign_it_takes(body: str, secret: str) -> None:
    """With any secret, over any body."""
    theirs = WebhookSignature.generate_signature_header(body, secret, STAMP)
    ours = f"t={STAMP},v1={sign(secret.encode(), str(STAMP), body.encode())}"
    assert theirs == ours
    assert we_take(theirs, body, secret)
    assert they_take(ours, body, secret)


@given(body=bodies, other=bodies, secret=secrets)
def test_neither_takes_another_body_or_another_secret(body: str, other: str, secret: str) -> None:
    """Whatever was changed."""
    header = WebhookSignature.generate_signature_header(body, SECRET, STAMP)
    assert we_take(header, other) is they_take(header, other) is (body == other)
    assert we_take(header, body, secret) is they_take(header, body, secret) is (secret == SECRET)


@given(body=bodies, stated=st.lists(items, max_size=5), place=st.integers(0, 5))
def test_of_any_signatures_both_take_the_same(body: str, stated: list[tuple[str, str]], place: int) -> None:
    """In any order, of any schemes; only what stands behind a second equals sign they pass over, and we do not."""
    good = WebhookSignature.generate_signature_header(body, SECRET, STAMP).rpartition("=")[2]
    values = {"good": good, "other": hashlib.sha256(b"other").hexdigest(), "upper": good.upper(), "cut": good[:-1]}
    values |= {"good=": f"{good}=", "=good": f"={good}", "": "", "0": "0"}
    parts = [f"{scheme}={values[value]}" for scheme, value in stated]
    parts.insert(place, f"t={STAMP}")
    header = ",".join(parts)
    assert they_take(header, body) is (("v1", "good") in stated or ("v1", "good=") in stated)
    assert we_take(header, body) is (("v1", "good") in stated)


@given(body=bodies, data=st.data())
def test_what_we_take_of_a_spoiled_header_they_take_too(body: str, data: st.DataObject) -> None:
    """Anything may be put in or left out, anywhere: we are never the more credulous, and we raise nothing of our own."""
    header = WebhookSignature.generate_signature_header(body, SECRET, STAMP)
    start = data.draw(st.integers(0, len(header)))
    end = data.draw(st.integers(start, min(start + 3, len(header))))
    put_in = data.draw(st.text(st.sampled_from("tv01=, .9aF\n\x00é\ud800"), max_size=4))
    spoiled = header[:start] + put_in + header[end:]
    assert they_take(spoiled, body) or not we_take(spoiled, body)


def thin_types() -> list[str]:
    """The types of thin events about what we read, as their library lists them."""
    families = tuple(f"v1.{each}" for each in FAMILIES)
    return sorted(each for each in _event_classes._V2_EVENT_NOTIFICATION_CLASS_LOOKUP if each.startswith(families))


def object_read_for(kind: str) -> str:
    """The word of the object that their library reads for a thin event; empty where the event names none."""
    known = get_v2_event_notification_class(kind)
    read = (
        inspect.signature(known.fetch_related_object).return_annotation
        if hasattr(known, "fetch_related_object")
        else ""
    )
    return str(getattr(stripe, read).OBJECT_NAME) if read else ""


@pytest.mark.parametrize("kind", thin_types())
def test_a_thin_event_is_about_the_object_that_their_library_reads_for_it(kind: str) -> None:
    """Whatever its type is called; and one that has no object tells of no record."""
    word = object_read_for(kind)
    named = OBJECTS.get(word)
    record_id = f"{named.prefixes[0] if named else 'x'}_1TieoutMadeUp"
    event: dict[str, object] = {
        "id": "evt_1TieoutMadeUp",
        "object": "v2.core.event",
        "type": kind,
        "livemode": True,
        "created": "2026-03-02T09:00:00.000Z",
    }
    if word:
        event["related_object"] = {"id": record_id, "type": word, "url": f"/v1/made_up/{record_id}"}
    [notice] = split(delivery("", json.dumps(event)), "c", OPTIONS).notices
    assert notice.key.entity == (named.entity if named else notice.key.entity)
    assert notice.key.entity.startswith("object:") is (named is None)
    assert notice.key.record_id == (record_id if word else "evt_1TieoutMadeUp")


@pytest.mark.parametrize("kind", [each for each in thin_types() if object_read_for(each) in OBJECTS])
def test_an_event_whose_object_is_missing_is_recognised_by_its_type(kind: str) -> None:
    """It would have been about a record of ours: so it is kept, and not counted as ignored."""
    event = {
        "id": "evt_1",
        "object": "v2.core.event",
        "type": kind,
        "livemode": True,
        "created": "2026-03-02T09:00:00Z",
    }
    with pytest.raises(MalformedError, match="object_missing"):
        split(delivery("", json.dumps(event)), "c", OPTIONS)


def test_thin_types_are_found() -> None:
    """An empty list would prove nothing."""
    assert {"v1.invoice.paid", "v1.customer.subscription.item_added", "v1.charge.refund.updated"} < set(thin_types())
    assert len(thin_types()) > 60
