"""The simulated legacy ERP writes each feed as the sandbox declares it, and drops files once it knows where."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from infra.landscape import read_landscape
from sandbox.places import ROOT
from sandbox.systems.joining import JoinedConnection, join_connection
from tieout.files import Checked
from tieout.landscape import Connection
from tieout.systems.legacy_files.files import open_feed

DAY = {"posting_date": "2026-12-31", "currency": "BRL", "cost_centre": "VENDAS"}
SALE = [
    {"company": "BR01", "document": "7", "line": "1", "account": "1100", "amount": "1288.03", **DAY},
    {"company": "BR01", "document": "7", "line": "2", "account": "4000", "amount": "-1288.03", **DAY},
]
BALANCES = [
    {"company": "MX01", "period": "2026-12", "currency": "MXN", "account": "6100", "amount": "250.00"},
    {"company": "MX01", "period": "2026-12", "currency": "MXN", "account": "1100", "amount": "-250.00"},
]
INVOICE = [
    {"company": "BR02", "customer": "C-100", "document": "77", "posting_date": "2026-12-05", "currency": "USD",
     "amount": "-100.00", "local_amount": "-541.20", "local_currency": "BRL"},
]  # fmt: skip
CUSTOMERS = [{"customer": "C-100", "name": "Comércio, Lda.", "country": "BR", "currency": "BRL"}]
FILES: dict[str, tuple[str, list[dict[str, Any]], dict[str, Any]]] = {
    "journals": ("GL_BR01_202612_7.csv", SALE, {"batch": 7, "company": "BR01", "period": "2026-12"}),
    "balances": ("TB_MX01_202612_7.txt", BALANCES, {"batch": 7}),
    "invoices": ("AR_7.csv", INVOICE, {"batch": 7}),
    "customers": ("CUST_7.csv", CUSTOMERS, {"batch": 7}),
}


def connection() -> Connection:
    """The connection of the sandbox that drops files."""
    return read_landscape(ROOT, "sandbox").connection("ledger-latam")


@pytest.fixture(scope="module")
def joined() -> JoinedConnection:
    """A system that writes its feeds."""
    return join_connection(connection(), "")


@pytest.mark.parametrize("feed", FILES)
def test_each_declared_feed_is_read_as_the_simulated_system_writes_it(joined: JoinedConnection, feed: str) -> None:
    """No flaw in a whole file, and its amounts are those it was told of, debit positive."""
    name, rows, stated = FILES[feed]
    content = joined.app.state.system.file(feed, rows, stated)  # type: ignore[attr-defined]
    reader, checked = open_feed(connection(), name), Checked()
    assert reader is not None
    kept = list(reader.rows(name, [content], checked))
    assert checked.flaws.told == []
    assert reader.feed == feed
    expected = [Decimal(row.get("local_amount", row.get("amount", 0))) for row in rows]
    assert [row.amount for row in kept] == expected


@pytest.mark.parametrize("feed", FILES)
def test_a_file_that_is_cut_off_is_not_what_it_says(joined: JoinedConnection, feed: str) -> None:
    """Half of it is no smaller file: each feed has something that gives it away."""
    name, rows, stated = FILES[feed]
    content = joined.app.state.system.file(feed, rows, stated)  # type: ignore[attr-defined]
    reader, checked = open_feed(connection(), name), Checked()
    assert reader is not None
    list(reader.rows(name, [content[: len(content) - 20]], checked))
    assert checked.flaws.told


def test_it_drops_files_where_it_was_told_to(joined: JoinedConnection) -> None:
    """Before the bucket is there it can drop none; what it dropped is shown."""
    system = joined.app.state.system  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="no bucket"):
        system.drop("x.csv", b"1")
    assert joined.open_drop is not None
    bucket: dict[str, bytes] = {}
    joined.open_drop(bucket.__setitem__)
    system.drop("x.csv", b"1")
    assert bucket == {"x.csv": b"1"}
    assert system.dropped() == [{"name": "x.csv", "bytes": 1}]
