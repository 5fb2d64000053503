"""Turns an event of Stripe into the notice of which record changed; no amount in it is ever used (step 1, receive and relay).

A *snapshot* event (`event`) has the object as it was, a *thin* one (`v2.core.event`) only its name; a bus carries either. What
changed is told by the object, not by the type of the event: types are added at any time. https://docs.stripe.com/api/events/object
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tieout import strict_json
from tieout.arriving.bus_event import SOURCE_HEADER
from tieout.arriving.delivery import BUS, Delivery, Split, stated_text
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import moment_of_milliseconds, parse_moment
from tieout.systems.stripe.ids import OBJECTS, PRODUCT, SUBSCRIPTION, is_id_of
from tieout.systems.stripe.options import Options

OTHER_VERSION = "OtherVersion"
"""What is counted of a snapshot that states its object in another version of the API than the connection's."""

SNAPSHOT, THIN = "event", "v2.core.event"
UPCOMING_INVOICE = "object:upcoming_invoice"
"""The entity of an invoice that is none yet, and has no id: no flow carries it, so it is counted as ignored."""

_MEMBERS = ("id", "object", "type", "created", "livemode", "api_version", "account", "context")
_OF_OBJECT = ("object", "id", "deleted", "subscription", "released_subscription")
_PARTS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in _MEMBERS},
    **{f"data_{name}": ("data", "object", name) for name in _OF_OBJECT},
    **{f"related_{name}": ("related_object", name) for name in ("type", "id")},
}
_SOURCE = re.compile(r"aws\.partner/stripe\.com/ed_[A-Za-z0-9_]{1,128}", re.ASCII)
_EVENT_ID = re.compile("evt_[A-Za-z0-9_]{1,246}", re.ASCII)
_ANY_ID = re.compile("[A-Za-z0-9_]{1,255}", re.ASCII)
_TYPE = re.compile(r"(?=.{1,128}\Z)[a-z][a-z0-9_]*(\.[a-z0-9_]+)+", re.ASCII)
_WORD = re.compile("[a-z][a-z0-9_.]{0,99}", re.ASCII)
_OF_V1 = "v1."  # how the types of thin events about objects of the first API begin
_SCHEDULE = "subscription_schedule"
_DELETIONS = ("customer.deleted", "invoice.deleted", "product.deleted")  # what is cancelled or voided can still be read


class _Event(NamedTuple):
    """What an event says, in either form.

    Attributes:
        type: what happened, as a snapshot calls it.
        word: of the object, by which it says what it is; None where the event has no object.
        record_id: of the object, as it stands there.
    """

    event_id: str
    type: str
    is_thin: bool
    word: object
    record_id: object


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """The one notice of an event, which is counted where it is of another version than the connection's.

    Raises:
        MalformedError: if nothing can be made of it, naming what.
    """
    if delivery.method == BUS and _SOURCE.fullmatch(delivery.headers.get(SOURCE_HEADER, "")) is None:
        raise MalformedError("event_source_unknown")
    # A person may type anything into a field, and what no queue carries in it must not cost the change.
    said = strict_json.parse_parts(delivery.body, _PARTS)
    event = _event(said)
    _check_mode(said["livemode"], options)
    _check_account(said, event, options)
    entity, record_id = _record(event, said)
    notice = Notice(
        key=RecordKey(connection, entity, record_id),
        notice_id=event.event_id,
        kind=str(said["type"]),
        occurred_at=_created(said["created"], event, delivery.received_at, options),
        deleted=event.type in _DELETIONS or said["data_deleted"] is True,
    )
    is_other = not event.is_thin and said["api_version"] != options.api_version
    return Split((notice,), counted=(OTHER_VERSION,) if is_other else ())


def _event(said: Mapping[str, Any]) -> _Event:
    is_thin = said["object"] == THIN
    if not is_thin and said["object"] != SNAPSHOT:
        raise MalformedError("not_an_event")
    return _Event(
        event_id=stated_text(said["id"], _EVENT_ID, "event_id"),
        type=stated_text(said["type"], _TYPE, "event_type").removeprefix(_OF_V1),
        is_thin=is_thin,
        word=said["related_type" if is_thin else "data_object"],
        record_id=said["related_id" if is_thin else "data_id"],
    )


def _check_mode(stated: object, options: Options) -> None:
    """Refuse an event of the other mode: an account has both, and an endpoint can be registered in either."""
    if not isinstance(stated, bool):
        raise MalformedError("livemode_missing" if stated is None else "livemode_malformed")
    if stated is not options.live:
        raise MalformedError("live_mode_event" if stated else "test_mode_event")


def _check_account(said: Mapping[str, Any], event: _Event, options: Options) -> None:
    """Refuse an event of an account whose records would not be found: Connect has an endpoint told of others' too."""
    if event.is_thin and not options.account:  # its context may name our own account
        return
    stated = said["context" if event.is_thin else "account"]
    if stated is None:
        if options.account:
            raise MalformedError("account_missing")
        return
    if not isinstance(stated, str):
        raise MalformedError("account_malformed")
    if stated.rpartition("/")[2] != options.account:  # a context leads to an account from its organisation or platform
        raise MalformedError("account_mismatch")


def _record(event: _Event, said: Mapping[str, Any]) -> tuple[str, str]:
    """The entity and id of what changed; what no flow wants is named after its object, under any id that there is."""
    if event.type == "invoice.upcoming":
        return UPCOMING_INVOICE, event.event_id
    if event.word is None:
        return _without_object(event)
    word = stated_text(event.word, _WORD, "object")
    if word == _SCHEDULE:
        return _scheduled(event, said)
    # Whoever makes a product may choose its id.
    if word not in OBJECTS or (word == PRODUCT and not is_id_of(event.record_id, PRODUCT)):
        return _unwanted(word, event)
    if not is_id_of(event.record_id, word):
        raise MalformedError("record_id_missing" if event.record_id is None else "record_id_malformed")
    return OBJECTS[word].entity, str(event.record_id)


def _without_object(event: _Event) -> tuple[str, str]:
    """What an event is about that names no object: itself, as some thin ones are, unless its type tells of one we want."""
    if not event.is_thin or event.type.split(".")[-2:][0] in OBJECTS:
        raise MalformedError("object_missing")
    return "object:event", event.event_id


def _scheduled(event: _Event, said: Mapping[str, Any]) -> tuple[str, str]:
    """The subscription that a schedule changes, or changed before it was released; a thin event names none."""
    named = [each for each in (said["data_subscription"], said["data_released_subscription"]) if each is not None]
    if not named:
        return _unwanted(_SCHEDULE, event)
    if not is_id_of(named[0], SUBSCRIPTION):
        raise MalformedError("subscription_malformed")
    return OBJECTS[SUBSCRIPTION].entity, str(named[0])


def _unwanted(word: str, event: _Event) -> tuple[str, str]:
    """Some objects have no id (`balance`); an event always has one."""
    is_named = isinstance(event.record_id, str) and _ANY_ID.fullmatch(event.record_id) is not None
    return f"object:{word}", str(event.record_id) if is_named else event.event_id


def _created(stated: object, event: _Event, received_at: datetime, options: Options) -> datetime:
    """When the event was made: in seconds, or of a thin one in ISO 8601."""
    if stated is None:
        raise MalformedError("created_missing")
    try:
        occurred_at = _moment(stated, event)
    except MalformedError as error:
        raise MalformedError("created_malformed") from error
    # A sandbox has clocks of its own, which may run ahead of ours.
    if options.live and occurred_at - received_at > timedelta(seconds=options.max_skew_seconds):
        raise MalformedError("created_ahead")
    return occurred_at


def _moment(stated: object, event: _Event) -> datetime:
    if event.is_thin and isinstance(stated, str):
        return parse_moment(stated)
    if not event.is_thin and isinstance(stated, int) and not isinstance(stated, bool) and stated > 0:
        return moment_of_milliseconds(stated * 1000)
    raise MalformedError("created_malformed")
