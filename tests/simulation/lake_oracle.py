"""What the lake's own queries must answer about a moment: worked out of what the table held then, by nobody else's code."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.simulation.documents import EXPONENTS
from tests.support.lake import queries_of_the_page
from tieout.ledger.table import Item, Key

if TYPE_CHECKING:
    import duckdb

Contents = Mapping[Key, Item]
Rows = Counter[tuple[Any, ...]]
_PAGES_MOMENT = ("'2026-11-25T10:30:40Z'", "'2026-11-25'")


def lake_violations(sql: duckdb.DuckDBPyConnection, held: Contents, moment: datetime) -> Iterator[str]:
    """What SQL says otherwise of a moment than the table did."""
    for title, expected in (
        ("The planning cells as of a moment", _cells(held)),
        ("The facts as of a moment", _facts(held)),
        ("The contributions as of a moment", _contributions(held)),
        ("Whether the contributions add up to the cells", Counter[tuple[Any, ...]]()),
    ):
        answered = Counter(_asked(sql, title, moment))
        if answered != expected:
            differing = (sorted(each, key=str)[:2] for each in (answered - expected, expected - answered))
            yield f"{title}, {moment}: {' instead of '.join(map(str, differing))}"


def ending_violations(sql: duckdb.DuckDBPyConnection, held: Contents) -> Iterator[str]:
    """What SQL says otherwise of outcomes and receipts than the table does at the end, before anything has expired."""
    notices = Counter(
        (key[0].split("#")[1], key[1].split("#")[2], outcome)
        for key, item in held.items()
        if key[0].startswith("OUTCOME#")
        for outcome in _outcomes(item).values()
    )
    counted = {row[:-1]: row[-1] for row in _asked(sql, "What became of the notices")}
    if counted != notices:
        yield f"outcomes are {counted} instead of {notices}"
    receipts = Counter(row[0] for row in _asked(sql, "What was written to planning"))
    kept = Counter(
        {
            key[1].removeprefix("DONE#"): max(1, len(json.loads(item["cells"])["rows"]))
            for key, item in held.items()
            if key[0].startswith("RECEIPT#") and key[1].startswith("DONE#")
        }
    )
    if receipts != kept:
        yield f"receipts are {receipts - kept} instead of {kept - receipts}"
    for table in ("facts", "contributions", "cells", "receipts", "outcomes"):
        query = queries_of_the_page()["Whether every row is merged"].replace("contributions", table)
        if missing := sql.execute(query).fetchall():
            yield f"not every row of {table} is merged: {missing}"
        if sql.execute(f"SELECT row_id FROM {table} GROUP BY row_id HAVING COUNT(*) > 1").fetchall():  # noqa: S608 our own names
            yield f"rows of {table} have the same name"


def _asked(sql: duckdb.DuckDBPyConnection, title: str, moment: datetime | None = None) -> list[tuple[Any, ...]]:
    query = queries_of_the_page()[title]
    if moment is not None:
        for literal, text in zip(
            _PAGES_MOMENT, (f"'{moment:%Y-%m-%dT%H:%M:%SZ}'", f"'{moment:%Y-%m-%d}'"), strict=True
        ):
            assert literal in query
            query = query.replace(literal, text)
    return sql.execute(query).fetchall()


def _cells(held: Contents) -> Rows:
    rows: Rows = Counter()
    for (partition, name), item in held.items():
        if partition.startswith("CELL#") and name == "STATE":
            _, target, intersection = partition.split("#", 2)
            at = dict(json.loads(item["members"]))
            for attribute in item:
                if attribute.startswith("total:"):
                    measure = attribute.split(":", 1)[1]
                    currency = item[f"currency:{measure}"]
                    amounts = (
                        _amount(item.get(f"{each}:{measure}"), currency) for each in ("total", "written", "undone")
                    )
                    place = (target, item["cube"], item["members"], measure, at.get("Time"), at.get("Legal entity"))
                    rows[(*place, currency, *amounts, intersection)] += 1
    return rows


def _contributions(held: Contents) -> Rows:
    rows: Rows = Counter()
    for (partition, name), item in held.items():
        if partition.startswith("CELL#") and name.startswith("PART#"):
            _, target, intersection = partition.split("#", 2)
            currencies = held[partition, "STATE"]
            for measure, minor, rate in json.loads(item["shares"]):
                currency = currencies[f"currency:{measure}"]
                record = name.removeprefix("PART#").split("#", 2)
                amount = _amount(minor, currency)
                rows[target, intersection, measure, *record, amount, currency, rate, item["source_version"]] += 1
    return rows


def _facts(held: Contents) -> Rows:
    rows: Rows = Counter()
    for (partition, _), item in held.items():
        if partition.startswith("FACT#"):
            deflated = item.get("statement_deflated")
            statement = zlib.decompress(deflated).decode() if deflated else item["statement"]
            stated = json.loads(statement)
            dates = [stated[each] for each in ("document_date", "close_date", "day", "renewal_date") if each in stated]
            version = (item["revision"], item["source_version"], item["kind"], stated.get("absence"))
            record = partition.split("#", 3)[1:]
            rows[(*record, *version, dates[0] if dates else None, statement, item.get("held_for"))] += 1
    return rows


def _outcomes(item: Item) -> dict[str, str]:
    named = sorted(name for name in item if name.startswith(("final_", "waiting_")))
    return {name.split("_")[1]: str(item[name]) for name in reversed(named)}


def _amount(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else Decimal(minor).scaleb(-EXPONENTS[currency])
