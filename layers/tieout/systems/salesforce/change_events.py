"""Turns a change event that Event Relay put on a bus into notices, one for each record it names (step 1, relay).

Form: https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm.
What the event says of fields is not used: which changed comes as names or as bitmaps, and which are empty in either way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tieout import strict_json
from tieout.arriving.bus_event import SOURCE_HEADER, TYPE_HEADER
from tieout.arriving.delivery import Delivery, MalformedItem, Split
from tieout.arriving.notice import LISTING, Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import moment_of_milliseconds
from tieout.systems.salesforce.ids import entity_of, is_same_organization, record_id_of
from tieout.systems.salesforce.options import Options

_SOURCE = re.compile(r"aws\.partner/salesforce\.com/(00D[0-9A-Za-z]{12,15})/[0-9A-Za-z]{1,64}")
_CHANGE_TYPE = re.compile("[A-Z_]{1,40}")
_TRANSACTION_KEY = re.compile("[0-9A-Za-z-]{1,64}")
_DIGITS = re.compile("[0-9]{1,18}")
_WILDCARD = re.compile(r"[0-9A-Za-z]{0,17}\*")
_PLATFORM_EVENT = "__e"  # how the API names end of what a company defines itself
_GAP = "GAP_"
_OVERFLOW = "GAP_OVERFLOW"  # more changes in a transaction than are told one by one
_LONGEST_PLAIN_NOTICE_ID = 200


class _Change(NamedTuple):
    """What the header of an event says, but for the records."""

    api_name: str
    change_type: str
    event_id: str
    occurred_at: datetime | None


def split_event(delivery: Delivery, connection: str, options: Options) -> Split:
    """The notices of a change event, each record once; none of a change that is our own.

    After a gap too large to be told of, and for a wildcard among the ids, the one notice asks for every record.

    Raises:
        MalformedError: `event_source_unknown`, `organization_unknown`, `platform_event`, `change_event_header_missing`, or a
            flaw of the header that strikes all its records.
    """
    organization_id = _checked_organization(delivery.headers.get(SOURCE_HEADER, ""), options)
    header = _header(delivery)
    change = _change(header, organization_id)
    if _is_own(header, change.change_type, options):
        return Split(())
    notices: dict[RecordKey, Notice] = {}
    malformed: list[MalformedItem] = []
    for position, value in enumerate(_record_ids(header, change.change_type)):
        try:
            notice = _notice(change, _record_id(value), connection)
        except MalformedError as error:
            malformed.append(MalformedItem(position, error.reason))
        else:
            notices.setdefault(notice.key, notice)
    return Split(tuple(notices.values()), tuple(malformed))


def _checked_organization(source: str, options: Options) -> str:
    """The organisation whose relay it was, as it is written there."""
    match = _SOURCE.fullmatch(source)
    if match is None:
        raise MalformedError("event_source_unknown")
    if not is_same_organization(match[1], options.organization_id):
        raise MalformedError("organization_unknown")
    return match[1]


def _header(delivery: Delivery) -> Mapping[str, Any]:
    if delivery.headers.get(TYPE_HEADER, "").endswith(_PLATFORM_EVENT):
        raise MalformedError("platform_event")
    # A person may type anything into a field, and what no queue carries in it must not cost the change.
    header = strict_json.parse_part(delivery.body, "payload", "ChangeEventHeader")
    if not isinstance(header, dict):
        raise MalformedError("change_event_header_missing")
    return header


def _change(header: Mapping[str, Any], organization_id: str) -> _Change:
    api_name = header.get("entityName")
    entity_of(api_name)
    change_type, transaction_key = header.get("changeType"), header.get("transactionKey")
    if not isinstance(change_type, str) or _CHANGE_TYPE.fullmatch(change_type) is None:
        raise MalformedError("change_type_malformed")
    if not isinstance(transaction_key, str) or _TRANSACTION_KEY.fullmatch(transaction_key) is None:
        raise MalformedError("transaction_key_malformed")
    sequence_number = _whole_number(header.get("sequenceNumber"))
    if sequence_number is None:
        raise MalformedError("sequence_number_malformed")
    return _Change(
        api_name=str(api_name),
        change_type=change_type,
        event_id=f"{organization_id}/{transaction_key}/{sequence_number}/{change_type}",
        occurred_at=_moment(header.get("commitTimestamp")),
    )


def _is_own(header: Mapping[str, Any], change_type: str, options: Options) -> bool:
    """Whether one of our own clients made the change; a gap is never passed over, since it stands for what is not told."""
    origin = header.get("changeOrigin")
    if not isinstance(origin, str) or change_type.startswith(_GAP):
        return False
    clients = [part.removeprefix("client=") for part in origin.split(";") if part.startswith("client=")]
    return any(client.removesuffix("/") in options.own_clients for client in clients)


def _record_ids(header: Mapping[str, Any], change_type: str) -> list[Any]:
    if change_type == _OVERFLOW:  # what then stands for ids is no record
        return [LISTING]
    found = header.get("recordIds")
    if not isinstance(found, list):
        raise MalformedError("record_ids_malformed")
    if not found:
        raise MalformedError("record_ids_missing")
    return found


def _record_id(value: object) -> str:
    if isinstance(value, str) and _WILDCARD.fullmatch(value):
        return LISTING
    return record_id_of(value)


def _notice(change: _Change, record_id: str, connection: str) -> Notice:
    return Notice(
        key=RecordKey(connection, entity_of(change.api_name), record_id),
        notice_id=_bounded(f"{change.event_id}/{record_id}"),
        kind=f"{change.api_name}/{change.change_type}",
        occurred_at=change.occurred_at,
        deleted=change.change_type == "DELETE",
    )


def _whole_number(value: object) -> int | None:
    """A count, which some producers write as text; None for anything else."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _moment(value: object) -> datetime | None:
    """When the transaction was committed; None where that is not said in milliseconds."""
    milliseconds = _whole_number(value)
    try:
        return None if milliseconds is None else moment_of_milliseconds(milliseconds)
    except MalformedError:
        return None


def _bounded(notice_id: str) -> str:
    if len(notice_id) <= _LONGEST_PLAIN_NOTICE_ID:
        return notice_id
    return hashlib.sha256(notice_id.encode()).hexdigest()
