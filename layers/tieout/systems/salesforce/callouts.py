"""Turns what the account's own Apex posts into notices, each event judged alone (step 1, receive).

The form is ours (`force-app` beside this file): `{"organizationId", "events": [{"object", "id", "operation", "systemModstamp"}]}`.
"""

from __future__ import annotations

import re

from tieout import strict_json
from tieout.arriving.delivery import MalformedItem, Split
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import moment_text, parse_moment
from tieout.systems.salesforce.ids import entity_of, organization_id_of, record_id_of

_OPERATION = re.compile("[a-z]{1,32}")


def organization_in(body: bytes) -> str:
    """The organisation a body names.

    Raises:
        MalformedError: if it is no such body.
    """
    head, _ = strict_json.parse_with_items(body, "events")
    return organization_id_of(head.get("organizationId"))


def split_callout(body: bytes, connection: str) -> Split:
    """The notices of a body in the order sent; an event that makes none is a malformed item and loses no neighbour.

    Raises:
        MalformedError: if the body as a whole is none of ours.
    """
    head, events = strict_json.parse_with_items(body, "events")
    organization_id = organization_id_of(head.get("organizationId"))
    notices: list[Notice] = []
    malformed: list[MalformedItem] = []
    for position, event in enumerate(events):
        try:
            notices.append(_notice(event, organization_id, connection))
        except MalformedError as error:
            malformed.append(MalformedItem(position, error.reason))
    return Split(tuple(notices), tuple(malformed))


def _notice(event: object, organization_id: str, connection: str) -> Notice:
    if isinstance(event, MalformedError):
        raise event
    if not isinstance(event, dict):
        raise MalformedError("item_not_an_object")
    api_name = event.get("object")
    key = RecordKey(connection, entity_of(api_name), record_id_of(event.get("id")))
    operation = _operation(event.get("operation"))
    modified_at = event.get("systemModstamp")
    if not isinstance(modified_at, str):
        raise MalformedError("system_modstamp_missing" if modified_at is None else "system_modstamp_malformed")
    try:
        occurred_at = parse_moment(modified_at)
    except MalformedError as error:
        raise MalformedError("system_modstamp_malformed") from error
    return Notice(
        key=key,
        # Nothing of the request: the same change posted again has another `webhook-id`.
        notice_id=f"{organization_id}/{key.record_id}/{operation}/{moment_text(occurred_at)}",
        kind=f"{api_name}/{operation}",
        occurred_at=occurred_at,
        deleted=operation == "delete",
    )


def _operation(value: object) -> str:
    """What the trigger says happened; but for a deletion it is for people, so an odd word loses no notice."""
    word = value.strip().lower() if isinstance(value, str) else ""
    return word if _OPERATION.fullmatch(word) else "unknown"
