"""Turns what Event Mesh delivers into notices, each event judged alone (step 1, receive).

An event says which record changed, and today often more: nothing but the key is used of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tieout.arriving.cloudevents import (
    ATTRIBUTE_PREFIX,
    BATCHED_TYPE,
    CONTENT_TYPE_HEADER,
    FORMAT_UNKNOWN,
    STRUCTURED_TYPE,
    content_type,
    event_name,
    read_events,
)
from tieout.arriving.delivery import Delivery, MalformedItem, Split
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import MalformedError
from tieout.moments import parse_moment
from tieout.systems.sap_s4hana.ids import bare, is_document_number, is_key_part, journal_id, journal_parts
from tieout.systems.sap_s4hana.options import Options

Event = Mapping[str, Any]

_TYPE = re.compile(r"sap\.s4\.beh\.[a-z0-9]{1,60}\.v[0-9]{1,2}\.([A-Za-z0-9]{1,60})\.([A-Za-z0-9]{1,60})\.v[0-9]{1,2}")
_ONE_KEY = {
    "SalesOrder": ("sales_order", "SalesOrder"),
    "BillingDocument": ("billing_document", "BillingDocument"),
    "BusinessPartner": ("business_partner", "BusinessPartner"),
    "Product": ("product", "Product"),
}
_SALES_DOCUMENTS = frozenset({"sales_order", "billing_document"})
_JOURNAL_ENTRY = ("CompanyCode", "FiscalYear", "AccountingDocument")
_SUPPLIER_INVOICE = ("SupplierInvoice", "FiscalYear")
_WITHOUT_TYPE_OF_OURS = "other"


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """The notices of a delivery in the order sent; an event that makes none is a malformed item and loses no neighbour.

    Raises:
        MalformedError: if the body is neither an event nor a batch of them.
    """
    del options
    notices: list[Notice] = []
    malformed: list[MalformedItem] = []
    events = read_events(delivery.body, _headers(delivery), ("binary", "structured", "batched"))
    for position, event in enumerate(events):
        try:
            notices.append(_notice(event, connection))
        except MalformedError as error:
            malformed.append(MalformedItem(position, error.reason))
    return Split(tuple(notices), tuple(malformed))


def _headers(delivery: Delivery) -> Mapping[str, str]:
    """The headers with the mode said: Event Mesh calls an event that states no type of its own plain JSON, or what is configured.

    Raises:
        MalformedError: `content_type_not_understood`, for what is neither JSON nor an event in binary mode.
    """
    headers = delivery.headers
    media_type = content_type(headers.get(CONTENT_TYPE_HEADER, ""))[0]
    is_binary = f"{ATTRIBUTE_PREFIX}specversion" in headers
    if is_binary or media_type.startswith("application/cloudevents"):
        return headers
    if media_type not in {"", "application/json"}:
        raise MalformedError(FORMAT_UNKNOWN)
    is_batch = delivery.body.lstrip(b" \t\r\n").startswith(b"[")
    return {**headers, CONTENT_TYPE_HEADER: BATCHED_TYPE if is_batch else STRUCTURED_TYPE}


def _notice(event: Event | MalformedError, connection: str) -> Notice:
    if isinstance(event, MalformedError):
        raise event
    name = event_name(event)
    found = _TYPE.fullmatch(event["type"])
    subject, happening = (found[1], found[2]) if found else ("", "")
    entity, record_id = _record(subject, event) or _unwanted(subject, name)
    return Notice(
        key=RecordKey(connection, entity, record_id),
        notice_id=name,
        kind=f"{subject}.{happening}" if found else _WITHOUT_TYPE_OF_OURS,
        occurred_at=_occurred_at(event),
        deleted=happening == "Deleted",
    )


def _record(subject: str, event: Event) -> tuple[str, str] | None:
    """Entity and record id of an object whose key is known; None for any other object.

    Raises:
        MalformedError: `key_missing` or `key_malformed`.
    """
    if subject in _ONE_KEY:
        entity, name = _ONE_KEY[subject]
        return entity, _number(event, name, is_document=entity in _SALES_DOCUMENTS)
    if subject == "JournalEntry":
        company, year, document = (_text(event, each) for each in _JOURNAL_ENTRY)
        record_id = journal_id(company, year, document)
        if journal_parts(record_id) is None:
            raise MalformedError("key_malformed")
        return "journal_entry", record_id
    if subject == "SupplierInvoice":
        return "supplier_invoice", "/".join(_number(event, each) for each in reversed(_SUPPLIER_INVOICE))
    return None


def _unwanted(subject: str, name: str) -> tuple[str, str]:
    """The entity of an object no flow carries; nobody knows its key, so it is told apart by the event."""
    entity = f"object:{subject}" if subject else _WITHOUT_TYPE_OF_OURS
    return entity, hashlib.sha256(name.encode()).hexdigest()[:32]


def _number(event: Event, name: str, *, is_document: bool = False) -> str:
    number = bare(_text(event, name))
    if not (is_document_number if is_document else is_key_part)(number):
        raise MalformedError("key_malformed")
    return number


def _text(event: Event, name: str) -> str:
    data = event.get("data")
    value = data.get(name) if isinstance(data, dict) else None
    if value is None or value == "":
        raise MalformedError("key_missing")
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise MalformedError("key_malformed")
    return str(value)


def _occurred_at(event: Event) -> datetime | None:
    """When it happened, in whole seconds: for people, since it orders nothing."""
    stated = event.get("time")
    try:
        return None if stated is None else parse_moment(stated)
    except MalformedError as error:
        raise MalformedError("occurred_at_malformed") from error
