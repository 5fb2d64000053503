"""Turns an event of Chargebee into notices, one for each resource of ours that it shows (step 1, receive).

What changed is told by the resources and not by the type of the event: types are added at any time, and a payment shows the
invoice it has settled beside itself. One that has not changed costs a reading, and is found to be a duplicate.
https://apidocs.chargebee.com/docs/api/events
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tieout import strict_json
from tieout.arriving.delivery import Delivery, Split, stated_text
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import moment_of_milliseconds
from tieout.systems.chargebee.ids import KINDS, Kind, is_id, is_made_up, kinds_wanted
from tieout.systems.chargebee.options import Options

API_VERSION = "v2"
"""In which events state their resources as they are read; of another nothing but names is taken."""

OTHER_VERSION = "OtherVersion"
"""What is counted of an event in another version of the API."""

TEST_EVENT = "TestEvent"
"""What is counted of an event that somebody sent from the dashboard to see whether it arrives."""

OTHER_OBJECT, TEST_OBJECT = "object:event", "object:test_event"
"""The entities of events that tell of no record of ours, and of tests: no flow carries them, so they are counted as ignored."""

_EVENT = "event"
_MEMBERS = ("id", "object", "event_type", "occurred_at", "api_version")
_OF_RESOURCE = ("object", "id", "deleted")
_PARTS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in _MEMBERS},
    **{f"{word}_{name}": ("content", word, name) for word in KINDS for name in _OF_RESOURCE},
}
_NAMING = ("id", *(f"{word}_id" for word in KINDS))
_EVENT_ID = re.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,99}", re.ASCII)
_TYPE = re.compile("[a-z][a-z0-9_]{0,99}", re.ASCII)
_DELETED = "_deleted"


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """The notices of an event, in the order of `KINDS`; it is counted where it is of another version, or a test.

    Raises:
        MalformedError: if nothing can be made of it, naming what.
    """
    # A person may type anything into a field, and what no queue carries in it must not cost the change.
    said = strict_json.parse_parts(delivery.body, _PARTS)
    if said["object"] != _EVENT:
        raise MalformedError("not_an_event")
    event_id = stated_text(said["id"], _EVENT_ID, "event_id")
    kind = stated_text(said["event_type"], _TYPE, "event_type")
    occurred_at = _moment(said["occurred_at"])
    name = RecordKey(connection, OTHER_OBJECT, event_id)
    if is_made_up(said[each] for each in _NAMING):
        test = Notice(name._replace(entity=TEST_OBJECT), event_id, kind, occurred_at)
        return Split((test,), counted=(TEST_EVENT,))
    notices = [
        Notice(
            key=RecordKey(connection, KINDS[word].entity, record_id),
            notice_id=event_id,
            kind=kind,
            occurred_at=occurred_at,
            deleted=said[f"{word}_deleted"] is True or kind == f"{word}{_DELETED}",
        )
        for word, record_id in _records(said, options)
    ]
    counted = () if said["api_version"] == API_VERSION else (OTHER_VERSION,)
    return Split(tuple(notices) or (Notice(name, event_id, kind, occurred_at),), counted=counted)


def _records(said: Mapping[str, Any], options: Options) -> Iterator[tuple[str, str]]:
    """The resources an event shows: their words, and the ids of their records."""
    for kind in kinds_wanted(customers=options.customers):
        stated = said[f"{kind.word}_id"]
        if stated is not None or said[f"{kind.word}_object"] is not None:
            yield kind.word, _record_id(kind, stated)


def _record_id(kind: Kind, stated: object) -> str:
    if not is_id(stated):
        raise MalformedError("record_id_missing" if stated is None else "record_id_malformed")
    return f"{kind.prefix}{stated}"


def _moment(stated: object) -> datetime:
    """When the event happened, in seconds: a test site has a clock of its own, which may run ahead of ours."""
    if stated is None:
        raise MalformedError("occurred_at_missing")
    if not isinstance(stated, int) or isinstance(stated, bool) or stated <= 0:
        raise MalformedError("occurred_at_malformed")
    try:
        return moment_of_milliseconds(stated * 1000)
    except MalformedError as error:
        raise MalformedError("occurred_at_malformed") from error
