"""The queries by which Zuora is asked for what has changed, in SQL of Data Query, and the rows that their files hold; pure.

A file has a JSON object on each line. Moments are asked for in UTC, since they would come in the tenant's zone without saying
which.
https://docs.zuora.com/en/zuora-platform/data/data-query/overview-of-data-query
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple

from tieout.facts.listing import Window


class Table(NamedTuple):
    """One kind of object, as Data Query has it.

    Attributes:
        name: of the table.
        key: the column by which its records are named, and in whose order they come.
        amount: what a record is worth, without taxes.
        day: the day it counts from.
        narrowed: what is asked of its rows besides.
    """

    name: str
    key: str
    amount: str
    day: str
    narrowed: str = ""


TABLES: Mapping[str, Table] = MappingProxyType(
    {
        # A row is a version: one that is deleted was undone. That nothing is left of a subscription a census finds by its number.
        "subscription": Table(
            "subscription", "name", "cmrr", "subscriptionstartdate", "islatestversion = TRUE AND deleted = FALSE AND "
        ),
        "invoice": Table("invoice", "id", "amountwithouttax", "invoicedate"),
        "credit_memo": Table("creditmemo", "id", "totalamountwithouttax", "memodate"),
        "debit_memo": Table("debitmemo", "id", "totalamountwithouttax", "memodate"),
        "payment": Table("payment", "id", "amount", "effectivedate"),
        "refund": Table("refund", "id", "amount", "refunddate"),
    }
)


def query_of(table: Table, window: Window, after: str) -> str:
    """What is asked: the records last changed within a window, deleted ones included, behind the one of that name."""
    behind = f" AND {table.key} > '{after}'" if after else ""
    return (
        f"SELECT {table.key} AS id, status, currency, {table.amount} AS amount, {table.day} AS day, "  # noqa: S608 all of it is ours
        f"to_iso8601(at_timezone(updateddate, 'UTC')) AS updated, deleted FROM {table.name} "
        f"WHERE {table.narrowed}updateddate >= {_moment(window.since)} AND updateddate < {_moment(window.until)}{behind} "
        f"ORDER BY {table.key}"
    )


def _moment(moment: datetime) -> str:
    return f"TIMESTAMP '{moment.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'milliseconds')} UTC'"
