"""What HubSpot's answers are expected to hold, as far as the record step reads them.

A property that was asked for is text or null, whatever its type; one that an account does not have is left out.
https://developers.hubspot.com/docs/api-reference/crm-deals-v3/guide
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tieout.drift import OTHERS, Deliveries, Expected, Field, in_events, nested, number, text, truth
from tieout.landscape import Connection
from tieout.systems.hubspot.line_items import LINE_ITEM_PROPERTIES, PAYMENTS_IN_MONTHS
from tieout.systems.hubspot.translate import DEAL_PROPERTIES

_ALWAYS = ("createdate", "hs_object_id")


def _record(properties: Iterable[str], told: Expected) -> Expected:
    """A record of any type, with what is told of single properties of it."""
    optional = text(null=True, absent=True)
    return {
        "id": text(),
        "properties": nested({**dict.fromkeys((*_ALWAYS, *properties), optional), **told}),
        "createdAt": text(),
        "updatedAt": text(),
        "archived": truth(),
        "archivedAt": text(null=True, absent=True),
        "url": text(null=True, absent=True),
    }


_MASTER = {"hs_lastmodifieddate": text(), **OTHERS}  # what the options name is asked for besides

EXPECTED: Mapping[str, Expected] = {
    "companies": _record(
        ("country", "domain", "hs_merged_object_ids", "hs_parent_company_id", "name"),
        _MASTER,
    ),
    "products": _record(("hs_merged_object_ids", "hs_sku", "name"), _MASTER),
    "deals": _record(DEAL_PROPERTIES, {"hs_lastmodifieddate": text()}),
    "line_items": _record(
        LINE_ITEM_PROPERTIES,
        {
            "hs_lastmodifieddate": text(),
            "recurringbillingfrequency": text("", *PAYMENTS_IN_MONTHS, null=True, absent=True),
        },
    ),
}

_OBJECTS = ("contact", "company", "deal", "ticket", "product", "line_item", "object", "conversation")
_VERBS = (
    *("creation", "deletion", "privacyDeletion", "propertyChange", "merge", "restore", "associationChange"),
    "newMessage",
)
_SUBSCRIPTION = text(*(f"{name}.{verb}" for name in _OBJECTS for verb in _VERBS), absent=True)
_TEXT, _NUMBER, _TRUTH = text(absent=True), number(absent=True), truth(absent=True)

EVENT: Expected = {
    **dict.fromkeys(("eventId", "subscriptionId", "portalId", "appId", "occurredAt", "attemptNumber"), number()),
    **dict.fromkeys(("subscriptionType", "eventType"), _SUBSCRIPTION),  # the other is the documentation's word for it
    **dict.fromkeys(("objectTypeId", "fromObjectTypeId", "toObjectTypeId", "associationType"), _TEXT),
    **dict.fromkeys(("changeSource", "sourceId", "propertyName"), _TEXT),
    "propertyValue": text(null=True, absent=True),
    "changeFlag": text("NEW", "CREATED", "DELETED", "RESTORED", absent=True),
    "associationCategory": text("HUBSPOT_DEFINED", "USER_DEFINED", "INTEGRATOR_DEFINED", absent=True),
    **dict.fromkeys(("objectId", "fromObjectId", "toObjectId", "associationTypeId"), _NUMBER),
    **dict.fromkeys(("primaryObjectId", "newObjectId", "numberOfPropertiesMoved"), _NUMBER),
    **dict.fromkeys(("associationRemoved", "isPrimaryAssociation", "isSensitive"), _TRUTH),
    "mergedObjectIds": Field(types=frozenset({"array"}), absent=True),
}


def expect_deliveries(_connection: Connection) -> Deliveries:
    """What its webhooks hold, whatever they tell of: https://developers.hubspot.com/docs/api/webhooks#webhook-payloads."""
    return Deliveries({"event": EVENT}, in_events)
