"""Senders with handshakes, challenges and answers of their own: what a door can say, the receive step carries.

The rules are those the vendors document for Salesforce, Zuora, Dynamics 365, Business Central, SAP and Event Grid.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from functions.receive import handler
from tests.support import good_bodies, receiving
from tests.support.made_up import body_of, booking
from tests.support.receiving import api_event
from tieout import strict_json
from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Answer, Door
from tieout.errors import MalformedError, UnavailableError
from tieout.systems.business_central.door import open_door
from tieout.systems.business_central.options import Options

_XML = "text/xml; charset=utf-8"
_ACK = "<notificationsResponse><Ack>{}</Ack></notificationsResponse>"


def salesforce() -> Door:
    """A SOAP client: it repeats for a day unless the acknowledgement is in the body, and a nack is an answer too."""
    acknowledged = Answer(200, _ACK.format("true"), _XML)
    return Door(
        accepted=acknowledged,
        unavailable=Answer(200, _ACK.format("false"), _XML),
        unusable=lambda _reason: acknowledged,
        too_large=lambda _reason: acknowledged,
    )


def _challenge(delivery: Delivery) -> Answer | None:
    if "x-made-up-signature" in delivery.headers:
        return None
    return Answer(401, headers={"www-authenticate": 'Basic realm="tieout"'})


def zuora() -> Door:
    """It sends its credentials only after a challenge, which is no attempt of a forger."""
    return Door(
        accepted=Answer(200, '{"success":true}'),
        not_authentic=Answer(401, headers={"www-authenticate": 'Basic realm="tieout"'}),
        greet=_challenge,
    )


def business_central() -> Door:
    """It deletes the subscription after any 4xx, and repeats its token on every renewal, without a key: the door we ship."""
    return open_door(Options(companies=[good_bodies.COMPANY]))


def _consent(delivery: Delivery) -> Answer | None:
    origin = delivery.headers.get("webhook-request-origin", "")
    if delivery.method != "OPTIONS" or origin != "sap.example":
        return None
    return Answer(200, headers={"webhook-allowed-origin": origin, "webhook-allowed-rate": "*", "allow": "POST"})


def sap() -> Door:
    """CloudEvents: consent stands in the headers of an answer to OPTIONS, and a delivery is answered 202."""
    return Door(accepted=Answer(202), greet=_consent)


def _validation(delivery: Delivery) -> Answer | None:
    if delivery.headers.get("aeg-event-type") != "SubscriptionValidation":
        return None
    try:
        code = strict_json.parse(delivery.body)[0]["data"]["validationCode"]
    except (KeyError, IndexError, TypeError) as error:
        raise MalformedError("validation_malformed") from error
    return Answer(200, json.dumps({"validationResponse": code}))


def event_grid() -> Door:
    """Its validation is a delivery like any other, with the key in it."""
    return Door(greet_proven=_validation)


def keyed_get() -> Door:
    """A sender that greets by GET and proves itself in it."""
    return Door(
        methods=("GET", "POST"),
        greet_proven=lambda delivery: Answer(200, "hello", "text/plain") if delivery.query == "hello" else None,
    )


def connection(door: Callable[[], Door]) -> receiving.Door:
    """A connection whose sender is answered by a door; it signs and posts as the made-up system does."""
    found = receiving.Door(system="made_up")
    found.receiver = found.receiver._replace(intake=found.receiver.intake._replace(door=door()))
    return found


def wire(answer: Answer) -> tuple[int, dict[str, str], str]:
    """What goes over the wire."""
    plain = answer.plain()
    return plain["statusCode"], plain["headers"], plain["body"]


XML = {"content-type": _XML}
JSON = {"content-type": "application/json"}
CHALLENGE = {"www-authenticate": 'Basic realm="tieout"'}


def test_a_soap_client_is_acknowledged_in_its_own_words() -> None:
    """Accepted and of no use are both `true`; a fault of ours is `false`, which it repeats."""
    at = connection(salesforce)
    assert wire(at.post(body_of(booking()))) == (200, XML, _ACK.format("true"))
    assert wire(at.post(b"<x/>")) == (200, XML, _ACK.format("true"))
    assert at.kept("rejected/somewhere/unusable/")
    at.bus.io = at.store.io = _down
    assert wire(at.post(body_of(booking()))) == (200, XML, _ACK.format("false"))
    assert at.last_line()["outcome"] == "unavailable"


def test_a_bug_is_answered_in_the_systems_own_words_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last line of defence knows the door."""
    at = connection(salesforce)

    def fail(_delivery: Delivery) -> Any:  # noqa: ANN401 it never returns
        raise ZeroDivisionError

    broken = at.receiver._replace(intake=at.receiver.intake._replace(split=fail))
    monkeypatch.setattr(handler, "_receiver", lambda: broken)
    body = body_of(booking())
    answer = handler.lambda_handler(api_event(body, at.sign(body)), None)
    assert (answer["statusCode"], answer["headers"], answer["body"]) == (200, XML, _ACK.format("false"))
    assert json.loads(capsys.readouterr().out)["error"] == "ZeroDivisionError"


def test_a_challenge_is_no_rejection() -> None:
    """The first request of every delivery would otherwise fill the shelf and ring the alarm."""
    at = connection(zuora)
    body = body_of(booking())
    assert wire(at.post(body, {})) == (401, CHALLENGE, "")
    assert (at.last_line()["outcome"], at.last_line()["level"]) == ("greeted", "INFO")
    assert "Rejected" not in at.last_line()
    assert not at.kept("")
    assert wire(at.post(body)) == (200, {"content-type": "application/json"}, '{"success":true}')
    assert wire(at.post(body, at.sign(body, b"wrong"))) == (401, CHALLENGE, "")
    assert at.last_line()["Rejected"] == 1
    assert at.kept("rejected/")


def test_a_token_is_echoed_as_plain_text_before_any_key_is_read() -> None:
    """Business Central waits five seconds, and says nothing that could be checked."""
    at = connection(business_central)
    status, headers, body = wire(at.post(b"", {}, query="validationToken=a%2Bb"))
    assert (status, headers["content-type"], body) == (200, "text/plain", "a+b")
    assert at.secret_reads == 0
    assert wire(at.post(b"", {}, query="validationToken=" + "a" * 1025)) == (200, {}, "")
    assert wire(at.post(body_of(booking()), {})) == (200, {}, "")
    assert at.last_line()["outcome"] == "rejected"
    assert not at.bus.entries
    assert wire(at.post(body_of(booking()))) == (200, {}, "")
    assert len(at.bus.entries) == 1


def test_consent_to_cloudevents_stands_in_the_headers() -> None:
    """An origin that is not expected gets none, whatever the status."""
    at = connection(sap)
    consent = {"webhook-allowed-origin": "sap.example", "webhook-allowed-rate": "*", "allow": "POST"}
    asked = {"webhook-request-origin": "sap.example", "webhook-request-rate": "120"}
    assert wire(at.post(b"", asked, method="OPTIONS")) == (200, consent, "")
    status, headers, _ = wire(at.post(b"", {"webhook-request-origin": "other.example"}, method="OPTIONS"))
    assert (status, headers["allow"], "webhook-allowed-origin" in headers) == (405, "POST", False)
    assert wire(at.post(body_of(booking()))) == (202, {}, "")


def _grid(at: receiving.Door, events: object, secret: bytes = good_bodies.SECRET) -> tuple[int, dict[str, str], str]:
    body = json.dumps(events).encode()
    return wire(at.post(body, at.sign(body, secret) | {"aeg-event-type": "SubscriptionValidation"}))


def test_a_greeting_that_must_be_proven_says_nothing_to_others() -> None:
    """Event Grid's code is repeated only to who has the key; a code that is not there is no delivery."""
    at = connection(event_grid)
    events = [{"data": {"validationCode": "0af7"}}]
    assert _grid(at, events, b"wrong")[0] == 401
    assert "0af7" not in at.lines[-1]
    assert _grid(at, events)[2] == '{"validationResponse": "0af7"}'
    assert at.last_line()["outcome"] == "greeted"
    assert _grid(at, [{}]) == (
        200,
        {"content-type": "application/json"},
        '{"outcome": "rejected", "reason": "validation_malformed"}',
    )
    assert not at.bus.entries


def test_only_a_post_is_a_delivery_however_proven_it_is() -> None:
    """A door that lets GET through to the proof lets it greet, and no more."""
    at = connection(keyed_get)
    signed = at.sign(b"")
    assert at.post(b"", {}, method="GET", query="hello").status == 401
    assert wire(at.post(b"", signed, method="GET", query="hello")) == (200, {"content-type": "text/plain"}, "hello")
    refused = wire(at.post(b"", signed, method="GET", query="other"))
    assert refused == (405, JSON | {"allow": "GET, POST"}, '{"error":"method_not_allowed"}')
    assert at.post(b"", signed, method="PUT").status == 405
    assert not at.bus.entries
    assert not at.kept("rejected/somewhere/unusable/")


def test_a_sender_that_repeats_only_after_503_gets_503() -> None:
    """Dynamics 365: after 500 or 429 the event is lost, so every fault of ours is the default door's answer."""
    at = connection(Door)
    at.bus.io = at.store.io = _down
    assert at.post(body_of(booking())).status == 503


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        (
            {"content-type": "a", "ce-id": "1", "ce-": "2", "cex": "3", "authorization": "4"},
            {"content-type", "ce-id", "ce-"},
        ),
        ({}, set()),
    ],
)
def test_a_name_that_ends_with_a_hyphen_stands_for_all_that_begin_with_it(
    headers: Mapping[str, str], kept: set[str]
) -> None:
    """CloudEvents puts what an event is into headers whose names nobody can list."""
    door = Door(content_headers=("content-type", "ce-"), signature_headers=("x-signature",))
    assert set(door.content_of(headers)) == kept
    assert set(door.evidence_of({**headers, "x-signature": "s"})) == kept | {"x-signature"}


def _down(point: str) -> None:
    if point.startswith("before"):
        raise UnavailableError("down")
