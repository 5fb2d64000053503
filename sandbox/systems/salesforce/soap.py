"""Writes outbound messages as Salesforce's WSDL says, and reads the acknowledgement that answers them.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_notifications.htm
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sandbox.systems.salesforce.posting import Answer

CONTENT_TYPE = "text/xml; charset=utf-8"
_OK = 200
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
    '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
)
_FOOT = "</notifications></soapenv:Body></soapenv:Envelope>"
_OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"
_ACKNOWLEDGED = f"{{http://schemas.xmlsoap.org/soap/envelope/}}Body/{_OUTBOUND}notificationsResponse/{_OUTBOUND}Ack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One notification: its id, and of a record the fields that have a value, in order."""

    id: str
    object: str
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands before the notifications; an empty session id is written as none."""

    organization_id: str
    action_id: str
    address: str
    session_id: str = ""


def write_message(head: Head, notifications: Sequence[Told]) -> bytes:
    """An outbound message in one line, as Salesforce sends it."""
    session = _element("SessionId", head.session_id) if head.session_id else '<SessionId xsi:nil="true"/>'
    parts = [_element("OrganizationId", head.organization_id), _element("ActionId", head.action_id), session]
    for name, letter in (("EnterpriseUrl", "c"), ("PartnerUrl", "u")):
        parts.append(_element(name, f"{head.address}/services/Soap/{letter}/62.0/{head.organization_id[:15]}"))
    return "".join([_HEAD, *parts, *map(_notification, notifications), _FOOT]).encode()


def flaw_in(answer: Answer) -> str:
    """Why an answer makes Salesforce send the message again, as it shows its administrators; empty for an acknowledgement."""
    if answer.status is None:
        return answer.error
    if answer.status != _OK:
        return f"HTTP {answer.status}"
    try:
        acknowledged = fromstring(answer.body, forbid_dtd=True).findtext(_ACKNOWLEDGED)
    except (ParseError, DefusedXmlException):
        return "org.xml.sax.SAXParseException: Content is not allowed in prolog."
    if acknowledged is None:
        return "no acknowledgement in the SOAP response"
    return "" if acknowledged.strip() in {"true", "1"} else "SOAP response was a nack"


def _notification(told: Told) -> str:
    fields = "".join(f"<sf:{name}>{escape(text)}</sf:{name}>" for name, text in told.fields)
    return (
        f"<Notification>{_element('Id', told.id)}"
        f'<sObject xsi:type="sf:{told.object}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
        f"{fields}</sObject></Notification>"
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
