"""Writes outbound messages as Salesforce does, and reads whether one was acknowledged."""

from __future__ import annotations

from random import Random
from urllib.parse import quote

from tests.simulation.sales_values import ORGANIZATION, OTHER_ORGANIZATION
from tests.simulation.signing import CANARY, Event, WebhookSecretBox, Written
from tieout.arriving.door import Answer

MOST_NOTIFICATIONS = 100
SESSION_ID = f"{ORGANIZATION[:15]}!{CANARY.decode()}.session"
_HEADERS = {"content-type": "text/xml; charset=utf-8", "soapaction": '""'}
_NO_SESSION = '<SessionId xsi:nil="true"/>'


def as_soap(events: list[Event], random: Random) -> Written:
    """A message; where somebody has ticked the box, with the session of the user who sends it."""
    return _written(events, ORGANIZATION, random)


def as_soap_of_another(random: Random) -> Written:
    """A message of the organisation that was copied from ours."""
    events = [{"id": "04l3k0000000666AAA", "object": "Opportunity", "record": "0063k000000066600", "stamp": ""}]
    return _written(events, OTHER_ORGANIZATION, random)


def _written(events: list[Event], organization: str, random: Random) -> Written:
    session = f"<SessionId>{SESSION_ID}</SessionId>" if random.random() < 0.3 else _NO_SESSION
    prefix = random.choice(("sf", "sobj"))
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n <soapenv:Body>\n'
        '  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">\n'
        f"   <OrganizationId>{organization}</OrganizationId>\n   <ActionId>04k3k0000004aXcAAI</ActionId>\n   {session}\n"
        f"{''.join(_notification(each, prefix) for each in events)}  </notifications>\n </soapenv:Body>\n</soapenv:Envelope>"
    )
    return body.encode(), dict(_HEADERS)


def _notification(event: Event, prefix: str) -> str:
    stamp = event["stamp"] and f"<{prefix}:SystemModstamp>{event['stamp']}</{prefix}:SystemModstamp>"
    return (
        f"   <Notification><Id>{event['id']}</Id>"
        f'<sObject xsi:type="{prefix}:{event["object"]}" xmlns:{prefix}="urn:sobject.enterprise.soap.sforce.com">'
        f"<{prefix}:Id>{event['record']}</{prefix}:Id><{prefix}:Name>A &amp; B &lt;{event['object']}&gt;</{prefix}:Name>"
        f"{stamp}</sObject></Notification>\n"
    )


def keyed(box: WebhookSecretBox) -> str:
    """The query of the address that messages go to."""
    return f"key={quote(box.signing)}"


def is_acknowledged(answer: Answer) -> bool:
    """Whether Salesforce forgets a message: only after a 200 that says so."""
    return answer.status == 200 and "<Ack>true</Ack>" in answer.body
