"""Splits what a NetSuite script posted into notices (step 1, receive).

Two bodies are known: the one our own script posts, and the record itself as public scripts post it
(`JSON.stringify(newRecord)`), which tells neither what happened nor when. Both are only a hint which record to read.
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
from tieout.moments import parse_moment
from tieout.systems.netsuite.master_types import MASTER_TYPES
from tieout.systems.netsuite.options import Options

# The intercompany journals are journals to the ledger: they post to income and expense like any other. A vendor's credit is a
# bill whose expense lines are credits.
_ENTITIES = {
    "invoice": "invoice",
    "creditmemo": "credit_memo",
    "customerpayment": "payment",
    "journalentry": "journal_entry",
    "intercompanyjournalentry": "journal_entry",
    "advintercompanyjournalentry": "journal_entry",
    "vendorbill": "bill",
    "vendorcredit": "bill",
    **{each: entity for entity, of in MASTER_TYPES.items() for each in of.in_scripts},
}
_RECORD_TYPE = re.compile("[a-z][a-z0-9_]{0,63}", re.ASCII)
_EVENT_TYPE = re.compile("[a-z_]{1,32}", re.ASCII)
_EVENT_ID = re.compile("[A-Za-z0-9._:-]{1,128}", re.ASCII)
# Ids come as text, as numbers, and as floats that went through a careless parser: 3.609578e+06.
_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?([eE]\+?[0-9]{1,2})?", re.ASCII)
_ID_LIMIT = 10**18


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """The notices of a body: one object, or an array of them, whatever its Content-Type says.

    Raises:
        MalformedError: if the body as a whole is no JSON object or array.
    """
    del options
    found = [_judge(position, item, connection) for position, item in enumerate(_items(delivery.body))]
    return Split(
        tuple(each for each in found if isinstance(each, Notice)),
        tuple(each for each in found if isinstance(each, MalformedItem)),
    )


def _items(body: bytes) -> list[Any]:
    if body.lstrip(b" \t\r\n").startswith(b"["):
        return strict_json.parse_items(body)
    item = strict_json.parse(body)
    if not isinstance(item, dict):
        raise MalformedError("body_not_an_object")
    return [item]


def _judge(position: int, item: object, connection: str) -> Notice | MalformedItem:
    try:
        return _notice(item, connection)
    except MalformedError as error:
        return MalformedItem(position, error.reason)


def _notice(item: object, connection: str) -> Notice:
    if isinstance(item, MalformedError):
        raise item
    if not isinstance(item, dict):
        raise MalformedError("item_not_an_object")
    inner = item.get("record")
    record: Mapping[str, Any] = inner if isinstance(inner, dict) else item
    record_type = _record_type(_first(item.get("recordType"), record.get("type")))
    record_id = _record_id(_first(item.get("recordId"), record.get("id")))
    event_type = _event_type(item.get("eventType"))
    return Notice(
        key=RecordKey(connection, _ENTITIES.get(record_type, record_type), record_id),
        notice_id=_notice_id(item, record_type, record_id),
        kind=f"{record_type}/{event_type}",
        occurred_at=_moment(item.get("occurredAt")),
        deleted=event_type == "delete",
    )


def _first(stated: object, otherwise: object) -> object:
    return otherwise if stated is None else stated


def _record_type(value: object) -> str:
    if value is None:
        raise MalformedError("record_type_missing")
    word = value.strip().lower() if isinstance(value, str) else ""
    if not _RECORD_TYPE.fullmatch(word):
        raise MalformedError("record_type_malformed")
    return word


def _record_id(value: object) -> str:
    """The internal id as plain digits: `48211`, 48211, 48211.0 and `4.8211e+04` are the same record."""
    if value is None or value == "":
        raise MalformedError("record_id_missing")
    text = "" if isinstance(value, bool) else str(value).strip()
    if not _NUMBER.fullmatch(text):
        raise MalformedError("record_id_malformed")
    digits = text if text.isdigit() else _plain_digits(text)
    if not 0 < int(digits) < _ID_LIMIT:
        raise MalformedError("record_id_malformed")
    return str(int(digits))


def _plain_digits(text: str) -> str:
    """The digits of a whole number written with a fraction or an exponent."""
    from decimal import Decimal  # noqa: PLC0415 rare, and dear to a cold start

    number = Decimal(text)
    if number >= _ID_LIMIT or number != int(number):
        raise MalformedError("record_id_malformed")
    return str(int(number))


def _event_type(value: object) -> str:
    """What the script says happened; it is for people, so an odd word loses no notice."""
    word = value.strip().lower() if isinstance(value, str) else ""
    return word if _EVENT_TYPE.fullmatch(word) else "unknown"


def _notice_id(item: Mapping[str, Any], record_type: str, record_id: str) -> str:
    """The script's own event id, else a digest over the record's name and all that was said of it."""
    event_id = item.get("eventId")
    if isinstance(event_id, str) and _EVENT_ID.fullmatch(event_id):
        return event_id
    said = f"{record_type}\n{record_id}\n{strict_json.dump(dict(item))}"
    return hashlib.sha256(said.encode()).hexdigest()


def _moment(value: object) -> datetime | None:
    """When the script says it happened; None where it does not say so in a way that names one moment."""
    if not isinstance(value, str):
        return None
    try:
        return parse_moment(value)
    except MalformedError:
        return None
