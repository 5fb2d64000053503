"""The addresses by which rows are read over OData: every one across all companies, and none longer than is taken.

https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/data-entities/odata: without `cross-company=true` only the rows of
the caller's own company are answered, and nothing says that others were left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

from tieout.errors import UnreadableRecordError
from tieout.facts.listing import Window
from tieout.systems.dynamics_finance.options import Document, Options

CROSS_COMPANY = "cross-company=true"
PATH = "/data/"
PAGE_ROWS = 200
MOST_ADDRESS_BYTES = 2_000  # IIS, behind which Dynamics runs, takes a query of 2,048 where nobody has changed it
ENTRY_COLUMNS = (
    "dataAreaId", "JournalNumber", "Voucher", "AccountingDate", "DocumentDate", "JournalCategory", "PostingLayer",
    "FiscalYear", "FiscalPeriodName", "FiscalPeriodType", "FiscalPeriodStartDate", "FiscalPeriodEndDate",
    "AccountingCurrencyCode", "ReportingCurrencyCode", "ReversedVoucher", "ReversedAccountingDate", "ModifiedDateTime",
)  # fmt: skip
LINE_COLUMNS = (
    "dataAreaId", "JournalNumber", "EntryRecId", "LedgerAccountDisplayValue", "MainAccountType", "PostingType",
    "TransactionCurrencyCode", "TransactionCurrencyAmount", "AccountingCurrencyAmount", "ReportingCurrencyAmount",
)  # fmt: skip
KEY_COLUMNS = (
    "dataAreaId", "JournalNumber", "Voucher", "AccountingDate", "PostingLayer", "AccountingCurrencyCode",
    "AccountingDebitAmount", "ModifiedDateTime",
)  # fmt: skip


class Query(NamedTuple):
    """What is asked of one entity set.

    Attributes:
        top: how many rows at most; 0: all of them, page by page.
    """

    entity_set: str
    columns: tuple[str, ...]
    condition: str
    order: str
    top: int = 0

    def address(self) -> str:
        """Path and query, percent-encoded."""
        asked = [("$select", ",".join(self.columns)), ("$filter", self.condition), ("$orderby", self.order)]
        asked.append(("$top", str(self.top)) if self.top else ("$count", "true"))
        said = "&".join(f"{name}={quote(value, safe=',')}" for name, value in asked)
        return f"{PATH}{self.entity_set}?{CROSS_COMPANY}&{said}"


def entries(options: Options, company: str, vouchers: Sequence[str]) -> Query:
    """The entries of vouchers, of whatever day."""
    condition = _of_company(company, _any_of("Voucher", vouchers))
    return Query(options.ledger_entries, ENTRY_COLUMNS, condition, "JournalNumber")


def keys_of(options: Options, company: str, vouchers: Sequence[str]) -> Query:
    """The same, by no more than what names them, and says when they were written and what they are worth."""
    return entries(options, company, vouchers)._replace(columns=KEY_COLUMNS)


def lines(options: Options, company: str, journal_numbers: Sequence[str]) -> Query:
    """The lines of entries."""
    condition = _of_company(company, _any_of("JournalNumber", journal_numbers))
    return Query(options.ledger_lines, LINE_COLUMNS, condition, "JournalNumber,EntryRecId")


def documents(document: Document, company: str, vouchers: Sequence[str]) -> Query:
    """The documents that were posted by vouchers."""
    condition = _of_company(company, _any_of(document.voucher, vouchers))
    return Query(document.entity_set, _columns(document), condition, document.voucher)


def document_named(document: Document, company: str, number: str) -> Query:
    """The documents of one number: a supplier's own numbers are no other supplier's."""
    condition = _of_company(company, _any_of(document.number, [number]))
    return Query(document.entity_set, _columns(document), condition, document.voucher)


def keys_found(options: Options, company: str, column: str, numbers: Sequence[str], after: str) -> Query:
    """A page of the entries whose column has one of the numbers, behind a journal number."""
    behind = f" and JournalNumber gt {_text(after)}" if after else ""
    condition = _of_company(company, _any_of(column, numbers)) + behind
    return Query(options.ledger_entries, KEY_COLUMNS, condition, "JournalNumber", PAGE_ROWS)


def changed(options: Options, window: Window, after: tuple[str, str, str] | None) -> Query:
    """A page of the entries written within a window, behind a place in the order of writing, company and number."""
    parts = [f"ModifiedDateTime ge {_moment(window.since)}", f"ModifiedDateTime lt {_moment(window.until)}"]
    if options.companies:
        parts.append(f"({_any_of('dataAreaId', options.companies)})")
    if after is not None:
        moment, company, number = after
        behind = (
            f"dataAreaId gt {_text(company)} or (dataAreaId eq {_text(company)} and JournalNumber gt {_text(number)})"
        )
        parts.append(f"(ModifiedDateTime gt {moment} or (ModifiedDateTime eq {moment} and ({behind})))")
    order = "ModifiedDateTime,dataAreaId,JournalNumber"
    return Query(options.ledger_entries, KEY_COLUMNS, " and ".join(parts), order, PAGE_ROWS)


def in_chunks(values: Sequence[str], query: Callable[[Sequence[str]], Query], base_url: str) -> Iterator[Sequence[str]]:
    """The values in parts whose addresses are not too long.

    Raises:
        UnreadableRecordError: for a value that is too long alone.
    """
    start = 0
    while start < len(values):
        end = start + 1
        while end < len(values) and _length(query(values[start : end + 1]), base_url) <= MOST_ADDRESS_BYTES:
            end += 1
        if end == start + 1 and _length(query(values[start:end]), base_url) > MOST_ADDRESS_BYTES:
            raise UnreadableRecordError("a number is longer than Dynamics can be asked for")
        yield values[start:end]
        start = end


def _columns(document: Document) -> tuple[str, ...]:
    named = (document.number, document.voucher, document.account, document.day)
    return tuple(dict.fromkeys(("dataAreaId", *filter(None, named))))


def _length(query: Query, base_url: str) -> int:
    return len(base_url) + len(query.address())


def _of_company(company: str, condition: str) -> str:
    return f"dataAreaId eq {_text(company)} and ({condition})"


def _any_of(column: str, values: Sequence[str]) -> str:
    return " or ".join(f"{column} eq {_text(each)}" for each in values)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _text(value: str) -> str:
    """A text of OData, in which a quote is written twice."""
    return "'" + value.replace("'", "''") + "'"
