"""Turns what Business Central posts into notices, each notification judged alone (step 1, receive).

Form: https://learn.microsoft.com/en-us/dynamics365/business-central/dev-itpro/api-reference/v2.0/dynamics-subscriptions.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from tieout.arriving.delivery import Delivery, MalformedItem, Split
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import moment_text, parse_moment
from tieout.systems.business_central.business_events import event_notice
from tieout.systems.business_central.ids import Place, Record
from tieout.systems.business_central.notifications import EVENT_NAME, read_notifications
from tieout.systems.business_central.options import Options
from tieout.systems.business_central.resources import Resource, parse_resource

ENTITIES: Mapping[str, str] = {
    "generalledgerentries": "general_ledger",
    "salesinvoices": "invoice",
    "salescreditmemos": "credit_memo",
}
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z", re.ASCII)
_CHANGE_TYPE = re.compile("[a-z]{1,32}", re.ASCII)
_COLLECTION = "collection"


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """The notices of a body in the order sent; an item that makes none is a malformed item and loses no neighbour.

    Raises:
        MalformedError: if the body as a whole is none of Business Central's.
    """
    del options
    notices: list[Notice] = []
    malformed: list[MalformedItem] = []
    for position, item in enumerate(read_notifications(delivery.body)):
        try:
            notices.append(_judge(item, connection))
        except MalformedError as error:
            malformed.append(MalformedItem(position, error.reason))
    return Split(tuple(notices), tuple(malformed))


def _judge(item: object, connection: str) -> Notice:
    if isinstance(item, MalformedError):
        raise item
    if not isinstance(item, dict):
        raise MalformedError("item_not_an_object")
    return event_notice(item, connection) if EVENT_NAME in item else _notice(item, connection)


def _notice(item: Mapping[str, Any], connection: str) -> Notice:
    resource = _resource(item.get("resource"))
    change_type = _change_type(item.get("changeType"))
    if resource.id:
        record_id = Record(resource.company, resource.id).text()
    elif change_type == _COLLECTION:
        record_id = Place(resource.company, _since(resource.query)).text()
    else:
        raise MalformedError("resource_without_id")
    name = resource.name.lower()
    return Notice(
        key=RecordKey(connection, ENTITIES.get(name, name), record_id),
        notice_id=_notice_id(item),
        kind=f"{resource.name}/{change_type}",
        occurred_at=_moment(item.get("lastModifiedDateTime")),
        deleted=change_type == "deleted",
    )


def _resource(value: object) -> Resource:
    if value is None:
        raise MalformedError("resource_missing")
    found = parse_resource(value) if isinstance(value, str) else None
    if found is None:
        raise MalformedError("resource_malformed")
    return found


def _change_type(value: object) -> str:
    """What happened; but for a deletion and for a change of many it is for people, so an odd word loses no notice."""
    word = value.strip().lower() if isinstance(value, str) else ""
    return word if _CHANGE_TYPE.fullmatch(word) else "unknown"


def _since(query: str) -> str:
    """From when on the records changed, as the filter of a change of many says; empty where it names no one moment.

    The filter itself is not used: it names a property (`lastDateTimeModified`) that the records do not have.
    """
    stated = _MOMENT.findall(unquote(query))
    if len(stated) != 1:
        return ""
    try:
        return moment_text(parse_moment(stated[0]))
    except MalformedError:
        return ""


def _notice_id(item: Mapping[str, Any]) -> str:
    """A digest over what names one change: subscription, resource, what happened and when."""
    names = ("subscriptionId", "resource", "changeType", "lastModifiedDateTime")
    stated = [str(item.get(name)) for name in names]
    stated[1] = stated[1].lstrip("/")
    return hashlib.sha256("\n".join(stated).encode("utf-8", "surrogatepass")).hexdigest()


def _moment(value: object) -> datetime | None:
    """When it changed; None where that is not said in a way that names one moment."""
    try:
        return parse_moment(value) if isinstance(value, str) else None
    except MalformedError:
        return None
