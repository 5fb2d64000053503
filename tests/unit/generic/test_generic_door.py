"""What generic senders are answered: the handshake of CloudEvents, and every other answer where it differs from the default."""

from __future__ import annotations

import json

import pytest

from tests.support.generic_events import NOW, cloud_event, cloud_options, event, options
from tieout.arriving.delivery import Delivery, Split
from tieout.arriving.door import Answer, Door
from tieout.errors import MalformedError
from tieout.systems.generic.door import open_door
from tieout.systems.generic.options import Options
from tieout.systems.generic.payloads import split

ORIGIN = "events.example.com"


def greeted(headers: dict[str, str], *, method: str = "OPTIONS", **changed: object) -> Answer | None:
    """The answer to a greeting without any proof of who sends it."""
    door = open_door(cloud_options(**({"allowed_origins": [ORIGIN]} | changed)))
    return door.greet(Delivery(delivery_id="d", method=method, query="", headers=headers, body=b"", received_at=NOW))


@pytest.mark.parametrize(
    ("asked", "most", "allowed"),
    [
        (None, 0, "3000"),
        ("120", 0, "120"),
        ("1000000", 0, "3000"),
        ("120", 60, "60"),
        ("0", 60, "1"),
        ("*", 60, "60"),
        ("9" * 30, 60, "60"),
        ("-1", 60, "60"),
        ("١٢", 60, "60"),
    ],
)
def test_a_declared_origin_gets_consent_and_a_rate(asked: str | None, most: int, allowed: str) -> None:
    """Consent is the origin given back, with the requests a minute that are welcome: never more than the door lets through."""
    headers = {"webhook-request-origin": ORIGIN} | ({"webhook-request-rate": asked} if asked else {})
    answer = greeted(headers, requests_per_minute=most)
    assert answer is not None
    assert answer.status == 200
    assert answer.headers == {"allow": "POST", "webhook-allowed-origin": ORIGIN, "webhook-allowed-rate": allowed}


@pytest.mark.parametrize(
    "origin", [None, "", "*", "example.com", f"x.{ORIGIN}", f"{ORIGIN}.evil.example", f" {ORIGIN}", "\ud800"]
)
def test_any_other_origin_gets_no_consent(origin: str | None) -> None:
    """No header of consent is given to whom nobody declared, whatever its status says."""
    callback = {"webhook-request-callback": "https://evil.example/confirm"}
    answer = greeted(({"webhook-request-origin": origin} if origin is not None else {}) | callback)
    assert answer == Answer(403, '{"error":"origin_not_allowed"}', headers={"allow": "POST"})


def test_the_name_of_a_host_has_no_case() -> None:
    """An origin is the name of a host; it is given back as it was sent."""
    answer = greeted({"webhook-request-origin": ORIGIN.upper()})
    assert answer is not None
    assert answer.headers["webhook-allowed-origin"] == ORIGIN.upper()


def test_who_declares_no_origin_has_no_handshake() -> None:
    """Neither a delivery, nor a connection without origins, nor one that sends no CloudEvents is greeted."""
    headers = {"webhook-request-origin": ORIGIN}
    assert greeted(headers, method="POST") is None
    assert greeted(headers, method="GET") is None
    assert greeted(headers, allowed_origins=[]) is None
    plain = open_door(options())
    assert (
        plain.greet(Delivery(delivery_id="d", method="OPTIONS", query="", headers=headers, body=b"", received_at=NOW))
        is None
    )


def test_cloudevents_are_answered_as_their_rules_say() -> None:
    """202 for what is taken and not worked off yet, 415 for a form that is not understood, 200 for what is kept aside."""
    door = open_door(cloud_options())
    assert door.accepted.status == 202
    not_understood = door.unusable("content_type_not_understood")
    assert (not_understood.status, json.loads(not_understood.body)["reason"]) == (415, "content_type_not_understood")
    assert door.unusable("ce_id_missing").status == 200
    assert door.too_large("body_too_large").status == 200


def test_plain_json_is_answered_as_by_default() -> None:
    """Standard Webhooks repeat whatever is not answered 2xx, so that the default door fits."""
    door, default = open_door(options()), Door()
    assert (door.accepted, door.not_authentic, door.unavailable) == (
        default.accepted,
        default.not_authentic,
        default.unavailable,
    )
    assert door.unusable("json_invalid") == default.unusable("json_invalid")


def test_no_header_that_is_a_credential_is_kept() -> None:
    """What is kept of a rejected delivery verifies signatures; a token is never kept, nor a key header named like one."""
    for subject in (
        options(),
        options(proof="bearer"),
        options(proof="key_header", key_header="x-api-key"),
        cloud_options(),
    ):
        door = open_door(subject)
        kept = {*door.signature_headers, *door.content_headers}
        assert kept <= {"webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "ce-"}
        assert bool(door.signature_headers) == (subject.proof == "v1")


@pytest.mark.parametrize(
    ("subject", "headers", "body"),
    [
        (options(), {"webhook-id": "msg_1"}, [event("R-1"), 7]),
        (options(proof="bearer"), {}, [event("R-1"), 7]),
        (cloud_options(), {"content-type": "application/cloudevents-batch+json"}, [cloud_event("R-1"), 7]),
        (cloud_options(), {"content-type": "", "ce-id": "1", "ce-source": "/t", "ce-specversion": "1.0"}, {}),
    ],
    ids=["signed", "token", "batched", "binary"],
)
def test_a_delivery_that_was_put_aside_splits_as_it_did(
    subject: Options, headers: dict[str, str], body: object
) -> None:
    """What the door keeps of its headers is all that splitting it asks for: it can be shown, and sent again after a fix."""
    sent = Delivery(
        delivery_id="d",
        method="POST",
        query="",
        headers={**headers, "webhook-signature": "v1,x", "authorization": "Bearer x"},
        body=json.dumps(body).encode(),
        received_at=NOW,
    )
    kept = sent._replace(headers=open_door(subject).content_of(sent.headers))
    first = _split_or_flaw(sent, subject)
    assert _split_or_flaw(kept, subject) == first


def _split_or_flaw(delivery: Delivery, subject: Options) -> Split | str:
    try:
        return split(delivery, "some-tool", subject)
    except MalformedError as error:
        return error.reason


def test_what_a_cloudevent_says_in_headers_is_kept_with_its_body() -> None:
    """In binary mode an event without its headers would be no event any more."""
    door = open_door(cloud_options())
    sent = {"content-type": "application/json", "ce-id": "1", "ce-type": "t", "authorization": "Bearer x", "cex": "y"}
    assert door.content_of(sent) == {"content-type": "application/json", "ce-id": "1", "ce-type": "t"}
