"""A sales and a purchase document of one number, type and posting date are two documents, in whichever order they are posted."""

from __future__ import annotations

import httpx
import pytest

from tests.support.business_central_books import ACME, CREDENTIALS, IBERIA, PAPER, BooksOfCompanies, document_key
from tests.support.business_central_documents import functional, stated
from tieout.arriving.notice import RecordKey
from tieout.facts.documents import Bill, Invoice, JournalEntry, Payment
from tieout.facts.listing import Listed, Window
from tieout.facts.statement import Absence, Statement
from tieout.moments import moment_text
from tieout.systems.business_central.listing import open_listing

NUMBER = "1001"
ONE, OTHER = document_key(NUMBER), document_key(NUMBER, "purchase-invoice")


def sell(books: BooksOfCompanies) -> None:
    """An invoice over 1,000.00 net and 210.00 VAT."""
    books.post(NUMBER, ("40100", "-1000.00"), ("22400", "-210.00"), ("13100", "1210.00"))
    books.sold(NUMBER, "1210.00")


def buy(books: BooksOfCompanies) -> None:
    """A supplier's invoice over 50.00, whose first lines come to nothing."""
    books.post(NUMBER, ("60100", "5.00"), ("60100", "-5.00"), ("60100", "50.00"), ("22100", "-50.00"))
    books.sold(NUMBER, "50.00", resource="purchaseInvoices", customerNumber=None, vendorNumber=PAPER)


def read(books: BooksOfCompanies, *keys: RecordKey) -> list[Statement]:
    """What the keys are."""
    readings = books.reader().read(keys)
    stated = [readings[key] for key in keys]
    return [each for each in stated if isinstance(each, Statement)]


def listed(books: BooksOfCompanies) -> dict[RecordKey, Listed]:
    """All that is listed."""
    http = httpx.Client(transport=httpx.MockTransport(books.answer))
    listing = open_listing(books.connection(), CREDENTIALS, http, books.clock)
    start = books.clock.now().replace(year=2020)
    books.clock.advance(1)
    page = listing.page("journal_entry", Window(start, books.clock.now()), "")
    assert listing.still_known([each.key for each in page.records]) == {each.key: each for each in page.records}
    return {each.key: each for each in page.records}


@pytest.mark.parametrize("order", [(sell, buy), (buy, sell)])
def test_each_is_a_document_with_its_own_party_and_amounts(order: tuple[object, object]) -> None:
    """What is told of the one leads to the other, since an entry does not say whose it is."""
    books = BooksOfCompanies()
    for post in order:
        post(books)  # type: ignore[operator]
    sale, bill = read(books, ONE, OTHER)
    assert isinstance(sale.fact, Invoice)
    assert isinstance(bill.fact, Bill)
    assert functional(sale.fact) == [
        ("40100", "-1000.00 EUR"),
        ("22400", "-210.00 EUR"),
        ("13100", "1210.00 EUR"),
    ]
    assert [amount for _, amount in functional(bill.fact)] == ["5.00 EUR", "-5.00 EUR", "50.00 EUR", "-50.00 EUR"]
    assert {(line.customer, line.supplier) for line in sale.fact.lines} == {(ACME, None)}
    assert {(line.customer, line.supplier) for line in bill.fact.lines} == {(None, PAPER)}
    assert (sale.related, bill.related) == ((OTHER,), ())


def test_the_one_that_came_first_keeps_the_name_until_the_other_is_posted() -> None:
    """Then it has a name of its own, and what had its name is newer than it ever was under it."""
    books = BooksOfCompanies()
    early = moment_text(books.clock.now())
    books.clock.advance(60)
    buy(books)
    alone = stated(books, ONE)
    assert isinstance(alone.fact, Bill)
    assert [(each.fact, each.absence) for each in read(books, OTHER)] == [(None, Absence.DELETED)]
    sell(books)
    for entry in books.table(IBERIA, "generalLedgerEntries")[
        -3:
    ]:  # a posting that took longer: seen later, stamped before
        entry["lastModifiedDateTime"] = early
    sale, bill = read(books, ONE, OTHER)
    assert isinstance(sale.fact, Invoice)
    assert sale.source_version == bill.source_version == alone.source_version


def test_a_reversal_belongs_to_what_it_reverses() -> None:
    """It has the number, and the accounts."""
    books = BooksOfCompanies()
    sell(books)
    buy(books)
    books.post(NUMBER, ("22100", "50.00"), ("60100", "-50.00"))
    sale, bill = read(books, ONE, OTHER)
    assert [len(each.fact.lines) for each in (sale, bill)] == [3, 6]  # type: ignore[union-attr]


def test_what_is_paid_and_what_is_received_are_told_apart() -> None:
    """Two journals may have one series of numbers; only one of them is cash received."""
    books = BooksOfCompanies()
    books.post("P1", ("10100", "121.00"), ("13100", "-121.00"), kind="Payment")
    books.post("P1", ("22100", "50.00"), ("10100", "-50.00"), kind="Payment")
    received, paid = read(books, document_key("P1", "payment"), document_key("P1", "purchase-payment"))
    assert isinstance(received.fact, Payment)
    assert isinstance(paid.fact, JournalEntry)


@pytest.mark.parametrize(
    "amounts",
    [
        [("13100", "-50.00"), ("22100", "50.00")],  # a customer who is a supplier, too
        [("13100", "10.00"), ("22100", "-4.00"), ("40100", "-6.00")],
        [("22100", "5.00"), ("60100", "-5.00"), ("22100", "7.00"), ("60100", "-7.00")],
    ],
)
def test_what_was_posted_as_one_stays_one(amounts: list[tuple[str, str]]) -> None:
    """No part of it balances that is with suppliers alone beside one that is with customers."""
    books = BooksOfCompanies()
    books.post(NUMBER, *amounts)
    [whole, nothing] = read(books, ONE, OTHER)
    assert whole.fact is not None
    assert len(whole.fact.lines) == len(amounts)  # type: ignore[attr-defined]
    assert whole.related == ()
    assert nothing.absence is Absence.DELETED


def test_a_journal_without_a_type_is_one_whatever_it_is_with() -> None:
    """Opening balances of customers and suppliers: nothing is planned of them that differs."""
    books = BooksOfCompanies()
    books.post("OPENING", ("13100", "9.00"), ("30200", "-9.00"), ("22100", "-4.00"), ("30200", "4.00"), kind=" ")
    assert len(stated(books, document_key("OPENING", "none")).fact.lines) == 4  # type: ignore[union-attr]


def test_both_are_listed_under_their_names_at_the_versions_they_are_read_with() -> None:
    """Else a census would name one of them for ever."""
    books = BooksOfCompanies()
    sell(books)
    books.clock.advance(60)
    buy(books)
    found = listed(books)
    readings = books.reader().read([ONE, OTHER])
    assert {key: each.version for key, each in found.items()} == {
        key: reading.source_version  # type: ignore[union-attr]
        for key, reading in readings.items()
    }
    assert {key: str(each.amount) for key, each in found.items()} == {ONE: "1210.00 EUR", OTHER: "55.00 EUR"}
