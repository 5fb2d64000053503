"""Posts documents to the general ledger and what stands beside it; what is posted stays, and is reversed by another entry."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sandbox.systems.dynamics_finance.books import Books
from sandbox.systems.dynamics_finance.documents import KINDS, Document, Line, decimal_of

_FIRST_RECORD = 68_719_476_736
_CENT = Decimal("0.01")
_ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A document after it was posted.

    Attributes:
        document: with everything it was given: voucher, number, batch.
        journal_number: of its entry.
        total: what its party owes by it, in the company's currency.
    """

    document: Document
    journal_number: str
    total: Decimal


class Posting:
    """The companies' ledgers.

    Args:
        books: where they stand.
        now: the environment's clock, which stamps entries to the second.
    """

    def __init__(self, books: Books, now: Callable[[], datetime]) -> None:
        self._books = books
        self._now = now
        self._given: Counter[str] = Counter()

    def post(self, document: Document) -> Posted:
        """Post a document.

        Raises:
            ValueError: if it does not balance, or names what does not exist.
        """
        kind = KINDS[document.kind]
        full = replace(
            document,
            voucher=document.voucher or self._next(kind.voucher),
            number=document.number or (self._next(kind.number) if kind.number else ""),
            batch=document.batch or self._next("", 5),
        )
        amounts = self._amounts(full)
        try:
            journal_number = self._write(full, amounts)
        except (KeyError, sqlite3.Error) as error:
            raise ValueError(f"no {error}") from error
        owed = [amounts[place][0] for place, line in enumerate(full.lines) if self._is_balance(line)]
        total = sum(owed, _ZERO)
        if kind.table:
            row = [full.company, full.number, full.voucher, full.date, full.party, full.currency, str(total)]
            self._books.insert(kind.table, row)
        return Posted(document=full, journal_number=journal_number, total=total)

    def reverse(self, company: str, voucher: str, date: str, *, same_voucher: bool = False) -> Posted:
        """Post every amount of a voucher the other way round, under its own number where asked, as some journals do.

        Raises:
            KeyError: where there is no such voucher.
        """
        entry = self._books.one("SELECT * FROM posted_entry WHERE data_area_id = ? AND voucher = ?", company, voucher)
        rows = self._books.sql.execute("SELECT * FROM posted_line WHERE journal_number = ?", [entry["journal_number"]])
        kind, party = self._reversed_as(company, voucher)
        document = Document(
            kind=kind,
            party=party,
            company=company,
            date=date,
            voucher=voucher if same_voucher else "",
            layer=entry["layer"],
            exchange_rate="1",  # every amount is stated: nothing is converted once more
            reporting_rate="1",
            reversed_voucher=voucher,
            reversed_date=entry["accounting_date"],
            lines=tuple(_mirror(row) for row in rows),
        )
        return self.post(document)

    def correct(self, company: str, voucher: str, amount: str) -> None:
        """Give the two lines of a voucher another amount and stamp, as only a repair of the data can; `KeyError`: none."""
        entry = self._books.one("SELECT * FROM posted_entry WHERE data_area_id = ? AND voucher = ?", company, voucher)
        number = entry["journal_number"]
        rows = self._books.sql.execute("SELECT rec_id FROM posted_line WHERE journal_number = ?", [number]).fetchall()
        for row, value in zip(rows, (decimal_of(amount), -decimal_of(amount)), strict=True):
            statement = (
                "UPDATE posted_line SET amount = ?, accounting_amount = ?, reporting_amount = ? WHERE rec_id = ?"
            )
            self._books.sql.execute(statement, [str(value)] * 3 + [row["rec_id"]])
        self._books.sql.execute(
            "UPDATE posted_entry SET modified = ? WHERE journal_number = ?", [self._stamp(), number]
        )

    def archive(self, company: str, voucher: str) -> None:
        """Take a voucher out of the live tables, as archiving does; `KeyError` where there is none."""
        entry = self._books.one("SELECT * FROM posted_entry WHERE data_area_id = ? AND voucher = ?", company, voucher)
        for table in ("posted_line", "posted_entry"):
            self._books.sql.execute(f"DELETE FROM {table} WHERE journal_number = ?", [entry["journal_number"]])  # noqa: S608 our own names

    def _amounts(self, document: Document) -> list[tuple[Decimal, Decimal]]:
        """What each line is worth in the company's and in the reporting currency; the rounding goes to the first line."""
        company = self._company(document.company)
        own, reporting = company["accounting_currency"], company["reporting_currency"]
        rate = self._rate(document.exchange_rate, document.currency, own)
        onwards = self._rate(document.reporting_rate, own, reporting)
        accounting = [
            _stated(line.accounting, decimal_of(line.amount) * (rate if line.currency is None else _ZERO))
            for line in document.lines
        ]
        _settle(accounting, [line.accounting for line in document.lines])
        group = [
            _stated(line.reporting, amount * onwards) for line, amount in zip(document.lines, accounting, strict=True)
        ]
        _settle(group, [line.reporting for line in document.lines])
        if sum(accounting) or sum(group) or not accounting:
            raise ValueError("the lines do not balance")
        return list(zip(accounting, group, strict=True))

    def _write(self, document: Document, amounts: Sequence[tuple[Decimal, Decimal]]) -> str:
        period = self._period(document)
        journal_number = f"{document.company.upper()}-{self._next('', 9)}"
        accounts = [self._books.one("SELECT * FROM main_account WHERE id = ?", line.account) for line in document.lines]
        self._books.insert("posted_entry", [
            journal_number, document.company, document.voucher, document.date, document.document_date, document.batch,
            KINDS[document.kind].category, document.layer, period["fiscal_year"], period["name"],
            document.reversed_voucher, document.reversed_date, self._stamp(),
        ])  # fmt: skip
        for line, account, (accounting, reporting) in zip(document.lines, accounts, amounts, strict=True):
            self._given["record"] += 1
            self._books.insert("posted_line", [
                _FIRST_RECORD + self._given["record"], journal_number, line.account, line.display_value(),
                line.posting_type or account["posting_type"], line.currency or document.currency,
                str(decimal_of(line.amount)), str(accounting), str(reporting),
            ])  # fmt: skip
        return journal_number

    def _period(self, document: Document) -> sqlite3.Row:
        if document.period:
            statement = "SELECT * FROM fiscal_period WHERE name = ? AND fiscal_year = ?"
            return self._books.one(statement, document.period, document.date[:4])
        statement = "SELECT * FROM fiscal_period WHERE type = ? AND ? BETWEEN start_date AND end_date"
        return self._books.one(statement, KINDS[document.kind].period_type, document.date)

    def _reversed_as(self, company: str, voucher: str) -> tuple[str, str]:
        """The kind of what reverses a voucher, and its party: a customer's payment is reversed by one, all else by a journal."""
        try:
            statement = "SELECT account FROM customer_transaction WHERE data_area_id = ? AND voucher = ?"
            return "customer_payment", str(self._books.one(statement, company, voucher)["account"])
        except KeyError:
            return "journal", ""

    def _is_balance(self, line: Line) -> bool:
        """Whether a line says what a customer or a supplier owes."""
        account = self._books.one("SELECT * FROM main_account WHERE id = ?", line.account)
        return (line.posting_type or account["posting_type"]) in {"CustBalance", "VendBalance"}

    def _company(self, company: str) -> sqlite3.Row:
        try:
            return self._books.one("SELECT * FROM company WHERE data_area_id = ?", company)
        except KeyError as error:
            raise ValueError(f"no company {error}") from error

    def _rate(self, stated: str | None, currency: str, to: str) -> Decimal:
        if stated is not None or currency == to:
            return decimal_of(stated or "1")
        statement = "SELECT rate FROM exchange_rate WHERE from_currency = ? AND to_currency = ?"
        try:
            return decimal_of(self._books.one(statement, currency, to)["rate"])
        except KeyError as error:
            raise ValueError(f"no rate {error}") from error

    def _stamp(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _next(self, prefix: str, digits: int = 6) -> str:
        self._given[f"{prefix}/{digits}"] += 1
        number = f"{self._given[f'{prefix}/{digits}']:0{digits}d}"
        return f"{prefix}-{number}" if prefix else number


def _stated(text: str | None, otherwise: Decimal) -> Decimal:
    return decimal_of(text) if text is not None else otherwise.quantize(_CENT, ROUND_HALF_UP)


def _settle(amounts: list[Decimal], stated: Sequence[str | None]) -> None:
    """Let the first line bear what rounding leaves over, where nobody stated an amount."""
    rest = sum(amounts, _ZERO)
    if amounts and abs(rest) <= _CENT * len(amounts) and all(each is None for each in stated):
        amounts[0] -= rest


def _mirror(row: sqlite3.Row) -> Line:
    account, business_unit, cost_centre, partner = row["display_value"].split("-")
    return Line(
        account=account,
        amount=str(-decimal_of(row["amount"])),
        currency=row["currency"],
        accounting=str(-decimal_of(row["accounting_amount"])),
        reporting=str(-decimal_of(row["reporting_amount"])),
        business_unit=business_unit,
        cost_centre=cost_centre,
        partner=partner,
        posting_type=row["posting_type"],
    )
