"""Turns what a generic sender posts into notices, each event judged alone: part of the receive step.

Where a record's id stands is a path of names (`Record.key`), so that no library is needed here; what the record is, the record
step finds out with the whole of JMESPath (`contents.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tieout import strict_json
from tieout.arriving.cloudevents import event_name, read_events
from tieout.arriving.delivery import BUS, Delivery, MalformedItem, Split
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.standard_webhooks import ID_HEADER
from tieout.errors import MalformedError
from tieout.moments import parse_moment
from tieout.systems.generic.options import OTHER_ENTITY, SIGNED, Options, Record, steps_of

Event = Mapping[str, Any]

# Part of the ledger's keys and of what operators type: nothing that has to be quoted, and `#` parts the keys.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+=~-]{0,127}")
_KIND = re.compile("[!-~]{1,200}")
_WITHOUT_TYPE = "event"


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """The notices of a delivery in the order sent; an event that makes none is a malformed item and loses no neighbour.

    Raises:
        MalformedError: if the body is neither an event nor an array of them.
    """
    notices: list[Notice] = []
    malformed: list[MalformedItem] = []
    for position, event in enumerate(events_of(delivery.body, delivery.headers, options)):
        try:
            notices.append(_notice(event, position, delivery, connection, options))
        except MalformedError as error:
            malformed.append(MalformedItem(position, error.reason))
    return Split(tuple(notices), tuple(malformed))


def events_of(body: bytes, headers: Mapping[str, str], options: Options) -> list[Event | MalformedError]:
    """The events of a body in the order sent, as JSON; one that is none is a `MalformedError` in its place.

    Raises:
        MalformedError: as `split`.
    """
    if options.format == "cloudevents":
        return [*read_events(body, headers, options.modes)]
    if body.lstrip().startswith(b"["):
        return [_event_or_flaw(each) for each in strict_json.parse_items(body)]
    event = strict_json.parse(body)
    if not isinstance(event, dict):
        raise MalformedError("json_not_an_event")
    return [event]


def key_of(event: Event, options: Options, connection: str) -> RecordKey | None:
    """The record an event tells of; None for events that no record of the connection names.

    Raises:
        MalformedError: `key_missing` or `key_malformed`.
    """
    record = options.record_of(kind_of(event, options))
    return None if record is None else RecordKey(connection, record.name, _record_id(event, record))


def makes_notice(event: Event | MalformedError, options: Options, connection: str) -> bool:
    """Whether `split` makes a notice of an event, and not a malformed item."""
    if isinstance(event, MalformedError):
        return False
    try:
        key_of(event, options, connection)
        _occurred_at(event, options)
    except MalformedError:
        return False
    return True


def kind_of(event: Event, options: Options) -> str:
    """An event's type; `event` where it says none.

    Raises:
        MalformedError: if it is no printable text of at most 200 characters.
    """
    path = "type" if options.format == "cloudevents" else options.event_type
    found = value_at(event, path)
    if found is None:
        return _WITHOUT_TYPE
    if not isinstance(found, str) or _KIND.fullmatch(found) is None:
        raise MalformedError("event_type_malformed")
    return found


def value_at(event: object, path: str) -> Any:  # noqa: ANN401 a value of JSON
    """What JMESPath finds at a path of names: None where a name is absent or stands in no object."""
    found = event
    for step in steps_of(path):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _notice(
    event: Event | MalformedError, position: int, delivery: Delivery, connection: str, options: Options
) -> Notice:
    if isinstance(event, MalformedError):
        raise event
    notice_id = _notice_id(event, position, delivery, options)
    key = key_of(event, options, connection)
    if key is None:  # nobody knows what its record is, so it is told apart by the event
        key = RecordKey(connection, OTHER_ENTITY, hashlib.sha256(notice_id.encode()).hexdigest()[:32])
    return Notice(key=key, notice_id=notice_id, kind=kind_of(event, options), occurred_at=_occurred_at(event, options))


def _event_or_flaw(item: object) -> Event | MalformedError:
    if isinstance(item, dict | MalformedError):
        return item
    return MalformedError("item_not_an_object")


def _record_id(event: Event, record: Record) -> str:
    """The record's id; several paths are joined by `/`, which no part can hold."""
    return "/".join(_id_part(value_at(event, path)) for path in record.key_paths())


def _id_part(value: object) -> str:
    if value is None:
        raise MalformedError("key_missing")
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if _ID.fullmatch(text) is None:
        raise MalformedError("key_malformed")
    return text


def _notice_id(event: Event, position: int, delivery: Delivery, options: Options) -> str:
    """The sender's own key of the event: what names it for CloudEvents, else its delivery and its place in it.

    A sender that neither signs nor names its events is told apart by what it says, and so never by an attempt: one that puts
    them on a bus names none either, since a bus names them anew each time.
    """
    if options.format == "cloudevents":
        return event_name(event)
    if options.proof in SIGNED and delivery.method != BUS:
        return f"{delivery.headers[ID_HEADER]}/{position}"
    return hashlib.sha256(strict_json.dump(event).encode()).hexdigest()


def _occurred_at(event: Event, options: Options) -> datetime | None:
    path = "time" if options.format == "cloudevents" else options.occurred_at
    found = value_at(event, path) if path else None
    if found is None:
        return None
    if not isinstance(found, str):
        raise MalformedError("occurred_at_malformed")
    try:
        return parse_moment(found)
    except MalformedError as error:
        raise MalformedError("occurred_at_malformed") from error
