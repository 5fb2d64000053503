"""Turns a business event of Business Central into a notice (step 1, receive).

Form: https://learn.microsoft.com/en-us/dynamics365/business-central/dev-itpro/developer/business-events-overview. The names in
the payload are those of Microsoft's "AR External Events" (github.com/microsoft/BCApps), in any case: its own samples differ.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import moment_text, parse_moment
from tieout.systems.business_central.ids import Place, Record, guid_of

# Event to its entity and the names under which the id of its record may stand: today's, and that of older versions.
_RECORDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "salesinvoiceposted": ("invoice", ("salesinvoiceapiid", "salesinvoiceid")),
    "salescreditmemoposted": ("credit_memo", ("salescreditmemoapiid", "salescreditmemoid")),
}
# It names the customer and no document: all that was posted shortly before it is looked at.
_PAYMENT = "salespaymentposted"
_BEFORE_PAYMENT = timedelta(minutes=10)
_NAME = re.compile("[a-z0-9]{1,60}", re.ASCII)


def event_notice(event: Mapping[str, Any], connection: str) -> Notice:
    """The notice of an event; one that no entity of ours is posted by names its company and is ignored.

    Raises:
        MalformedError: naming the field that is missing or malformed.
    """
    name = _name(event.get("eventName"))
    company = guid_of(event.get("companyId"), "company_id")
    occurred_at = _moment(event.get("timestamp"))
    entity, record_id = _record(name, company, event.get("payload"), occurred_at)
    said = (name, company, record_id, moment_text(occurred_at))
    return Notice(
        key=RecordKey(connection, entity, record_id),
        notice_id=hashlib.sha256("\n".join(said).encode()).hexdigest(),
        kind=f"businessEvent/{name}",
        occurred_at=occurred_at,
    )


def _record(name: str, company: str, payload: object, occurred_at: datetime) -> tuple[str, str]:
    if name == _PAYMENT:
        return "general_ledger", Place(company, moment_text(occurred_at - _BEFORE_PAYMENT)).text()
    if name not in _RECORDS:
        return name, company
    entity, names = _RECORDS[name]
    fields = {key.lower(): value for key, value in payload.items()} if isinstance(payload, dict) else {}
    stated = next((fields[each] for each in names if each in fields), None)
    return entity, Record(company, guid_of(stated, "record_id")).text()


def _name(value: object) -> str:
    name = value.strip().lower() if isinstance(value, str) else ""
    if not _NAME.fullmatch(name):
        raise MalformedError("event_name_malformed")
    return name


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise MalformedError("timestamp_missing" if value is None else "timestamp_malformed")
    try:
        return parse_moment(value)
    except MalformedError as error:
        raise MalformedError("timestamp_malformed") from error
