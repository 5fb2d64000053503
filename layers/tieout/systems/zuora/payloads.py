"""Turns a callout of Zuora into the notices of which records changed; no value in it is ever used (step 1, receive).

What a callout says is a template of the tenant's with merge fields in it, so the names of its fields are the connection's options.
A merge field without a value is empty, and in custom events the word `null`.
https://docs.zuora.com/en/zuora-platform/extensibility/events-and-notifications/callout-templates/callout-template-overview
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from tieout import strict_json
from tieout.arriving.delivery import Delivery, MalformedItem, Split
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import parse_moment
from tieout.systems.zuora.ids import ENTITY_OF, record_id_of
from tieout.systems.zuora.options import Options, Tells

NOTIFICATION_HEADER = "zuora-notification-id"
"""The same whenever a callout is tried again; what `zuora-request-id` holds is another each time."""

OTHER = "object:other"
"""The entity of what a callout tells of and no type of the options fits: no flow carries it, so it is counted as ignored."""

_NOTIFICATION_ID = re.compile("[A-Za-z0-9_-]{1,100}", re.ASCII)
_UNNAMED = "callout"
_TYPE = re.compile("[A-Za-z0-9][A-Za-z0-9_. -]{0,99}", re.ASCII)
_NOTHING = frozenset(("", "null"))
_MOST_PARAMETERS = 200


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """A notice of each object that a callout names, in the order of the options; one whose id is none is a malformed item.

    Raises:
        MalformedError: if nothing can be made of it, naming what.
    """
    said = _said(delivery, options)
    named = [each for each in options.tells if _stated(said, each.id)]
    if not named:
        raise MalformedError("record_missing")
    notice_id, kind, occurred_at = _notice_id(delivery), _kind(said, options), _occurred_at(said, options)
    told = [each for each in named if _counts(each, said, options)]
    if not told:
        return Split((Notice(RecordKey(connection, OTHER, notice_id), notice_id, kind, occurred_at),))
    notices: list[Notice] = []
    malformed: list[MalformedItem] = []
    for position, each in enumerate(told):
        record_id = record_id_of(each.object, _stated(said, each.id))
        if record_id is None:
            malformed.append(MalformedItem(position, f"{each.object}_malformed"))
            continue
        key = RecordKey(connection, ENTITY_OF[each.object], record_id)
        notices.append(Notice(key, notice_id, kind, occurred_at))
    return Split(tuple(notices), tuple(malformed))


def _said(delivery: Delivery, options: Options) -> Mapping[str, object]:
    """What the fields hold that the options name, by those names."""
    names = {each for each in (*(told.id for told in options.tells), options.event_type, options.occurred_at) if each}
    if options.format == "json":
        return strict_json.parse_parts(delivery.body, {name: name.split(".") for name in names})
    wanted = [pair for pair in parameters(delivery, options) if pair[0] in names]
    if len({name for name, _ in wanted}) < len(wanted):
        raise MalformedError("parameter_twice")
    return dict(wanted)


def parameters(delivery: Delivery, options: Options) -> list[tuple[str, str]]:
    """The fields of a form, or the parameters of the address; one that is there twice says nothing that could be relied on.

    Raises:
        MalformedError: if it is no such text.
    """
    text = delivery.query if options.format == "query" else _text(delivery.body)
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError as error:
        raise MalformedError("form_malformed") from error


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("form_not_utf8") from error


def _stated(said: Mapping[str, object], name: str) -> str:
    """The text a field holds; empty where it holds nothing, which a template cannot leave out.

    Raises:
        MalformedError: for anything but a text, such as a part of the JSON that is flawed.
    """
    value = said.get(name)
    if isinstance(value, MalformedError):
        raise value
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedError("field_not_text")
    text = value.strip()
    return "" if text in _NOTHING else text


def _counts(tells: Tells, said: Mapping[str, object], options: Options) -> bool:
    return not tells.types or _stated(said, options.event_type) in tells.types


def _notice_id(delivery: Delivery) -> str:
    """What names the notification for good; where it has no name the delivery, so that it is told twice and never lost."""
    stated = delivery.headers.get(NOTIFICATION_HEADER, "").strip()
    if not stated:
        return f"{_UNNAMED}:{delivery.delivery_id}"
    if _NOTIFICATION_ID.fullmatch(stated) is None:
        raise MalformedError("notification_id_malformed")
    return stated


def _kind(said: Mapping[str, object], options: Options) -> str:
    """What happened, for people: whatever a tenant writes there costs no notice."""
    try:
        stated = _stated(said, options.event_type)
    except MalformedError:
        return _UNNAMED
    return stated if _TYPE.fullmatch(stated) else _UNNAMED


def _occurred_at(said: Mapping[str, object], options: Options) -> datetime | None:
    """When it did, where that can be told: a moment in the form of the tenant's own locale says nothing, and costs no notice."""
    try:
        return parse_moment(_stated(said, options.occurred_at))
    except MalformedError:
        return None
