"""Turns the SOAP of an outbound message into notices, each notification judged alone (step 1, receive), and answers it.

Form: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_wsdl.htm. The message
says which records changed and never what happened to them; the fields it carries are not used.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tieout.arriving.delivery import MalformedItem, Split
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import parse_moment
from tieout.systems.salesforce.ids import entity_of, organization_id_of, record_id_of

CONTENT_TYPE = "text/xml; charset=utf-8"

_MOST_NOTIFICATIONS = 100
_DEEPEST = 32  # a field that is an address or a name nests 6
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"
_OBJECTS = "urn:sobject.enterprise.soap.sforce.com"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ID = re.compile("[0-9A-Za-z]{15}([0-9A-Za-z]{3})?")
_ELSEWHERE = ""
# What stands where: an element in one that is known. Anything else is passed over with all that is in it.
_PLACES = {
    ("document", f"{_SOAP}Envelope"): "envelope",
    ("envelope", f"{_SOAP}Body"): "body",
    ("body", f"{_OUTBOUND}notifications"): "notifications",
    ("notifications", f"{_OUTBOUND}OrganizationId"): "organization_id",
    ("notifications", f"{_OUTBOUND}Notification"): "notification",
    ("notification", f"{_OUTBOUND}Id"): "notification_id",
    ("notification", f"{_OUTBOUND}sObject"): "object",
    ("object", f"{{{_OBJECTS}}}Id"): "record_id",
    ("object", f"{{{_OBJECTS}}}SystemModstamp"): "modified_at",
}
_TEXTS = frozenset(("organization_id", "notification_id", "record_id", "modified_at"))


class Message(NamedTuple):
    """An outbound message as it was sent.

    Attributes:
        notifications: of each the texts that stand in it, by what they are.
    """

    organization_id: str
    notifications: tuple[Mapping[str, list[str]], ...]


def acknowledgement(*, taken: bool) -> str:
    """The one answer Salesforce understands; after `false` it sends the whole message again, for up to 24 hours."""
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
        '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<Ack>{'true' if taken else 'false'}</Ack>"
        "</notificationsResponse></soapenv:Body></soapenv:Envelope>"
    )


@functools.lru_cache(maxsize=1)  # asked for twice of each delivery: whose it is, and what it says
def read_message(body: bytes) -> Message:
    """The message in a SOAP envelope of UTF-8.

    Raises:
        MalformedError: `xml_declares_entities` for a DOCTYPE and all that stands in one, `xml_invalid`, `xml_too_deep`,
            `notifications_missing`, or that its organisation is missing, malformed or ambiguous.
    """
    from defusedxml import DefusedXmlException  # noqa: PLC0415 loaded where a message arrives, and by no other way in
    from defusedxml.ElementTree import DefusedXMLParser  # noqa: PLC0415 as above

    reader = _Reader()
    # Decoded here and stated there, so that no document chooses another encoding.
    parser = DefusedXMLParser(target=reader, encoding="utf-8", forbid_dtd=True)
    try:
        parser.feed(body.decode())
        parser.close()
    except DefusedXmlException as error:
        raise MalformedError("xml_declares_entities") from error
    except (SyntaxError, ValueError) as error:  # a `ParseError` is a SyntaxError
        raise MalformedError("xml_invalid") from error
    return reader.message()


def split_message(body: bytes, connection: str) -> Split:
    """The notices of a message in the order sent; a notification that makes none is a malformed item.

    Raises:
        MalformedError: as `read_message`, or `too_many_notifications`.
    """
    message = read_message(body)
    if len(message.notifications) > _MOST_NOTIFICATIONS:
        raise MalformedError("too_many_notifications")
    notices: list[Notice] = []
    malformed: list[MalformedItem] = []
    for position, notification in enumerate(message.notifications):
        try:
            notices.append(_notice(notification, message.organization_id, connection))
        except MalformedError as error:
            malformed.append(MalformedItem(position, error.reason))
    return Split(tuple(notices), tuple(malformed))


def _notice(notification: Mapping[str, list[str]], organization_id: str, connection: str) -> Notice:
    notification_id = _only(notification, "notification_id")
    if _ID.fullmatch(notification_id) is None:
        raise MalformedError("notification_id_malformed")
    api_name = _only(notification, "object")
    return Notice(
        key=RecordKey(connection, entity_of(api_name), record_id_of(_only(notification, "record_id"))),
        notice_id=f"{organization_id}/{notification_id}",
        kind=f"{api_name}/outboundMessage",
        occurred_at=_moment(notification.get("modified_at", [])),
    )


def _only(found: Mapping[str, list[str]], name: str) -> str:
    """The one text of that name."""
    texts = found.get(name, [])
    if not texts:
        raise MalformedError(f"{name}_missing")
    if len(texts) > 1:
        raise MalformedError(f"{name}_ambiguous")
    return texts[0]


def _moment(texts: list[str]) -> datetime | None:
    """When the record was changed, where the message is set up to tell."""
    try:
        return parse_moment(texts[0]) if texts else None
    except MalformedError:
        return None


class _Reader:
    """What the parser tells of a document, event by event: no tree is built, so depth and number cost no memory."""

    def __init__(self) -> None:
        self._places = ["document"]
        self._namespaces: dict[str, list[str]] = {}
        self._text: list[str] = []
        self._organization_ids: dict[str, list[str]] = {}
        self._notifications: list[dict[str, list[str]]] = []

    def start_ns(self, prefix: str, uri: str) -> None:
        """A prefix has a meaning from here."""
        self._namespaces.setdefault(prefix, []).append(uri)

    def end_ns(self, prefix: str) -> None:
        """A prefix has the meaning it had before."""
        self._namespaces[prefix].pop()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if len(self._places) > _DEEPEST:
            raise MalformedError("xml_too_deep")
        place = _PLACES.get((self._places[-1], tag), _ELSEWHERE)
        self._places.append(place)
        self._text = []
        if place == "notification":
            self._notifications.append({})
        elif place == "object":
            self._keep(place, self._api_name(attributes.get(_TYPE, "")))

    def data(self, text: str) -> None:
        """A piece of text."""
        self._text.append(text)

    def end(self, _tag: str) -> None:
        """An element ends."""
        place = self._places.pop()
        if place in _TEXTS:
            self._keep(place, "".join(self._text).strip())
        self._text = []

    def close(self) -> None:
        """The document ends."""

    def message(self) -> Message:
        """What was read."""
        if not self._notifications:
            raise MalformedError("notifications_missing")
        organization_id = organization_id_of(_only(self._organization_ids, "organization_id"))
        return Message(organization_id, tuple(self._notifications))

    def _keep(self, place: str, text: str) -> None:
        found = self._organization_ids if place == "organization_id" else self._notifications[-1]
        found.setdefault(place, []).append(text)

    def _api_name(self, type_name: str) -> str:
        """The API name in `sf:Opportunity`; empty where the prefix stands for another namespace."""
        prefix, _, name = type_name.rpartition(":")
        meanings = self._namespaces.get(prefix, [])
        return name if meanings and meanings[-1] == _OBJECTS else ""
