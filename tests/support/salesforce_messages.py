"""What a made-up Salesforce organisation sends: outbound messages, change events and callouts, by the vendor's forms."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from tieout.arriving.delivery import BUS, Delivery

ORGANIZATION = "00D3k00000Qz7ApEAJ"
OTHER_ORGANIZATION = "00D3k00000Qz7aPEAR"
"""Another organisation, whose 15 characters differ from ours by case alone."""

KEY = b"salesforce-case-key/of+32=bytes!"
SOURCE = f"aws.partner/salesforce.com/{ORGANIZATION}/0YL3k0000004C9aGAE"
RECEIVED_AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def notification(
    number: int = 1,
    *,
    record_id: str = "",
    type_name: str = "sf:Opportunity",
    fields: Mapping[str, str] | None = None,
) -> str:
    """One notification about an opportunity."""
    stated = {"Id": record_id or opportunity_id(number), "SystemModstamp": "2026-03-02T09:00:00.000Z", **(fields or {})}
    texts = "".join(f"<sf:{name}>{escape(text)}</sf:{name}>" for name, text in stated.items())
    return (
        f"<Notification><Id>04l3k00000{number:08d}</Id>"
        f'<sObject xsi:type="{type_name}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{texts}</sObject></Notification>'
    )


def message(
    *notifications: str, organization_id: str = ORGANIZATION, session: str = '<SessionId xsi:nil="true"/>'
) -> bytes:
    """An outbound message with these notifications."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{organization_id}</OrganizationId><ActionId>04k3k0000004aXcAAI</ActionId>{session}"
        f"<EnterpriseUrl>https://made-up.my.salesforce.com/services/Soap/c/62.0/{organization_id[:15]}</EnterpriseUrl>"
        f"<PartnerUrl>https://made-up.my.salesforce.com/services/Soap/u/62.0/{organization_id[:15]}</PartnerUrl>"
        f"{''.join(notifications)}</notifications></soapenv:Body></soapenv:Envelope>"
    ).encode()


def opportunity_id(number: int) -> str:
    """The id of an opportunity, in 18 characters."""
    return f"0063k000{number:07d}AAA"


def posted(body: bytes, *, query: str | None = None, headers: Mapping[str, str] | None = None) -> Delivery:
    """A delivery by HTTP, with the key in its URL unless another query is given."""
    asked = f"key={quote(KEY, safe='')}" if query is None else query
    return Delivery("d", "POST", asked, dict(headers or {"content-type": "text/xml"}), body, RECEIVED_AT)


def change_header(**changed: object) -> dict[str, Any]:
    """The header of a change event, with some of it changed; what becomes None is left out."""
    header = {
        "entityName": "Opportunity",
        "recordIds": [opportunity_id(1)],
        "changeType": "UPDATE",
        "changeOrigin": "com/salesforce/api/soap/62.0;client=SfdcInternalAPI/",
        "transactionKey": "0002f1c4-5a0d-7b31-9c3e-6f0a1b2c3d4e",
        "sequenceNumber": 1,
        "commitTimestamp": 1772442000123,
        "commitNumber": 1772442000683617281,
        "commitUser": "0053k000001AbCdAAK",
        "changedFields": ["Amount", "LastModifiedDate"],
        **changed,
    }
    return {name: value for name, value in header.items() if value is not None}


def changed_event(header: object, *, source: str = SOURCE, event_type: str = "OpportunityChangeEvent") -> Delivery:
    """A change event as the relay step reads it from the bus."""
    detail = {"payload": {"ChangeEventHeader": header, "Amount": 1250.5}}
    return bus_delivery(json.dumps(detail), source=source, event_type=event_type)


def bus_delivery(detail: str, *, source: str = SOURCE, event_type: str = "OpportunityChangeEvent") -> Delivery:
    """An event of the bus with this detail."""
    headers = {"event-source": source, "event-type": event_type, "event-id": "e", "event-time": "2026-03-02T09:00:01Z"}
    return Delivery("e", BUS, "", headers, detail.encode(), RECEIVED_AT)


def callout_event(number: int = 1, **changed: object) -> dict[str, Any]:
    """One event of a callout."""
    return {
        "object": "Opportunity",
        "id": opportunity_id(number),
        "operation": "update",
        "systemModstamp": "2026-03-02T09:00:00.000Z",
        **changed,
    }


def callout(events: Sequence[object], organization_id: str = ORGANIZATION) -> bytes:
    """The body of a callout."""
    return json.dumps({"organizationId": organization_id, "events": events}).encode()
