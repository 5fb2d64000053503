"""What each system sends of a record or several, as good as it gets, and the secrets by which senders prove themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.made_up import body_of, booking
from tests.support.salesforce_messages import callout, callout_event

SECRET = b"canary-7f3a-current-secret"
PREVIOUS = b"canary-91bc-previous-secret"
SALES_ORGANIZATION = "4ad1ba6c-52a5-4a5f-9d0e-6f2f6d7b1c01"
COMPANY = "7dbba574-5f69-4167-a43e-fb975045de15"


def hubspot_event(object_id: int = 1, **changed: object) -> dict[str, Any]:
    """One event of HubSpot about a deal."""
    return {
        "eventId": object_id,
        "portalId": 33,
        "appId": 7,
        "occurredAt": 1772442000000,
        "subscriptionType": "deal.propertyChange",
        "attemptNumber": 0,
        "objectId": object_id,
        "propertyName": "amount",
        "propertyValue": "2000",
        **changed,
    }


def netsuite_post(record_id: int = 1, **changed: object) -> dict[str, Any]:
    """What our script posts about an invoice."""
    return {
        "eventId": f"ev-{record_id}",
        "eventType": "edit",
        "recordType": "invoice",
        "recordId": str(record_id),
        "occurredAt": "2026-03-02T09:00:00.000Z",
        **changed,
    }


def generic_event(record_id: int = 1, **changed: object) -> dict[str, Any]:
    """What a tool posts about an expense report."""
    return {"type": "expense_report.approved", "data": {"id": str(record_id)}, **changed}


def sales_order_event(number: int = 1, **changed: object) -> dict[str, Any]:
    """What Event Mesh delivers about a sales order."""
    return {
        "specversion": "1.0",
        "type": "sap.s4.beh.salesorder.v1.SalesOrder.Changed.v1",
        "source": "/default/sap.s4.beh/100200300",
        "id": f"event-{number}",
        "time": "2026-03-02T09:00:00Z",
        "datacontenttype": "application/json",
        "data": {"SalesOrder": str(number)},
        **changed,
    }


def business_event(number: int = 1, **changed: object) -> dict[str, Any]:
    """What Dynamics 365 Finance posts about an invoice."""
    return {
        "BusinessEventId": "SalesInvoicePostedBusinessEvent",
        "BusinessEventLegalEntity": "USMF",
        "EventId": f"3C47A4CD-6EDC-4319-B893-{number:012X}",
        "EventTimeIso8601": "2026-03-02T09:00:00.1234567Z",
        "ControlNumber": 5637985363 + number,
        "InvoiceId": f"CIV-{number}",
        **changed,
    }


def business_central_notification(record: int = 1, **changed: object) -> dict[str, Any]:
    """One notification about a sales invoice, with the current secret in it."""
    return {
        "subscriptionId": "salesInvoices1",
        "clientState": SECRET.decode(),
        "expirationDateTime": "2026-03-05T09:00:00Z",
        "resource": f"api/v2.0/companies({COMPANY})/salesInvoices({record:08x}-936a-401c-81c1-0e848a64971d)",
        "changeType": "updated",
        "lastModifiedDateTime": "2026-03-02T09:00:00.467Z",
        **changed,
    }


def dataverse_context(*rows: int, **changed: object) -> dict[str, Any]:
    """What Dataverse posts about an opportunity, or about several that were changed at once."""
    ids = [f"{row:08x}-52a5-4a5f-9d0e-6f2f6d7b1c02" for row in rows]
    targets = [{"Id": each, "LogicalName": "opportunity", "Attributes": []} for each in ids]
    alone = {"key": "Target", "value": targets[0]}
    return {
        "OrganizationId": SALES_ORGANIZATION,
        "MessageName": "Update" if len(rows) == 1 else "UpdateMultiple",
        "PrimaryEntityName": "opportunity",
        "PrimaryEntityId": ids[0] if len(rows) == 1 else "00000000-0000-0000-0000-000000000000",
        "OperationId": f"{rows[0]:08x}-52a5-4a5f-9d0e-6f2f6d7b1c03",
        "OperationCreatedOn": "/Date(1772442000000+0000)/",
        "Depth": 1,
        "InputParameters": [alone if len(rows) == 1 else {"key": "Targets", "value": targets}],
        **changed,
    }


def stripe_event(number: int = 1, **changed: object) -> dict[str, Any]:
    """A snapshot event of Stripe about an invoice."""
    return {
        "id": f"evt_1TieoutMadeUp{number}",
        "object": "event",
        "api_version": "2025-03-31.basil",
        "created": 1772442000,
        "data": {
            "object": {"id": f"in_1TieoutMadeUp{number}", "object": "invoice", "currency": "eur", "total": 200000}
        },
        "livemode": True,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "invoice.finalized",
        **changed,
    }


def chargebee_event(number: int = 1, **changed: object) -> dict[str, Any]:
    """An event of Chargebee about an invoice."""
    return {
        "id": f"ev_MadeUp{number}",
        "occurred_at": 1772442000,
        "source": "admin_console",
        "object": "event",
        "api_version": "v2",
        "content": {
            "invoice": {"id": f"MADEUP-{number}", "currency_code": "EUR", "total": 200000, "object": "invoice"}
        },
        "event_type": "invoice_generated",
        "webhook_status": "scheduled",
        **changed,
    }


def zuora_callout(number: int = 1, **changed: object) -> dict[str, Any]:
    """What a callout template of Zuora says about an invoice, in the names that the options have by default."""
    return {
        "EventType": "InvoicePosted",
        "UpdatedOn": "2026-03-02T01:00:00-08:00",
        "InvoiceId": f"8ad0875995aa292e{number:016x}",
        **changed,
    }


def grid_event(data: dict[str, Any]) -> dict[str, Any]:
    """A business event as Event Grid carries it."""
    return {"id": str(data["EventId"]), "subject": "", "eventType": str(data["BusinessEventId"]), "data": data}


def good_body(system: str, count: int = 1) -> bytes:
    """A body about `count` records, as the system sends it."""
    if system == "business_central":
        return json.dumps({"value": [business_central_notification(number + 1) for number in range(count)]}).encode()
    if system == "dynamics_sales":
        return json.dumps(dataverse_context(*range(1, count + 1))).encode()
    if system == "made_up":
        return body_of(*(booking(number + 1) for number in range(count)))
    if system == "salesforce":
        return callout([callout_event(number + 1) for number in range(count)])
    makers: Mapping[str, Callable[[int], dict[str, Any]]] = {
        "chargebee": chargebee_event,
        "dynamics_finance": business_event,
        "generic": generic_event,
        "hubspot": hubspot_event,
        "netsuite": netsuite_post,
        "sap_s4hana": sales_order_event,
        "stripe": stripe_event,
        "zuora": zuora_callout,
    }
    make = makers[system]
    items = [make(number + 1) for number in range(count)]
    if system == "dynamics_finance" and count > 1:
        items = [grid_event(each) for each in items]
    return json.dumps(items[0] if system != "hubspot" and count == 1 else items).encode()


def retained_body(system: str) -> bytes:
    """A body of which something is kept where records are completed from it: of billing systems one about a subscription."""
    if system == "chargebee":
        shown = {"subscription": {"id": "SubMadeUp1", "object": "subscription"}}
        return json.dumps(chargebee_event(event_type="subscription_changed", content=shown)).encode()
    if system != "stripe":
        return good_body(system)
    row = {"id": "sub_1TieoutMadeUp1", "object": "subscription"}
    return json.dumps(stripe_event(type="customer.subscription.updated", data={"object": row})).encode()
