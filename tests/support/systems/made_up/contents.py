"""Reads what a payload of the made-up system states: each booking whole, at its own version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.opportunity import Opportunity
from tieout.facts.reading import Content
from tieout.facts.statement import Absence, Statement
from tieout.landscape import Connection
from tieout.money import Money


def read_contents(payload: Payload, connection: Connection) -> Sequence[Content]:
    """Every booking of the array that has an id, in the currency a header names or else the connection's."""
    currency = payload.headers.get("x-made-up-currency", connection.default_currency)
    return [
        Content(key, _reading(key, item, currency), strict_json.dump(item).encode())
        for item in strict_json.parse_items(payload.body)
        if isinstance(item, dict) and isinstance(item.get("id"), str)
        for key in [RecordKey(connection.name, str(item.get("entity", "opportunity")), item["id"])]
    ]


def _reading(key: RecordKey, item: Mapping[str, Any], currency: str) -> Statement | UnreadableRecordError:
    version = str(item.get("version", ""))
    if item.get("deleted"):
        return Statement(key=key, source_version=version, fact=None, absence=Absence.DELETED)
    try:
        amount = Money.parse(str(item["amount"]), currency)
    except (KeyError, MalformedError):
        return UnreadableRecordError("booking amount: not_a_number")
    fact = Opportunity(
        name=item.get("name"),
        amount=amount,
        stage="-/-",
        probability=None,
        close_date=date(2026, 4, 30),
        customer=None,
        product=None,
    )
    return Statement(key=key, source_version=version, fact=fact)
