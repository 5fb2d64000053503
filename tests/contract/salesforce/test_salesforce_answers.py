"""What an outbound message is answered in every case, held against a schema in the shape of Salesforce's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import etree

from tests.support.good_bodies import PREVIOUS, SECRET
from tests.support.receiving import Door
from tests.support.salesforce_messages import OTHER_ORGANIZATION, message, notification
from tieout.arriving.accepting import MAX_BODY_BYTES
from tieout.arriving.door import Answer
from tieout.errors import UnavailableError
from tieout.systems.salesforce.outbound_message import acknowledgement

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schema" / "soap_envelope.xsd"))
BODY = message(notification(1), notification(2))
XML = {"content-type": "text/xml; charset=utf-8"}


def fail(point: str) -> None:
    """A service that does not answer."""
    if point.startswith("before"):
        raise UnavailableError("down")


def post(door: Door, body: bytes = BODY, key: bytes = SECRET) -> Answer:
    """A message with a key in its URL."""
    return door.post(body, XML, query=f"key={quote(key, safe='')}")


def without(
    door: Door, *, bus: bool = False, archive: bool = False, secret: bool = False, body: bytes = BODY
) -> Answer:
    """A message while some of what we stand on is down."""
    if bus:
        door.bus.io = fail
    if archive:
        door.store.io = fail
    if secret:
        door.receiver.secret._fetch = lambda: fail("before")
    return post(door, body)


CASES: dict[str, tuple[Callable[[Door], Answer], int, str]] = {
    "good": (post, 200, "true"),
    "good, the previous key": (lambda door: post(door, key=PREVIOUS), 200, "true"),
    "some of it malformed": (lambda door: post(door, message(notification(1), "<Notification/>")), 200, "true"),
    "no XML": (lambda door: post(door, b"{}"), 200, "true"),
    "empty": (lambda door: post(door, b""), 200, "true"),
    "a DOCTYPE": (lambda door: post(door, b"<!DOCTYPE a><a/>"), 200, "true"),
    "too many": (lambda door: post(door, message(*[notification()] * 101)), 200, "true"),
    "too large": (lambda door: post(door, BODY.ljust(MAX_BODY_BYTES + 1)), 200, "true"),
    "bus down": (lambda door: without(door, bus=True), 200, "true"),
    "bus and archive down": (lambda door: without(door, bus=True, archive=True), 503, "false"),
    "no XML, archive down": (lambda door: without(door, archive=True, body=b"{}"), 503, "false"),
    "secret store down": (lambda door: without(door, secret=True), 503, "false"),
    "wrong key": (lambda door: post(door, key=b"wrong"), 401, "false"),
    "no key": (lambda door: door.post(BODY, XML), 401, "false"),
    "another organisation": (
        lambda door: post(door, message(notification(), organization_id=OTHER_ORGANIZATION)),
        401,
        "false",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_salesforce_gets_an_ack_it_understands(case: str) -> None:
    """True only where nothing has to be sent again; in the one form its schema allows, and as XML."""
    send, status, ack = CASES[case]
    answer = send(Door(system="salesforce")).plain()
    assert (answer["statusCode"], answer["headers"], answer["isBase64Encoded"]) == (status, XML, False)
    document = etree.fromstring(answer["body"].encode())
    SCHEMA.assertValid(document)
    assert [each.text for each in document.iter("{*}Ack")] == [ack]


@pytest.mark.parametrize("taken", [True, False])
def test_nothing_stands_before_or_after_an_ack(taken: bool) -> None:  # noqa: FBT001
    """Salesforce reports *Content is not allowed in prolog* for a single space, and asks for the whole again."""
    body = acknowledgement(taken=taken)
    assert body.startswith("<soapenv:Envelope ")
    assert body.endswith("</soapenv:Envelope>")
    assert body.isascii()


@pytest.mark.parametrize(
    "answer",
    [
        acknowledgement(taken=True).replace("notificationsResponse", "notifications"),
        acknowledgement(taken=True).replace("true", "yes"),
        acknowledgement(taken=True).replace("outbound", "inbound"),
        acknowledgement(taken=True).replace("Ack", "ack"),
    ],
)
def test_the_schema_refuses_answers_that_salesforce_refuses(answer: str) -> None:
    """Others' mistakes, each of which was answered by a day of repetitions."""
    assert not SCHEMA.validate(etree.fromstring(answer.encode()))


def test_our_made_up_messages_have_the_form_of_real_ones() -> None:
    """Else every test of a message would be about something Salesforce never sends."""
    for count in (1, 2, 100):
        SCHEMA.assertValid(etree.fromstring(message(*(notification(number + 1) for number in range(count)))))
    assert not SCHEMA.validate(etree.fromstring(message(*[notification()] * 101)))
    assert not SCHEMA.validate(etree.fromstring(message("<Notification/>")))
