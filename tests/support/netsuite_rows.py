"""Rows as SuiteQL answers them, and what they are translated to."""

from __future__ import annotations

from tieout.arriving.notice import RecordKey
from tieout.facts.documents import PostedDocument
from tieout.facts.statement import Statement
from tieout.systems.netsuite.lines import Books, Rates
from tieout.systems.netsuite.translate import statement

BOOKS = Books(time_zone="America/Los_Angeles", default_currency="USD", group_subsidiary="1", cash_accounts=("1050",))
RATES: Rates = {
    ("214", "3"): {"currency": "USD", "currentrate": "1.0842", "averagerate": "1.0790", "historicalrate": "1.1"},
}
ACCOUNTS = {
    "1100": {"accttype": "AcctRec", "generalrate": "CURRENT"},
    "1000": {"accttype": "Bank", "generalrate": "CURRENT"},
    "1099": {"accttype": "OthCurrAsset", "generalrate": "CURRENT", "specialaccount": "UndepFunds"},
    "1050": {"accttype": "OthCurrAsset", "generalrate": "CURRENT"},
    "2100": {"accttype": "OthCurrLiab", "generalrate": "CURRENT"},
    "3000": {"accttype": "Equity", "generalrate": "HISTORICAL"},
    "4000": {"accttype": "Income", "generalrate": "AVERAGE"},
    "5000": {"accttype": "COGS"},
}


def header(**changes: str | None) -> dict[str, str]:
    """The header row of a posted invoice in euro."""
    row = {
        "id": "48211", "type": "CustInvc", "tranid": "INV10873", "trandate": "2026-04-02", "posting": "T", "voided": "F",
        "memovoid": "F", "entity": "7938", "lastmodified": "2026-03-31T15:41:06", "currency": "EUR",
        "currencyprecision": "2", "period": "214", "periodname": "Mar 2026", "periodstart": "2026-03-01",
        "periodend": "2026-03-31", "isadjust": "F", **changes,
    }  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


def line(place: int, account: str, foreign: str | None, amount: str | None, **changes: str | None) -> dict[str, str]:
    """A posted line."""
    row = {
        "document": "48211", "line": str(place), "subsidiary": "3", "accountid": f"9{account}", "acctnumber": account,
        "functionalcurrency": "EUR", "functionalprecision": "2", "foreignamount": foreign, "amount": amount,
        **ACCOUNTS[account], **changes,
    }  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


INVOICE = [
    line(0, "1100", "11880", "11880"),
    line(1, "4000", "-9900", "-9900", department="7", item="501"),
    line(2, "2100", "-1980", "-1980"),
]


def stated(
    head: dict[str, str],
    rows: list[dict[str, str]],
    entity: str = "invoice",
    rates: Rates = RATES,
    books: Books = BOOKS,
) -> Statement:
    """The statement of a transaction."""
    return statement(RecordKey("netsuite-group", entity, head["id"]), head, rows, rates, books)


def document(
    head: dict[str, str],
    rows: list[dict[str, str]],
    entity: str = "invoice",
    rates: Rates = RATES,
    books: Books = BOOKS,
) -> PostedDocument:
    """The posted document a transaction is."""
    fact = stated(head, rows, entity, rates, books).fact
    assert isinstance(fact, PostedDocument)
    return fact
