"""Turns HubSpot's array of events into notices, each event judged alone: part of the receive step.

HubSpot speaks two dialects: `deal.propertyChange` and the generic `object.propertyChange` with an `objectTypeId`.
Format: https://developers.hubspot.com/docs/api/webhooks#webhook-payloads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tieout import strict_json
from tieout.arriving.delivery import Delivery, MalformedItem, Split
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import moment_of_milliseconds
from tieout.systems.hubspot.options import Options

_DEAL, _COMPANY = "opportunity", "account"
_TYPE_ENTITIES = {"0-1": "contact", "0-2": _COMPANY, "0-3": _DEAL, "0-7": "product", "0-8": "line_item"}
_NAME_ENTITIES = {
    "deal": _DEAL,
    **dict.fromkeys(("company", "parent", "parent_company", "child", "child_company"), _COMPANY),
}

_SUBSCRIPTION = re.compile(r"(?P<object>[A-Za-z_]{1,40})\.(?P<verb>[A-Za-z_]{1,40})")
_TYPE_ID = re.compile("[0-9]{1,4}-[0-9]{1,18}")
_ID_TEXT = re.compile("[0-9]{1,19}")
_DELETIONS = {"deletion", "privacyDeletion"}


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """The notices of a delivery in the order sent; an event that makes none is a malformed item and loses no neighbour.

    HubSpot says both "under 100" and "up to 100" events; no number is refused here, the door sets its own limit far above.

    Raises:
        MalformedError: if the body is no JSON array.
    """
    notices: list[Notice] = []
    malformed: list[MalformedItem] = []
    for position, item in enumerate(strict_json.parse_items(delivery.body)):
        try:
            notices.extend(_notices_of(item, connection, options))
        except MalformedError as error:
            malformed.append(MalformedItem(position, error.reason))
    return Split(tuple(notices), tuple(malformed))


def _notices_of(item: object, connection: str, options: Options) -> list[Notice]:
    """One notice for each record the event is about, each record once."""
    if isinstance(item, MalformedError):
        raise item
    if not isinstance(item, dict):
        raise MalformedError("item_not_an_object")
    subscription, name, verb = _subscription(item)
    portal_id = _identifier(item, "portalId", "portal_id")
    if options.portal_id and portal_id != str(options.portal_id):
        raise MalformedError("portal_id_mismatch")
    if verb == "propertyChange" and not isinstance(item.get("propertyName"), str):
        raise MalformedError("property_name_malformed")
    records = _records(item, name, verb)
    occurred_milliseconds = _occurred_milliseconds(item)
    occurred_at = moment_of_milliseconds(occurred_milliseconds)
    # Never the attempt counter: it differs on every retry of the same event.
    event = [
        *(portal_id, subscription, _scalar(item, "objectTypeId"), sorted(record_id for _entity, record_id in records)),
        *(_scalar(item, name) for name in ("fromObjectId", "toObjectId", "propertyName", "propertyValue", "eventId")),
        occurred_milliseconds,
    ]
    return [
        Notice(
            key=RecordKey(connection, entity, record_id),
            notice_id=hashlib.sha256(strict_json.dump([*event, entity, record_id]).encode()).hexdigest(),
            kind=subscription,
            occurred_at=occurred_at,
            deleted=verb in _DELETIONS,
        )
        for entity, record_id in records
    ]


def _subscription(item: Mapping[str, Any]) -> tuple[str, str, str]:
    """The event's type with its two parts; the documentation also calls the field `eventType`."""
    text = item.get("subscriptionType") or item.get("eventType")
    match = _SUBSCRIPTION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise MalformedError("subscription_type_malformed")
    return match[0], match["object"], match["verb"]


def _records(item: Mapping[str, Any], name: str, verb: str) -> list[tuple[str, str]]:
    """(entity, id) of each record the event is about, each once."""
    if verb == "associationChange" and item.get("fromObjectId") is not None:
        found = _associated(item, name)
    elif verb == "merge":
        entity = _entity(item, name)
        found = [(entity, record_id) for record_id in _merged_ids(item)]
    else:
        found = [(_entity(item, name), _identifier(item, "objectId", "object_id"))]
    return list(dict.fromkeys(found))


def _associated(item: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    """The sides of an association that are deals, whichever side subscribed; else two companies, or the side it starts from.

    A company's event about a deal changes the deal's customer, and a line item's what it offers, so each is a notice about
    the deal. Of two companies one comes to stand above the other, or not any more.
    """
    sides = [
        (_side_entity(item, "from", name), _identifier(item, "fromObjectId", "from_object_id")),
        (_side_entity(item, "to", name), _identifier(item, "toObjectId", "to_object_id")),
    ]
    if {entity for entity, _ in sides} == {_COMPANY}:
        return sides
    return [side for side in sides if side[0] == _DEAL] or sides[:1]


def _side_entity(item: Mapping[str, Any], side: str, name: str) -> str:
    """What stands at one side: by its own type id, else by `DEAL_TO_COMPANY`, else the subscribed type starts."""
    if item.get(f"{side}ObjectTypeId") is not None:
        return _entity_of_type(item[f"{side}ObjectTypeId"])
    association = item.get("associationType")
    names = association.lower().split("_to_") if isinstance(association, str) else []
    if len(names) == 2:  # noqa: PLR2004 from and to
        named = names[0].removeprefix("primary_") if side == "from" else names[1].removesuffix("_unlabeled")
        return _NAME_ENTITIES.get(named, named)
    return _entity(item, name) if side == "from" else "unknown"


def _merged_ids(item: Mapping[str, Any]) -> list[str]:
    """Every record a merge touched: what it created first, then the primary, the merged ones and the object named."""
    merged = item.get("mergedObjectIds")
    if not isinstance(merged, list | None):
        raise MalformedError("merged_object_ids_malformed")
    named = [item.get("newObjectId"), item.get("primaryObjectId"), *(merged or ()), item.get("objectId")]
    found = [_identifier({"id": each}, "id", "merged_object_ids") for each in named if each is not None]
    if not found:
        raise MalformedError("merged_object_ids_missing")
    return found


def _entity(item: Mapping[str, Any], name: str) -> str:
    if name == "object":
        return _entity_of_type(item.get("objectTypeId"))
    return _NAME_ENTITIES.get(name.lower(), name.lower())


def _entity_of_type(type_id: object) -> str:
    if not isinstance(type_id, str) or _TYPE_ID.fullmatch(type_id) is None:
        raise MalformedError("object_type_id_malformed")
    return _TYPE_ENTITIES.get(type_id, f"object:{type_id}")


def _identifier(item: Mapping[str, Any], field: str, code: str) -> str:
    """A HubSpot id as text without leading zeros: today a number of up to 15 digits, kept as text for tomorrow."""
    value = item.get(field)
    if value is None:
        raise MalformedError(f"{code}_missing")
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if _ID_TEXT.fullmatch(text) is None or int(text) == 0:
        raise MalformedError(f"{code}_malformed")
    return str(int(text))


def _occurred_milliseconds(item: Mapping[str, Any]) -> int:
    value = item.get("occurredAt")
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedError("occurred_at_malformed")
    return value


def _scalar(item: Mapping[str, Any], field: str) -> str | None:
    """A value that only serves to tell events apart, as text."""
    value = item.get(field)
    if not isinstance(value, str | int | Decimal | None):
        raise MalformedError("event_field_malformed")
    return None if value is None else str(value)
