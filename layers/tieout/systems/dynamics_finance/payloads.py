"""Turns business events into notices of what was posted; no amount in an event is ever used (step 1, receive).

Envelope: https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/business-events/home-page. `ControlNumber` only grows, with
gaps, and beyond what a float can hold; nothing is decided by it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tieout import strict_json
from tieout.arriving.delivery import Delivery, MalformedItem, Split
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import moment_of_milliseconds, parse_moment
from tieout.systems.dynamics_finance.event_grid import business_events
from tieout.systems.dynamics_finance.finding import ENTITY, Search
from tieout.systems.dynamics_finance.options import COMPANY, EVENT_ID, Event, Options

OTHER_COMPANY = "other_company"
"""The entity of what companies post whose books nobody wants: no flow carries it, so it is counted as ignored."""

_FIRST_YEAR = 1901  # 1900-01-01 is how Dynamics writes that there is no date
_DATE = re.compile(r"/Date\((-?[0-9]{1,15})\)/", re.ASCII)
_NOTICE_ID = re.compile("[A-Za-z0-9{}._:-]{1,128}", re.ASCII)
_NUMBER = re.compile("[^\x00-\x1f]{1,60}")


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """The notices of a delivery: of one business event, or of those that Event Grid carries.

    Raises:
        MalformedError: if the delivery as a whole is neither.
    """
    found = [_judge(position, event, connection, options) for position, event in enumerate(business_events(delivery))]
    return Split(
        tuple(each for each in found if isinstance(each, Notice)),
        tuple(each for each in found if isinstance(each, MalformedItem)),
    )


def _judge(position: int, event: object, connection: str, options: Options) -> Notice | MalformedItem:
    try:
        return _notice(event, connection, options)
    except MalformedError as error:
        return MalformedItem(position, error.reason)


def _notice(event: object, connection: str, options: Options) -> Notice:
    if isinstance(event, MalformedError):
        raise event
    if not isinstance(event, dict):
        raise MalformedError("event_not_an_object")
    event_id = _event_id(event)
    return Notice(
        key=_key(event, event_id, connection, options),
        notice_id=_notice_id(event),
        kind=event_id,
        occurred_at=_occurred_at(event),
    )


def _key(event: Mapping[str, Any], event_id: str, connection: str, options: Options) -> RecordKey:
    told = options.event(event_id)
    if told is None:
        # No posting, the test event of a new endpoint among them: under its own name, which no flow carries.
        return RecordKey(connection, event_id.lower(), _notice_id(event))
    company, number = _company(event), _number(event, told)
    if options.companies and company not in options.companies:
        return RecordKey(connection, OTHER_COMPANY, f"{company}/{number}")
    return RecordKey(connection, ENTITY, Search(company, told.names, number).text())


def _event_id(event: Mapping[str, Any]) -> str:
    event_id = event.get("BusinessEventId")
    if event_id is None or event_id == "":
        raise MalformedError("event_id_missing")
    if not isinstance(event_id, str) or not EVENT_ID.fullmatch(event_id):
        raise MalformedError("event_id_malformed")
    return event_id


def _company(event: Mapping[str, Any]) -> str:
    """The company that posted, which older senders call `LegalEntity`; in small letters."""
    stated = event.get("BusinessEventLegalEntity") or event.get("LegalEntity")
    if stated is None or stated == "":
        raise MalformedError("company_missing")
    company = stated.strip().lower() if isinstance(stated, str) else ""
    if not COMPANY.fullmatch(company):
        raise MalformedError("company_malformed")
    return company


def _number(event: Mapping[str, Any], told: Event) -> str:
    value = event.get(told.field)
    if value is None or value == "":
        raise MalformedError("number_missing")
    is_said = isinstance(value, str | int) and not isinstance(value, bool)
    number = str(value).strip() if is_said else ""
    if not _NUMBER.fullmatch(number):
        raise MalformedError("number_malformed")
    return number


def _notice_id(event: Mapping[str, Any]) -> str:
    """`EventId`, the same when an event is sent again; else a digest over all that was said."""
    event_id = event.get("EventId")
    if isinstance(event_id, str) and _NOTICE_ID.fullmatch(event_id):
        return event_id.lower()
    return hashlib.sha256(strict_json.dump(dict(event)).encode()).hexdigest()


def _occurred_at(event: Mapping[str, Any]) -> datetime | None:
    """When it was posted: to a tenth of a microsecond, which is cut, or by older senders to the second; None: not said."""
    for read, name in ((_iso_moment, "EventTimeIso8601"), (_dated, "EventTime")):
        value = event.get(name)
        moment = read(value) if isinstance(value, str) else None
        if moment is not None and moment.year >= _FIRST_YEAR:
            return moment
    return None


def _iso_moment(text: str) -> datetime | None:
    try:
        return parse_moment(text)
    except MalformedError:
        return None


def _dated(text: str) -> datetime | None:
    """The moment written as `/Date(1774999267000)/`."""
    match = _DATE.fullmatch(text)
    try:
        return moment_of_milliseconds(int(match[1])) if match else None
    except MalformedError:
        return None
