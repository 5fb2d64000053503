"""What documents of a company's books come to: kinds, amounts, periods and dimensions, each worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.business_central_books import ACME, IBERIA, LUSITANIA, PAPER, BooksOfCompanies, document_key
from tests.support.business_central_documents import document, functional, stated, transaction
from tieout.arriving.notice import RecordKey
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.facts.documents import Bill, CreditMemo, DocumentState, Invoice, JournalEntry, Payment, PostedDocument
from tieout.facts.statement import Absence, Statement
from tieout.periods import PostingPeriod


def test_an_invoice_is_its_entries_with_the_customer_of_its_sales_invoice() -> None:
    """1,000.00 net and 210.00 VAT: debtors 1,210.00, revenue -1,000.00, VAT -210.00."""
    books = BooksOfCompanies()
    books.post(
        "PS-INV1",
        ("13100", "1210.00"),
        ("40100", "-1000.00"),
        ("22400", "-210.00"),
        dimensions={"DEPARTMENT": "SALES", "BUSINESSGROUP": "HOME", "AREA": "70"},
    )
    books.sold("PS-INV1", "1210.00")
    found = stated(books, document_key("PS-INV1"))
    fact = found.fact
    assert isinstance(fact, Invoice)
    assert functional(fact) == [("13100", "1210.00 EUR"), ("40100", "-1000.00 EUR"), ("22400", "-210.00 EUR")]
    assert transaction(fact) == ["1210.00 EUR", "-1000.00 EUR", "-210.00 EUR"]
    assert [line.account_class for line in fact.lines] == ["asset", "income", "liability"]
    assert [line.account_role for line in fact.lines] == ["receivable", None, None]
    assert {(line.customer, line.supplier, line.legal_entity) for line in fact.lines} == {(ACME, None, IBERIA)}
    assert {(line.cost_centre, line.segment, line.partner, line.location) for line in fact.lines} == {
        ("SALES", "HOME", None, None)
    }
    assert [line.line_id for line in fact.lines] == ["1", "2", "3"]
    assert (fact.number, fact.document_date, fact.state) == ("PS-INV1", date(2026, 3, 15), DocumentState.POSTED)
    assert fact.posting_period is None
    assert {line.posting_date for line in fact.lines} == {date(2026, 3, 15)}
    assert (fact.closing, fact.reverses) == (False, None)
    assert found.source_version == "2026-03-02T09:00:00.000Z"


def test_the_kind_is_told_by_type_header_and_accounts() -> None:
    """An invoice of a supplier has the same type in the books as one to a customer; paying a supplier is no cash received."""
    books = BooksOfCompanies()
    books.post("A", ("13100", "-121.00"), ("40100", "121.00"), kind="Credit_x0020_Memo")
    books.post("B", ("60100", "50.00"), ("22100", "-50.00"))
    books.post("C", ("22100", "50.00"), ("60100", "-50.00"), kind="Credit Memo")
    books.post("D", ("10100", "121.00"), ("13100", "-121.00"), kind="Payment")
    books.post("E", ("22100", "50.00"), ("10100", "-50.00"), kind="Payment")
    books.post("F", ("13100", "21.00"), ("10100", "-21.00"), kind="Refund")
    books.post("G", ("60100", "5.00"), ("40100", "-5.00"), kind="_x0020_")
    books.post("H", ("60100", "5.00"), ("40100", "-5.00"), kind=" ")
    books.post("I", ("60100", "5.00"), ("40100", "-5.00"))
    books.post("J", ("13100", "5.00"), ("40100", "-5.00"), kind="Finance_x0020_Charge_x0020_Memo")
    wanted: dict[tuple[str, str], type[PostedDocument]] = {
        ("A", "credit_memo"): CreditMemo,
        ("B", "invoice"): Bill,
        ("C", "credit_memo"): Bill,
        ("D", "payment"): Payment,
        ("E", "payment"): JournalEntry,
        ("F", "refund"): Payment,
        ("G", "none"): JournalEntry,
        ("H", "none"): JournalEntry,
        ("I", "invoice"): JournalEntry,
        ("J", "finance_charge_memo"): JournalEntry,
    }
    readings = books.reader().read([document_key(number, kind) for number, kind in wanted])
    kinds = {}
    for key, reading in readings.items():
        assert isinstance(reading, Statement), (key, reading)
        kinds[key] = type(reading.fact)
    assert kinds == {document_key(*named): kind for named, kind in wanted.items()}


def test_what_no_account_option_tells_is_told_by_the_header() -> None:
    """Companies that declare no accounts still have their invoices and bills told apart."""
    books = BooksOfCompanies()
    books.post("S", ("13100", "1.00"), ("40100", "-1.00"))
    books.post("P", ("60100", "1.00"), ("22100", "-1.00"))
    books.sold("S", "1.00")
    books.sold("P", "1.00", resource="purchaseInvoices", customerNumber=None, vendorNumber=PAPER)
    sold, bought = (
        document(books, document_key(number), receivable_accounts=[], payable_accounts=[]) for number in ("S", "P")
    )
    assert (type(sold), type(bought)) == (Invoice, Bill)
    assert {line.supplier for line in bought.lines} == {PAPER}
    assert {line.account_role for line in sold.lines} == {None}


def test_a_reversal_has_number_and_date_of_what_it_reverses_and_both_count() -> None:
    """Whoever took entries with one number for repetitions would plan 100.00 that were taken back."""
    books = BooksOfCompanies()
    books.post("J1", ("60100", "100.00"), ("10100", "-100.00"), kind=" ")
    before = stated(books, document_key("J1", "none"))
    books.clock.advance(60)
    books.post("J1", ("60100", "-100.00"), ("10100", "100.00"), kind=" ")
    after = stated(books, document_key("J1", "none"))
    assert isinstance(after.fact, JournalEntry)
    assert functional(after.fact) == [
        ("60100", "100.00 EUR"),
        ("10100", "-100.00 EUR"),
        ("60100", "-100.00 EUR"),
        ("10100", "100.00 EUR"),
    ]
    assert after.source_version > before.source_version


def test_an_entry_that_is_answered_twice_counts_once() -> None:
    """Pages may overlap where entries were posted meanwhile; the number of the entry tells."""
    books = BooksOfCompanies()
    entries = books.post("J1", ("60100", "100.00"), ("10100", "-100.00"), kind=" ")
    books.table(IBERIA, "generalLedgerEntries").append(dict(entries[0]))
    assert len(document(books, document_key("J1", "none")).lines) == 2


def test_a_correction_is_a_negative_debit() -> None:
    """It takes 100.00 back on the side where it was posted, and turnover of neither side grows."""
    books = BooksOfCompanies()
    entries = books.post("J1", ("60100", "0"), ("10100", "0"), kind=" ")
    entries[0]["debitAmount"], entries[1]["creditAmount"] = -100, -100
    assert functional(document(books, document_key("J1", "none"))) == [
        ("60100", "-100.00 EUR"),
        ("10100", "100.00 EUR"),
    ]


def test_same_number_other_type_or_day_is_another_document() -> None:
    """A payment may be entered under the number of its invoice."""
    books = BooksOfCompanies()
    books.post("X", ("13100", "9.00"), ("40100", "-9.00"))
    books.post("X", ("10100", "9.00"), ("13100", "-9.00"), kind="Payment")
    books.post("X", ("60100", "1.00"), ("10100", "-1.00"), kind=" ", day="2026-04-01")
    keys = [document_key("X"), document_key("X", "payment"), document_key("X", "none", "2026-04-01")]
    readings = books.reader().read(keys)
    lines = [reading.fact.lines for reading in readings.values() if isinstance(reading, Statement) and reading.fact]  # type: ignore[attr-defined]
    assert [len(each) for each in lines] == [2, 2, 2]
    assert sum("generalLedgerEntries" in each for each in books.asked) == 1


@pytest.mark.parametrize(
    ("day", "number"), [("C2026-12-31", "J9"), ("2026-12-31T23:59:59Z", "J9"), ("2026-12-31", "CLOSE26")]
)
def test_the_closing_of_a_year_is_told_by_its_date_or_its_number(day: str, number: str) -> None:
    """It brings the income statement to zero: planned as a movement, December would lose a year's revenue."""
    books = BooksOfCompanies()
    books.post(number, ("40100", "1000.00"), ("30200", "-1000.00"), kind=" ", day=day)
    [entry, _] = books.table(IBERIA, "generalLedgerEntries")
    key = RecordKey("central-iberia", "general_ledger", f"{IBERIA}/{entry['id']}")
    [related] = stated(books, key).related
    fact = document(books, related)
    assert fact.closing
    assert fact.document_date == date(2026, 12, 31)
    assert {line.posting_date for line in fact.lines} == {date(2026, 12, 31)}


def test_what_is_posted_on_the_last_day_of_a_year_closes_nothing() -> None:
    """Only the closing date does."""
    books = BooksOfCompanies()
    books.post("J1", ("60100", "1.00"), ("10100", "-1.00"), kind=" ", day="2026-12-31")
    assert not document(books, document_key("J1", "none", "2026-12-31")).closing


def test_accounting_periods_entered_by_hand_decide_where_they_are_asked_for() -> None:
    """4-4-5: January has four weeks, so the 29th is posted to February."""
    books = BooksOfCompanies()
    for day, name in (
        ("2026-01-26", "February  "),
        ("2025-12-29", "January"),
        ("2026-02-23", "March"),
        ("2026-03-30", ""),
    ):
        books.table(IBERIA, "accountingPeriods").append({"startingDate": day, "name": name})
    periods = {}
    for day in ("2026-01-25", "2026-01-26", "2026-02-22", "2026-03-30", "2026-05-01", "2025-12-28"):
        books.post(day, ("60100", "1.00"), ("10100", "-1.00"), kind=" ", day=day)
        reading = books.reader(accounting_periods=True).read([key := document_key(day, "none", day)])[key]
        periods[day] = reading.fact.posting_period if isinstance(reading, Statement) else reading  # type: ignore[union-attr]
        if isinstance(reading, Statement):
            assert {line.posting_date for line in reading.fact.lines} == {None}  # type: ignore[union-attr]
    january = PostingPeriod("2025-12-29", "January 2025", date(2025, 12, 29), date(2026, 1, 25))
    february = PostingPeriod("2026-01-26", "February 2026", date(2026, 1, 26), date(2026, 2, 22))
    assert periods["2026-01-25"] == january
    assert periods["2026-01-26"] == periods["2026-02-22"] == february
    # Nobody entered where the last one ends: the mapping table must say where it goes.
    assert periods["2026-03-30"] == periods["2026-05-01"] == PostingPeriod("2026-03-30", "2026")
    assert isinstance(periods["2025-12-28"], UnreadableRecordError)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("accountNumber", "", "accountNumber: missing"),
        ("accountNumber", "99999", "an entry on an account without a category"),
        ("accountNumber", "70000", "an entry on an account without a category"),
        ("debitAmount", "1.00", "debitAmount: not_a_number"),
        ("debitAmount", True, "debitAmount: not_a_number"),
        ("lastModifiedDateTime", None, "lastModifiedDateTime: missing"),
        ("lastModifiedDateTime", "2026-03-01T00:00:00", "lastModifiedDateTime: moment_without_zone"),
        ("dimensionSetLines", {"code": "A"}, "dimensionSetLines: not_rows"),
        ("entryNumber", "1", "entryNumber: missing_or_no_number"),
        ("postingDate", "15/03/2026", "postingDate: missing_or_no_date"),
        ("postingDate", None, "postingDate: missing_or_no_date"),
        ("documentType", 1, "documentType: not_a_text"),
    ],
)
def test_a_flawed_entry_costs_its_document_and_no_other(field: str, value: Any, said: str) -> None:  # noqa: ANN401
    """What is wrong is named by its field, never by its value; the neighbour that was asked for in the same call is stated."""
    books = BooksOfCompanies()
    books.post("GOOD", ("60100", "1.00"), ("10100", "-1.00"), kind=" ")
    entries = books.post("BAD", ("60100", "1.00"), ("10100", "-1.00"), kind=" ")
    entries[0][field] = value
    good, bad = document_key("GOOD", "none"), document_key("BAD", "none")
    readings = books.reader().read([good, bad])
    assert isinstance(readings[good], Statement)
    reading = readings[bad]
    assert isinstance(reading, UnreadableRecordError)
    assert reading.reason == said


def test_a_document_that_is_in_no_books_is_gone() -> None:
    """Entries are never deleted but by a date compression, which posts sums of them anew."""
    books = BooksOfCompanies()
    books.post("SUM", ("60100", "1.00"), ("10100", "-1.00"), kind=" ")
    found = stated(books, document_key("X", "none"))
    assert (found.absence, found.source_version) == (Absence.DELETED, "")


def test_a_document_is_not_gone_where_the_books_show_nothing_at_all() -> None:
    """A user who may see no entry of a company is answered an empty list; another company's books prove nothing of it."""
    books = BooksOfCompanies()
    books.post("SUM", ("60100", "1.00"), ("10100", "-1.00"), kind=" ", company=LUSITANIA)
    keys = [document_key("X", "none"), document_key("X", "none", company=LUSITANIA)]
    hidden, gone = books.reader().read(keys).values()
    assert isinstance(hidden, UnavailableError)
    assert isinstance(gone, Statement)
    assert gone.absence is Absence.DELETED


def test_an_invoice_goes_by_what_its_sales_invoice_names() -> None:
    """Its order, what the customer calls it, and what another system does; a credit memo has no fields for the first two."""
    books = BooksOfCompanies()
    names = {"orderNumber": "S-1", "customerPurchaseOrderReference": "PO-1", "externalDocumentNumber": "in_1"}
    for number, kind, resource, amount in (
        ("PS-INV1", "Invoice", "salesInvoices", "100.00"),
        ("PS-CM1", "Credit_x0020_Memo", "salesCreditMemos", "-100.00"),
    ):
        books.post(number, ("13100", amount), ("40100", str(-Decimal(amount))), kind=kind)
        books.sold(number, "100.00", resource=resource, **(names if kind == "Invoice" else {}))
    invoice = document(books, document_key("PS-INV1"))
    assert (invoice.order, invoice.purchase_order, invoice.external_id) == ("S-1", "PO-1", "in_1")
    credit = document(books, document_key("PS-CM1", kind="credit_memo"))
    assert (credit.order, credit.purchase_order, credit.external_id) == (None, None, None)
    assert [each for each in books.asked if "orderNumber" in each] == [
        each for each in books.asked if "salesInvoices" in each
    ]
