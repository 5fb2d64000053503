"""Saves, changes, voids, reverses and deletes the account's transactions, keeping every document in balance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.systems.netsuite.books import Books

# record type as scripts name it: (type in SuiteQL, whether it posts)
RECORD_TYPES = {
    "invoice": ("CustInvc", True),
    "creditmemo": ("CustCred", True),
    "customerpayment": ("CustPymt", True),
    "journalentry": ("Journal", True),
    "intercompanyjournalentry": ("Journal", True),
    "advintercompanyjournalentry": ("Journal", True),
    "vendorbill": ("VendBill", True),
    "vendorcredit": ("VendCred", True),
    "salesorder": ("SalesOrd", False),
}
_FIRST_ID = 48200
_PRIMARY_BOOK, _LOCAL_BOOK = 1, 2  # every document is posted in both, in the second with amounts of its own
_ZERO = Decimal(0)
# The table of deleted records calls a type as the SOAP service does.
_DELETED_AS = {
    "creditmemo": "creditMemo",
    "customerpayment": "customerPayment",
    "journalentry": "journalEntry",
    "intercompanyjournalentry": "interCompanyJournalEntry",
    "advintercompanyjournalentry": "advInterCompanyJournalEntry",
    "vendorbill": "vendorBill",
    "vendorcredit": "vendorCredit",
    "salesorder": "salesOrder",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line, debit positive.

    Attributes:
        functional: the amount in the subsidiary's currency, None: by the exchange rate.
        segment: the class, which is a word of Python's.
        eliminate: it is between companies of the group and to be eliminated.
        due_to_from: the subsidiary it is due to or from.
        posts: False for a line the ledger does not count, such as a description.
    """

    account: str
    amount: str
    functional: str | None = None
    subsidiary: str | None = None
    department: str | None = None
    segment: str | None = None
    location: str | None = None
    eliminate: bool = False
    due_to_from: str | None = None
    item: str | None = None
    entity: str | None = None
    posts: bool = True


@dataclass(frozen=True, kw_only=True)
class Document:
    """A transaction as the account's user enters it.

    Attributes:
        period: name or id of the posting period, free of the date.
        unapplied: of a payment, what no invoice took yet, positive.
    """

    id: str
    type: str
    number: str
    date: str
    period: str
    subsidiary: str = "1"
    currency: str = "USD"
    exchange_rate: str = "1"
    entity: str | None = None
    memo: str = ""
    approved: bool = True
    voided: bool = False
    reversal: str | None = None
    unapplied: str | None = None
    lines: tuple[Line, ...] = ()
    last_modified: str = field(default="")  # UTC, ISO 8601


class Documents:
    """The account's transactions, kept as entered and as posted in the books.

    Args:
        books: where they are posted.
        now: the account's clock.
        time_zone: tells the account's zone, in which the books keep the last modification.
    """

    def __init__(self, books: Books, now: Callable[[], datetime], time_zone: Callable[[], str]) -> None:
        self._books = books
        self._now = now
        self._time_zone = time_zone
        self._saved: dict[str, Document] = {}
        self._highest_id = _FIRST_ID

    def all(self) -> list[Document]:
        """Every transaction that has not been deleted, oldest first."""
        return sorted(self._saved.values(), key=lambda document: int(document.id))

    def get(self, document_id: str) -> Document:
        """The transaction with an internal id; `KeyError` where there is none."""
        return self._saved[document_id]

    def create(self, plain: Mapping[str, Any]) -> Document:
        """Save a new transaction.

        Raises:
            ValueError: if it does not balance, or names what does not exist.
        """
        document_id = str(plain.get("id") or self._highest_id + 1)
        stated = {"number": f"{plain.get('type', '')[:3].upper()}{document_id}", **plain, "id": document_id}
        return self._save(_document(stated))

    def edit(self, document_id: str, changes: Mapping[str, Any]) -> Document:
        """Save a transaction with some fields changed; `ValueError` as for `create`."""
        document = self.get(document_id)
        stated = {name: value for name, value in changes.items() if name not in {"id", "type", "lines"}}
        lines = _lines(changes["lines"]) if "lines" in changes else document.lines
        try:
            return self._save(replace(document, **stated, lines=lines))
        except TypeError as error:
            raise ValueError(str(error)) from error

    def void(self, document_id: str) -> Document:
        """Void directly: every amount becomes zero, the transaction and its lines stay."""
        document = self.get(document_id)
        zeroed = tuple(replace(line, amount="0", functional="0") for line in document.lines)
        return self._save(replace(document, lines=zeroed, voided=True, memo="VOID", unapplied=None))

    def void_by_journal(self, document_id: str, date: str, period: str) -> tuple[Document, Document]:
        """Void by a reversing journal, the other account preference: the document keeps its lines and is only marked."""
        journal = self._mirror(self.get(document_id), date, period, memo="Void")
        return self._save(replace(self.get(document_id), voided=True)), self._save(journal)

    def reverse(self, document_id: str, date: str, period: str) -> Document:
        """Reverse a journal into a period; both know each other."""
        journal = self._save(replace(self._mirror(self.get(document_id), date, period), reversal=document_id))
        self._saved[document_id] = replace(self.get(document_id), reversal=journal.id)
        self._books.sql.execute("UPDATE every_transaction SET reversal = ? WHERE id = ?", (journal.id, document_id))
        return journal

    def delete(self, document_id: str) -> Document:
        """Remove a transaction; what it was."""
        document = self._saved.pop(document_id)
        self._unpost(document_id)
        self.note_deletion(document_id, _DELETED_AS.get(document.type, document.type))
        return document

    def note_deletion(self, record_id: str, record_type: str) -> None:
        """Name a record among the deleted ones; ids are counted apart for transactions, entities and items."""
        self._books.insert("deletedrecord", [record_id, record_type, self._wall_clock(), "A. Clerk", "UIF"])

    def functional(self, document: Document) -> list[Decimal]:
        """Each line's amount in its subsidiary's currency; the rounding of the exchange rate goes to the first line."""
        amounts = []
        for line in document.lines:
            if line.functional is not None:
                amounts.append(_decimal(line.functional))
                continue
            precision = self._books.functional_currency(line.subsidiary or document.subsidiary)["currencyprecision"]
            unit = Decimal(1).scaleb(-int(precision))
            product = _decimal(line.amount) * _decimal(document.exchange_rate)
            amounts.append(product.quantize(unit, ROUND_HALF_UP))
        if amounts and all(line.functional is None and line.posts for line in document.lines):
            amounts[0] -= sum(amounts, _ZERO)
        return amounts

    def _mirror(self, document: Document, date: str, period: str, memo: str = "") -> Document:
        """A journal with every amount of a document the other way round."""
        amounts = self.functional(document)
        lines = tuple(
            replace(line, amount=str(-_decimal(line.amount)), functional=str(-amounts[place]))
            for place, line in enumerate(document.lines)
        )
        new_id = str(self._highest_id + 1)
        return replace(
            document, id=new_id, type="journalentry", number=f"JOU{new_id}", date=date, period=period, lines=lines,
            memo=memo, voided=False, unapplied=None,
        )  # fmt: skip

    def _save(self, document: Document) -> Document:
        functional = self.functional(document)
        self._check_balance(document, functional)
        saved = replace(document, last_modified=self._now().isoformat())
        self._unpost(saved.id)
        self._post(saved, functional)
        self._saved[saved.id] = saved
        self._highest_id = max(self._highest_id, int(saved.id))
        return saved

    def _check_balance(self, document: Document, functional: list[Decimal]) -> None:
        """Every document balances in its own currency, and in each functional currency it touches."""
        sums = {"": _ZERO}
        for line, amount in zip(document.lines, functional, strict=True):
            if line.posts:
                currency = self._books.functional_currency(line.subsidiary or document.subsidiary)["symbol"]
                sums[""] += _decimal(line.amount)
                sums[currency] = sums.get(currency, _ZERO) + amount
        if any(sums.values()):
            raise ValueError("the lines do not balance")

    def _unpost(self, document_id: str) -> None:
        self._books.sql.execute("DELETE FROM every_transaction WHERE id = ?", (document_id,))
        for table in ("transactionline", "transactionaccountingline"):
            self._books.sql.execute(f'DELETE FROM {table} WHERE "transaction" = ?', (document_id,))  # noqa: S608 our own names

    def _post(self, document: Document, functional: list[Decimal]) -> None:
        books = self._books
        kind, posts = RECORD_TYPES[document.type]
        posting = "T" if posts and document.approved else "F"
        period = books.id_of("accountingperiod", "periodname", document.period)
        currency = books.id_of("currency", "symbol", document.currency)
        accounts = [books.id_of("every_account", "acctnumber", line.account) for line in document.lines]
        books.insert("every_transaction", [
            document.id, kind, document.type, document.number, document.date, period, posting,
            "T" if document.voided else "F", document.reversal, document.entity, currency, document.memo,
            self._wall_clock(), document.unapplied, _total(document),
        ])  # fmt: skip
        for place, (line, account, amount) in enumerate(zip(document.lines, accounts, functional, strict=True)):
            subsidiary = line.subsidiary or document.subsidiary
            books.insert("transactionline", [
                document.id, place, subsidiary, line.department, line.segment, line.location, line.item, line.entity,
                str(_decimal(line.amount)), "T" if line.eliminate else "F", line.due_to_from,
            ])  # fmt: skip
            unused = self._unused(document, line)
            line_posting = posting if line.posts else "F"
            for book, own in ((_PRIMARY_BOOK, amount), (_LOCAL_BOOK, amount * 2)):
                row = [document.id, place, book, account, line_posting, str(own), unused]
                books.insert("transactionaccountingline", row)

    def _wall_clock(self) -> str:
        return self._now().astimezone(ZoneInfo(self._time_zone())).strftime("%Y-%m-%d %H:%M:%S")

    def _unused(self, document: Document, line: Line) -> str | None:
        """What a payment's receivable line has not been applied with, in the subsidiary's currency."""
        row = self._books.one("SELECT accttype FROM every_account WHERE acctnumber = ?", line.account)
        if document.unapplied is None or row is None or row["accttype"] != "AcctRec":
            return None
        return str((_decimal(document.unapplied) * _decimal(document.exchange_rate)).quantize(Decimal("0.01")))


def _total(document: Document) -> str | None:
    """What a document comes to, credits negative; a journal has no total."""
    if RECORD_TYPES[document.type][0] == "Journal":
        return None
    debits = sum((amount for line in document.lines if (amount := _decimal(line.amount)) > 0), _ZERO)
    return str(-debits if document.type in {"creditmemo", "vendorcredit", "customerpayment"} else debits)


def _document(plain: Mapping[str, Any]) -> Document:
    if plain.get("type") not in RECORD_TYPES:
        raise ValueError("no such record type")
    try:
        return Document(**{**plain, "lines": _lines(plain.get("lines", []))})
    except TypeError as error:
        raise ValueError(str(error)) from error


def _lines(plain: list[dict[str, Any]]) -> tuple[Line, ...]:
    try:
        return tuple(Line(**each) for each in plain)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text} is no amount") from error
