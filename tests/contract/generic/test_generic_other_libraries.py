"""Signatures and events made by others' libraries are taken here, and ours are taken there."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import svix.webhooks
from cloudevents.core.bindings.http import HTTPMessage, from_binary, from_structured, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.support.generic_events import cloud_options, options, records, split_body
from tieout.arriving.cloudevents import read_events
from tieout.arriving.delivery import Delivery
from tieout.arriving.standard_webhooks import hmac_key, sign_v1
from tieout.errors import NotAuthenticError
from tieout.systems.generic.signature import verify

SECRET = "whsec_" + base64.b64encode(b"contract-test-signing-key-of-32b").decode()
RAW_SECRET = "contract-test-raw-key-of-a-sender"
ID = "msg_contract0001"
BODY = '{"type":"expense.report.changed","data":{"note":"Müller & Söhne €"}}'
FORMAT = JSONFormat()
LIBRARIES: dict[str, Callable[[str | bytes], Any]] = {"standardwebhooks": Webhook, "svix": svix.webhooks.Webhook}
every_library = pytest.mark.parametrize("library", LIBRARIES)


def is_taken(headers: dict[str, str], secret: str, now: datetime) -> bool:
    """Whether a delivery is authentic here."""
    sent = Delivery(delivery_id="d", method="POST", query="", headers=headers, body=BODY.encode(), received_at=now)
    try:
        verify(sent, [secret.encode()], options(), "https://hooks.example.com/x", now)
    except NotAuthenticError:
        return False
    return True


def headers_of(signature: str, now: datetime) -> dict[str, str]:
    """The three headers of a delivery sent now."""
    stamp = str(int(now.timestamp()))
    return {"webhook-id": ID, "webhook-timestamp": stamp, "webhook-signature": signature}


@every_library
def test_what_a_library_signs_is_authentic_here(library: str) -> None:
    """Keys in base64 and raw keys alike; not with another key, and not after the window."""
    now = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    for secret, key in ((SECRET, SECRET), (RAW_SECRET, RAW_SECRET.encode())):
        headers = headers_of(LIBRARIES[library](key).sign(ID, now, BODY), now)
        assert is_taken(headers, secret, now)
        assert is_taken(headers, secret, now + timedelta(seconds=300))
        assert not is_taken(headers, secret, now + timedelta(seconds=301))
        assert not is_taken(headers, secret + "A", now)


@every_library
def test_what_we_sign_is_authentic_there(library: str) -> None:
    """The other way round, so that our senders in the sandbox and our tests sign what others understand."""
    now = datetime.now(UTC)
    ours = headers_of(sign_v1(hmac_key(SECRET.encode()), ID, str(int(now.timestamp())), BODY.encode()), now)
    LIBRARIES[library](SECRET).verify(BODY, ours)
    with pytest.raises(WebhookVerificationError):
        LIBRARIES[library](SECRET).verify(BODY + " ", ours)


ATTRIBUTES = {
    "id": "e-1",
    "source": "/tools/procurement/europe",
    "type": "expense.report.changed",
    "subject": 'Bestellung "7" für Müller & Söhne €, 100 %',
    "time": datetime(2026, 3, 4, 5, 6, 7, 123456, tzinfo=UTC),
    "datacontenttype": "application/json",
    "dataschema": "https://schemas.example.com/report#v1",
    "tenant": "äöü 😀",
}
DATA = {"report": {"id": "R-1", "note": 'Müller & Söhne € "quoted" 100 %', "lines": [1, 2]}}


def as_bytes(body: str | bytes) -> bytes:
    """A body as it is sent."""
    return body if isinstance(body, bytes) else body.encode()


def sent(mode: str, attributes: dict[str, Any] = ATTRIBUTES, data: Any = DATA) -> tuple[bytes, dict[str, str]]:  # noqa: ANN401 JSON
    """Body and headers of an event as the SDK sends it; it knows no batch, which is an array of its structured events."""
    event = CloudEvent(dict(attributes), data)
    message = to_binary(event, FORMAT) if mode == "binary" else to_structured(event, FORMAT)
    headers = {name.lower(): value for name, value in message.headers.items()}
    if mode != "batched":
        return as_bytes(message.body), headers
    return b"[" + as_bytes(message.body) + b"]", {"content-type": "application/cloudevents-batch+json"}


@pytest.mark.parametrize("mode", ["binary", "structured", "batched"])
def test_an_event_of_the_sdk_is_read_in_every_mode(mode: str) -> None:
    """Every attribute, required, optional or an extension, and the data, arrive as they were given to the SDK."""
    body, headers = sent(mode)
    (event,) = read_events(body, headers, ["binary", "structured", "batched"])
    assert isinstance(event, dict)
    told = dict(event)
    moment = datetime.fromisoformat(told.pop("time"))
    wanted = {name: value for name, value in ATTRIBUTES.items() if name != "time"} | {
        "specversion": "1.0",
        "data": DATA,
    }
    if mode == "binary":  # there it is the content type of the request
        wanted.pop("datacontenttype")
    assert told == wanted
    assert moment == ATTRIBUTES["time"]


@pytest.mark.parametrize("mode", ["binary", "structured", "batched"])
def test_an_event_of_the_sdk_is_a_notice_in_every_mode(mode: str) -> None:
    """Its record, its key and its moment."""
    body, headers = sent(mode)
    found = split_body(body, headers, cloud_options())
    assert records(found) == [("expense_report", "R-1")]
    assert found.notices[0].notice_id == "/tools/procurement/europe#e-1"
    assert found.notices[0].occurred_at == ATTRIBUTES["time"]


def test_data_the_sdk_sends_as_bytes_is_read() -> None:
    """Bytes of data travel as base64 in a structured event."""
    body, headers = sent("structured", data=json.dumps(DATA).encode())
    assert b"data_base64" in body
    assert records(split_body(body, headers, cloud_options())) == [("expense_report", "R-1")]


@pytest.mark.parametrize("mode", ["binary", "structured"])
def test_the_sdk_reads_what_we_took(mode: str) -> None:
    """The SDK agrees about the very bytes that were read here, so that neither side reads something else into them."""
    body, headers = sent(mode)
    message = HTTPMessage(headers=headers, body=body)
    theirs = (from_binary if mode == "binary" else from_structured)(message, FORMAT)
    (ours,) = read_events(body, headers, ["binary", "structured"])
    assert isinstance(ours, dict)
    assert (theirs.get_id(), theirs.get_source(), theirs.get_type(), theirs.get_data()) == (
        ours["id"],
        ours["source"],
        ours["type"],
        ours["data"],
    )
    assert theirs.get_subject() == ours["subject"]
