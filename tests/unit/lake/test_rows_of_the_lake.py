from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest

from tests.support.lake_day import BEGIN, DIMENSIONS, a_day, derived
from tests.support.table_stream import change_record
from tieout.lake.places import addressed_dimensions
from tieout.lake.rows import intersections_in, rows_by_table
from tieout.lake.tables import EVERY_ROW, LINEAGE, TABLES, Kind, object_key
from tieout.landscape import Dimension, Feed
from tieout.ledger.journal import lines_by_object
from tieout.ledger.plan import Outcome

LATER_NUMBER = 2


def named(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """Some columns of a row."""
    return tuple(row[name] for name in names)


def rows_told(key: tuple[str, str], old: Any, new: Any, by: str | None = None) -> dict[str, list[dict[str, Any]]]:  # noqa: ANN401 items
    """The rows of one change of an item that needs no intersection."""
    record = change_record(key, old, new, LATER_NUMBER, BEGIN) | ({"userIdentity": {"principalId": by}} if by else {})
    ((_, lines),) = lines_by_object([record]).items()
    assert intersections_in(lines) == set()
    return {
        table: [json.loads(line) for line in gzip.decompress(body).splitlines()]
        for table, body in rows_by_table(lines, {}).items()
    }


def fact(**more: object) -> dict[str, Any]:
    """A fact's item."""
    notice = {"notice_id": "n-1", "kind": "invoice/edit", "occurred_at": None, "position": 3, "payload": "payloads/1"}
    lineage = {"delivery_id": "d-1", "flow": "f", "received_at": "r", "recorded_at": "w", "code_version": "c"}
    stated = {"revision": 2, "readings": 5, "source_version": "v7", "outcome": "applied", "kind": "Invoice"}
    return {"mappings": "{}", "notice": json.dumps(notice), **lineage, **stated, **more}


def test_every_row_has_every_column_of_its_table_and_no_other() -> None:
    """In their order, so that any reader of rows agrees with the catalogue."""
    day = derived(a_day())
    for table in TABLES:
        rows = day.rows_of(table.name)
        assert rows, table.name
        for row in rows:
            assert list(row) == [column.name for column in table.columns]


def test_a_row_holds_what_its_column_says() -> None:
    """Amounts are texts of exact decimals, never numbers of JSON; keys, names and numbers are never missing."""
    day = derived(a_day())
    types = {Kind.TEXT: str, Kind.WHOLE: int, Kind.TRUTH: bool, Kind.AMOUNT: str}
    for table in TABLES:
        for row in day.rows_of(table.name):
            for column in table.columns:
                assert row[column.name] is None or type(row[column.name]) is types[column.kind], column.name
                if column.kind is Kind.AMOUNT and row[column.name] is not None:
                    assert str(Decimal(row[column.name])) == row[column.name]
            must = {*table.key, *(column.name for column in EVERY_ROW)}
            assert [name for name in must if row[name] is None] == []


def test_rows_of_an_object_stand_under_its_name() -> None:
    """So a change of the object finds the rows it made before."""
    assert (
        object_key("cells", "journal/date=2026-11-25/103040.jsonl.gz") == "rows/cells/date=2026-11-25/103040.jsonl.gz"
    )


def test_numbers_of_changes_compare_as_texts() -> None:
    """A stream's numbers grow in length; forty digits hold the longest."""
    ((row,),) = rows_told(("FACT#c#e#1", "STATE"), None, fact(statement='{"kind":"Invoice"}')).values()
    assert row["sequence"] == "191".rjust(40, "0")
    assert row["row_id"] == f"{2:032x}/"
    assert row["changed_at"] == "2026-11-25T10:30:20Z"


def test_a_fact_says_what_it_is_and_who_said_so() -> None:
    """Its date, its accounting period as the ERP names it, and its lineage."""
    statement = {"document_date": "2026-10-31", "posting_period": {"period_id": "9", "name": "Oct 2026"}}
    ((row,),) = rows_told(("FACT#c#e#1#2", "STATE"), None, fact(statement=json.dumps(statement))).values()
    assert named(row, "connection", "entity", "record_id") == ("c", "e", "1#2")
    assert named(row, "revision", "readings", "source_version", "outcome", "kind") == (2, 5, "v7", "applied", "Invoice")
    assert named(row, "event_date", "posting_period", "amount", "currency") == ("2026-10-31", "Oct 2026", None, None)
    lineage = ("n-1", "invoice/edit", None, 3, "payloads/1", "d-1", "f", "r", "w", "c")
    assert named(row, *(column.name for column in LINEAGE)) == lineage
    assert named(row, "absence", "held_for", "mappings", "is_removed", "is_expired") == (None, None, "{}", False, False)
    assert json.loads(row["statement"]) == statement


@pytest.mark.parametrize(
    ("statement", "date"),
    [
        ({"close_date": "2026-12-01", "renewal_date": "2027-01-01"}, "2026-12-01"),
        ({"day": "2026-12-02"}, "2026-12-02"),
        ({"renewal_date": "2027-01-01"}, "2027-01-01"),
        ({}, None),
    ],
)
def test_a_facts_date_is_the_one_its_family_has(statement: dict[str, str], date: str | None) -> None:
    """Deals close, orders have a day, contracts are renewed, and some facts have no date of their own."""
    ((row,),) = rows_told(("FACT#c#e#1", "STATE"), None, fact(statement=json.dumps(statement))).values()
    assert row["event_date"] == date


@pytest.mark.parametrize(
    ("stated", "amount", "currency"),
    [
        ("-1500.00 EUR", "-1500.00", "EUR"),
        ("15 JPY", "15", "JPY"),
        ("1500.00 eur", None, None),
        ("x 1 EUR", None, None),
    ],
)
def test_what_a_fact_as_a_whole_is_worth(stated: str, amount: str | None, currency: str | None) -> None:
    """The digits and the currency that were stated, and nothing where that is no amount."""
    item = fact(statement=json.dumps({"amount": stated}))
    ((row,),) = rows_told(("FACT#c#e#1", "STATE"), None, item).values()
    assert named(row, "amount", "currency") == (amount, currency)


def test_a_long_statement_is_read_whole() -> None:
    """The ledger deflates what is long, and the journal writes bytes as base64."""
    text = json.dumps({"kind": "Invoice", "lines": ["x"] * 100})
    deflated = {"statement_deflated": zlib.compress(text.encode())}
    assert b64encode(deflated["statement_deflated"])
    ((row,),) = rows_told(("FACT#c#e#1", "STATE"), None, fact(**deflated)).values()
    assert row["statement"] == text


def test_names_stand_in_rows_as_they_were_stated() -> None:
    """Whoever looks into an object of rows can read what a customer is called."""
    key, stated = ("FACT#c#e#1", "STATE"), json.dumps({"name": "Kötbullar Åsa"}, ensure_ascii=False)
    ((_, lines),) = lines_by_object([change_record(key, None, fact(statement=stated), LATER_NUMBER, BEGIN)]).items()
    assert "Kötbullar Åsa" in gzip.decompress(rows_by_table(lines, {})["facts"]).decode()


def test_a_deletion_in_the_source_is_no_removal_in_the_ledger() -> None:
    """The record is known, and known to be gone."""
    item = fact(statement='{"absence":"deleted"}', kind="deleted", held_for='["c","t","k"]')
    ((row,),) = rows_told(("FACT#c#e#1", "STATE"), fact(statement="{}"), item).values()
    assert named(row, "kind", "absence", "is_removed", "held_for") == ("deleted", "deleted", False, '["c","t","k"]')


def test_contributions_that_end_leave_tombstones() -> None:
    """A measure that a fact adds to no more, and a fact that adds to nothing, each by the cell it was about."""
    rows = derived(a_day()).rows_of("contributions")
    ended = [row for row in rows if row["is_removed"]]
    assert sorted(named(row, "record_id", "measure", "amount", "currency") for row in ended) == [
        ("1", "Amount USD", None, "USD"),
        ("2", "Amount", None, "EUR"),
    ]
    assert [row["is_expired"] for row in ended] == [False, False]
    assert len(rows) == 7


def test_a_row_of_a_cell_says_where_in_planning_it_stands() -> None:
    """Cube, members, period and company, whatever planning calls their dimensions."""
    row = derived(a_day()).rows_of("cells")[0]
    assert named(row, "target", "planning_cube", "measure", "period", "legal_entity") == (
        *("anaplan", "Pipeline", "Amount", "2026-12", "EMEA"),
    )
    assert json.loads(row["members"]) == [["Customer", "ACME"], ["Legal entity", "EMEA"], ["Time", "2026-12"]]
    assert named(row, "total", "currency", "written", "undone", "refused_reason") == (
        "1500.00",
        "EUR",
        None,
        None,
        None,
    )
    assert named(row, "is_doubted", "generation", "dirty_since") == (False, 1, "2026-11-25T10:30:20.000Z")


def test_a_cell_says_what_planning_was_given_and_what_it_refused() -> None:
    """After the first write, of which one measure was refused."""
    rows = derived(a_day()).rows_of("cells")
    after = [
        row for row in rows if row["last_receipt"] and row["last_receipt"].endswith("#r1") and row["generation"] == 2
    ]
    assert [named(row, "measure", "total", "written", "refused_reason", "written_at") for row in after] == [
        ("Amount", "2000.00", "2000.00", None, "2026-11-25T10:30:30.000Z"),
        ("Amount USD", "1638.75", None, "no such line item", "2026-11-25T10:30:30.000Z"),
    ]


def test_a_receipt_is_open_then_done_and_its_opening_is_struck() -> None:
    """Both states have rows of their own, so that striking the one does not strike the other."""
    rows = [row for row in derived(a_day()).rows_of("receipts") if row["receipt"].endswith("#r2")]
    amounts = [row for row in rows if row["measure"] == "Amount"]
    assert sorted(named(row, "state", "is_removed", "amount_before") for row in amounts) == [
        ("done", False, "2000.00"),
        ("open", False, "2000.00"),
        ("open", True, "2000.00"),
    ]
    (done,) = (row for row in amounts if row["state"] == "done")
    assert named(done, "ending", "answer", "reference", "asked_by", "undoes") == (
        "written",
        "2 sent",
        "job-1",
        None,
        None,
    )
    assert named(done, "opened_at", "closed_at") == ("2026-11-25T10:30:45.000Z", "2026-11-25T10:30:45.000Z")
    assert named(done, "amount_after", "currency", "period", "is_doubtful") == ("1200.00", "EUR", "2026-12", False)
    assert done["before_is"] == "last given"


def test_a_receipt_about_no_cell_is_told_all_the_same() -> None:
    """Nothing vanishes because there is nothing to list."""
    key = ("RECEIPT#anaplan", "DONE#2026-11-25T10:00:00.000Z#r9")
    item = {
        "cells": '{"measures":[],"rows":[]}',
        "end": "undo",
        "answer": "0 cells restored",
        "by": "ann",
        "undoes": "r1",
    }
    ((row,),) = rows_told(key, None, item).values()
    assert named(row, "target", "receipt", "state", "ending", "asked_by", "undoes") == (
        *("anaplan", "2026-11-25T10:00:00.000Z#r9", "done", "undo", "ann", "r1"),
    )
    assert named(row, "measure", "currency", "closed_at") == (None, None, None)
    assert named(row, "row_id", "is_removed") == (f"{LATER_NUMBER:032x}/", False)
    ((struck,),) = rows_told(key, item, None).values()
    assert struck["is_removed"] is True


def test_an_outcome_is_told_once_for_each_that_it_was() -> None:
    """Of a delivery with many notices only those whose outcome changed."""
    rows = derived(a_day()).rows_of("outcomes")
    assert [named(row, "delivery_id", "flow", "notice_position", "outcome", "is_removed") for row in rows] == [
        ("d-1-v1", "forecast_to_plan", 0, "applied", False),
        ("d-1-v1", "forecast_to_plan", 1, "held", False),
        ("d-1-v1", "forecast_to_plan", 1, "applied", False),
    ]
    assert {named(row, "connection", "received_at") for row in rows} == {("hubspot-emea", "2026-11-25T10:30:20.000Z")}


@pytest.mark.parametrize(("by", "is_expired"), [("dynamodb.amazonaws.com", True), (None, False), ("somebody", False)])
def test_what_expires_is_told_apart_from_what_is_removed(by: str | None, is_expired: bool) -> None:  # noqa: FBT001 a case
    """Whoever counts the past leaves the tombstones of retention out."""
    key = ("OUTCOME#c#2026-11-25", "2026-11-25T10:00:00.000Z#d-1#f")
    item = {"final_0": "applied", "waiting_2": "held"}
    (rows,) = rows_told(key, item, None, by).values()
    assert [named(row, "notice_position", "outcome", "is_removed", "is_expired") for row in rows] == [
        (0, "applied", True, is_expired),
        (2, "held", True, is_expired),
    ]


@pytest.mark.parametrize("key", [("MAP#c#t", "k"), ("HELD#x", "y"), ("TARGET#a", "STATE"), ("CELL#a#1", "LATE#c#e#1")])
def test_other_items_have_no_rows(key: tuple[str, str]) -> None:
    """The journal keeps them; no table shows them."""
    assert rows_told(key, None, {"member": "M", "cells": "x"}) == {}


def test_which_dimensions_have_columns_of_their_own() -> None:
    """Those that show the period or the company, in whichever feed, by whatever name."""
    shown = {"Time": "period", "Year": "period", "Company": "legal_entity", "Customer": "customer", "Version": ""}
    dimensions = tuple(Dimension(name=name, attribute=attribute) for name, attribute in shown.items())
    feeds = [
        Feed(name=str(some), facts=(), cube="C", sign=1, rates="average", where={}, measures=(), dimensions=some)
        for some in (dimensions[:2], dimensions[2:])
    ]
    assert addressed_dimensions(feeds) == {"Time": "period", "Year": "period", "Company": "legal_entity"}
    assert set(DIMENSIONS.values()) == {"period", "legal_entity"}


def test_a_day_has_what_the_other_tests_take_for_granted() -> None:
    """A scene without changes of every kind would prove nothing."""
    day = a_day()
    assert {record["eventName"] for record in day.stream} == {"INSERT", "MODIFY", "REMOVE"}
    assert len(day.keep()) == 3
    assert Outcome.HELD in {Outcome(row["outcome"]) for row in derived(day).rows_of("outcomes")}
