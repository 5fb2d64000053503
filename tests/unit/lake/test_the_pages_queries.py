from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.lake import lake_of, merge, queries_of_the_page
from tests.support.lake_day import a_day

if TYPE_CHECKING:
    import duckdb


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake of a day on which one deal was changed and one deleted, a moment after 10:30:40."""
    day = a_day()
    day.derive(*day.keep())
    assert day.failures == []
    with lake_of(day.rows.contents(), tmp_path) as connection:
        merge(connection)
        yield connection


def asked(sql: duckdb.DuckDBPyConnection, title: str) -> list[tuple[Any, ...]]:
    """What a query of the page answers."""
    return sql.execute(queries_of_the_page()[title]).fetchall()


def test_every_query_of_the_page_is_asked_here() -> None:
    """A query that stands on the page and is run by nobody may be wrong."""
    asked_here = Path(__file__).read_text(encoding="utf-8")
    assert len(queries_of_the_page()) == 10
    assert [title for title in queries_of_the_page() if f'"{title}"' not in asked_here] == []


def test_cells_as_of_a_moment(sql: duckdb.DuckDBPyConnection) -> None:
    """Two deals stood in one cell then, written; what planning refused is not, and the yen have no decimals."""
    assert [(row[3], *row[4:10]) for row in asked(sql, "The planning cells as of a moment")] == [
        ("Amount", "2026-12", "EMEA", "EUR", Decimal("2000.00"), Decimal("2000.00"), None),
        ("Amount USD", "2026-12", "EMEA", "USD", Decimal("1638.75"), None, None),
        ("Amount", "2026-12", "EMEA", "JPY", Decimal(1467), Decimal(1467), None),
    ]


def test_facts_as_of_a_moment(sql: duckdb.DuckDBPyConnection) -> None:
    """Each as it was stated first, though one has another version by now and one is deleted."""
    rows = asked(sql, "The facts as of a moment")
    assert [(*row[2:7], str(row[7])) for row in rows] == [
        (number, 1, "v1", "Opportunity", None, "2026-12-31") for number in ("1", "2", "3")
    ]


def test_contributions_as_of_a_moment(sql: duckdb.DuckDBPyConnection) -> None:
    """What each deal added then, also what one of them adds no more."""
    rows = asked(sql, "The contributions as of a moment")
    assert sorted((row[5], row[2], row[6], row[7], row[9]) for row in rows) == [
        ("1", "Amount", Decimal("1500.00"), "EUR", "v1"),
        ("1", "Amount USD", Decimal("1638.75"), "USD", "v1"),
        ("2", "Amount", Decimal("500.00"), "EUR", "v1"),
        ("3", "Amount", Decimal(1467), "JPY", "v1"),
    ]


def test_where_a_cell_comes_from(sql: duckdb.DuckDBPyConnection) -> None:
    """By now from one deal, by the notice of its newest version: the other was deleted, and another customer's is no part of it."""
    rows = asked(sql, "Where a cell comes from")
    assert [(row[2], row[3], row[4], row[6], row[7], row[10]) for row in rows] == [
        ("1", Decimal("1200.00"), "EUR", "v2", "n-1-v2", "d-1-v2"),
    ]


def test_how_a_cell_came_to_its_value(sql: duckdb.DuckDBPyConnection) -> None:
    """Every change in its order, the deletion as a tombstone without an amount."""
    rows = asked(sql, "How a cell came to its value")
    assert [(row[3], row[4], row[5]) for row in rows] == [
        ("1", Decimal("1500.00"), False),
        ("2", Decimal("500.00"), False),
        ("1", Decimal("1200.00"), False),
        ("2", None, True),
    ]


def test_contributions_add_up_and_what_does_not_is_named(sql: duckdb.DuckDBPyConnection) -> None:
    """No row; and one as soon as a contribution is lost."""
    assert asked(sql, "Whether the contributions add up to the cells") == []
    sql.execute("DELETE FROM contributions WHERE record_id = '2'")
    ((_, _, measure, total, added),) = asked(sql, "Whether the contributions add up to the cells")
    assert (measure, total, added) == ("Amount", Decimal("2000.00"), Decimal("1500.00"))


def test_what_planning_lacks(sql: duckdb.DuckDBPyConnection) -> None:
    """By the second write all is there; a total of zero is written as one."""
    assert [(row[2], *row[5:]) for row in asked(sql, "Whether planning holds the totals")] == [
        ("Amount", "EUR", Decimal("1200.00"), Decimal("1200.00"), Decimal(0)),
        ("Amount", "JPY", Decimal(1467), Decimal(1467), Decimal(0)),
        ("Amount USD", "USD", Decimal(0), Decimal(0), Decimal(0)),
    ]


def test_what_became_of_notices(sql: duckdb.DuckDBPyConnection) -> None:
    """A notice that waited and was applied later is one that was applied."""
    assert asked(sql, "What became of the notices") == [("hubspot-emea", "forecast_to_plan", "applied", 2)]


def test_what_was_written(sql: duckdb.DuckDBPyConnection) -> None:
    """Each cell of both writes with the value before, and why planning refused it."""
    rows = asked(sql, "What was written to planning")
    assert sorted(((row[0].split("#")[1], row[1], *row[3:8]) for row in rows), key=str) == [
        ("r1", "Amount USD", None, Decimal("1638.75"), "USD", "written", "no such line item"),
        ("r1", "Amount", None, Decimal(1467), "JPY", "written", None),
        ("r1", "Amount", None, Decimal("2000.00"), "EUR", "written", None),
        ("r2", "Amount USD", None, Decimal(0), "USD", "written", None),
        ("r2", "Amount", Decimal("2000.00"), Decimal("1200.00"), "EUR", "written", None),
    ]


def test_rows_that_are_not_merged_are_named(sql: duckdb.DuckDBPyConnection) -> None:
    """None are; and a day of which one is lost says how many there should be."""
    assert asked(sql, "Whether every row is merged") == []
    sql.execute("DELETE FROM contributions WHERE record_id = '3'")
    assert asked(sql, "Whether every row is merged") == [("2026-11-25", 7, 6)]
