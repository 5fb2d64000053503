"""Feeds of a made-up legacy ERP as a landscape declares them, and what its files say when they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tieout.files import Checked, Flaw, KeptRow
from tieout.landscape import Connection
from tieout.systems.legacy_files.files import open_feed

NAME = "ledger-latam"

JOURNALS: Mapping[str, Any] = {
    "name": "journals",
    "files": r"GL_(?P<company>[A-Z0-9]+)_(?P<period>[0-9]{6})_(?P<batch>[0-9]+)\.csv",
    "entity": "journal_entry",
    "fact": "JournalEntry",
    "delimiter": ";",
    "encoding": "cp1252",
    "key": ["company", "document"],
    "amounts": {"decimal": ",", "grouping": ".", "negative": "trailing"},
    "dates": "DD.MM.YYYY",
    "signs": "flag",
    "debit_flags": ["S", ""],
    "credit_flags": ["H"],
    "header": {"mark": "H", "columns": ["company", "period", "batch", "rerun"]},
    "detail": {
        "mark": "D",
        "columns": [
            "company",
            "document",
            "line",
            "account",
            "cost_centre",
            "posting_date",
            "currency",
            "flag",
            "amount",
            "",
        ],
    },
    "trailer": {"mark": "T", "columns": ["count", "debit", "credit"]},
    "account_classes": {"1": "asset", "2": "liability", "4": "income", "6": "expense", "61": "asset"},
    "account_roles": {"1100": "receivable"},
}

BALANCES: Mapping[str, Any] = {
    "name": "balances",
    "files": r"TB_(?P<company>[A-Z0-9]+)_(?P<period>[0-9]{6})_(?P<batch>[0-9]+)\.txt",
    "entity": "journal_entry",
    "fact": "JournalEntry",
    "form": "fixed",
    "key": ["company", "period", "account"],
    "amounts": {"negative": "overpunch", "implied_decimals": 2},
    "detail": {"columns": ["company", "period", "account", "amount"], "widths": [4, 6, 8, 15]},
    "balanced": "company",
    "replaces": "period",
    "account_classes": {"": "expense"},
}

TO_DATE: Mapping[str, Any] = {
    **BALANCES,
    "name": "to_date",
    "files": r"YTD_(?P<company>[A-Z0-9]+)_(?P<period>[0-9]{6})_(?P<batch>[0-9]+)\.txt",
    "amounts_are": "to_date",
}

INVOICES: Mapping[str, Any] = {
    "name": "invoices",
    "files": r"AR_(?P<batch>[0-9]+)\.csv",
    "entity": "invoice",
    "fact": "Invoice",
    "encoding": "utf-8-sig",
    "titles": ["Customer", "Document", "Date", "Currency", "Net", "Net local", "Local"],
    "key": ["document"],
    "signs": "credit_positive",
    "account": "4000",
    "detail": {
        "columns": ["customer", "document", "posting_date", "currency", "amount", "local_amount", "local_currency"]
    },
    "one_period": False,
    "balanced": "nothing",
    "account_classes": {"4": "income"},
}

CUSTOMERS: Mapping[str, Any] = {
    "name": "customers",
    "files": r"CUST_(?P<batch>[0-9]+)\.csv",
    "entity": "customer",
    "fact": "Customer",
    "titles": ["Number", "Name", "Country", "Currency"],
    "key": ["customer"],
    "detail": {"columns": ["customer", "name", "country", "currency"]},
    "one_period": False,
    "balanced": "nothing",
    "replaces": "feed",
}

FEEDS = (JOURNALS, BALANCES, INVOICES)


def legacy_connection(*feeds: Mapping[str, Any]) -> Connection:
    """A connection with some feeds, or with all three."""
    return Connection(
        name=NAME,
        system="legacy_files",
        legal_entity="LATAM",
        time_zone="America/Sao_Paulo",
        default_currency="BRL",
        completion="payload",
        options={"feeds": [dict(each) for each in feeds or FEEDS]},
    )


def entry(document: str, *lines: tuple[str, str], company: str = "BR01", day: date = date(2026, 3, 31)) -> list[Any]:
    """The rows of a journal entry: account and amount of each line, debit positive."""
    return [
        {
            "company": company,
            "document": document,
            "line": str(number),
            "account": account,
            "cost_centre": "CC1",
            "posting_date": day,
            "currency": "BRL",
            "amount": Decimal(amount),
        }
        for number, (account, amount) in enumerate(lines, 1)
    ]


def balance(account: str, amount: str, *, company: str = "BR01", period: tuple[int, int] = (2026, 3)) -> dict[str, Any]:
    """The row of an account in a trial balance."""
    return {"company": company, "period": period, "account": account, "amount": Decimal(amount)}


def read_file(
    feed: Mapping[str, Any], name: str, content: bytes, *, chunk_bytes: int = 7
) -> tuple[list[KeptRow], Checked]:
    """The rows of a file that comes in pieces, and what the reading found."""
    reader, checked = open_feed(legacy_connection(feed), name), Checked()
    assert reader is not None, "the name is of no feed"
    return list(reader.rows(name, _pieces(content, chunk_bytes), checked)), checked


def flaws_of(feed: Mapping[str, Any], name: str, content: bytes) -> Sequence[Flaw]:
    """What is wrong with a file."""
    _, checked = read_file(feed, name, content)
    assert (checked.stated is None) == bool(checked.flaws), "a flawed file says nothing of itself"
    return checked.flaws.told


def _pieces(content: bytes, size: int) -> Iterator[bytes]:
    for begin in range(0, len(content), size):
        yield content[begin : begin + size]
