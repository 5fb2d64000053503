from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.legacy_feeds import read_file

if TYPE_CHECKING:
    import pytest

FEED: Mapping[str, Any] = {
    "name": "plain",
    "files": r"P_(?P<batch>[0-9]+)\.csv",
    "entity": "journal_entry",
    "fact": "JournalEntry",
    "titles": ["doc", "acc", "day", "amount"],
    "delimiter": ";",
    "key": ["document"],
    "dates": "DD.MM.YYYY",
    "amounts": {"decimal": ",", "grouping": "."},
    "detail": {"columns": ["document", "account", "posting_date", "amount"]},
    "one_period": False,
    "balanced": "nothing",
    "account_classes": {"": "expense"},
}
ROW: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "document": st.integers(0, 10**6).map("D{:07d}".format),
        "account": st.sampled_from(["0100", "4;000", '6"1']),
        "posting_date": st.dates(min_value=date(1901, 1, 1)),
        "amount": st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    }
)


@given(rows=st.lists(ROW, min_size=1, max_size=20, unique_by=lambda row: row["document"]))
@settings(max_examples=15)
def test_counts_and_totals_are_those_an_independent_reader_finds(
    rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """DuckDB reads the same file by the same declaration and adds up the same debits and credits, by account too."""
    content = write_file(FEED, rows, Dropped(batch=1))
    path: Path = tmp_path_factory.mktemp("duck") / "P_1.csv"
    path.write_bytes(content)
    kept, checked = read_file(FEED, "P_1.csv", content)
    stated = checked.stated
    assert stated is not None
    amount = "replace(replace(amount, '.', ''), ',', '.')::DECIMAL(38,2)"
    source = f"read_csv('{path}', delim=';', header=true, all_varchar=true, quote='\"', escape='\"')"
    of_debits, of_credits = "sum(a) FILTER (a > 0)", "-sum(a) FILTER (a < 0)"
    sums = f"SELECT count(*), coalesce({of_debits}, 0), coalesce({of_credits}, 0) FROM (SELECT {amount} AS a FROM {source})"  # noqa: S608 a path of ours
    ((count, debit, credit),) = duckdb.execute(sums).fetchall()
    assert (stated.rows, stated.debit, stated.credit) == (count, debit, credit)
    grouped = f"SELECT acc, sum({amount}) FROM {source} GROUP BY acc"  # noqa: S608 a path of ours
    by_account = duckdb.execute(grouped).fetchall()
    ours: dict[str, Decimal] = {}
    for row in kept:
        ours[row.texts[1]] = ours.get(row.texts[1], Decimal(0)) + row.amount
    assert ours == dict(by_account)
