"""What is listed of companies' books: each document once, where an entry of it changed last, page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import httpx
import pytest

from tests.support.business_central_books import CREDENTIALS, IBERIA, LUSITANIA, BooksOfCompanies, document_key
from tieout.arriving.notice import RecordKey
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed, Listing, ListingPage, Window
from tieout.facts.statement import Statement
from tieout.systems.business_central import queries
from tieout.systems.business_central.listing import open_listing

ONE = ("60100", "1.50"), ("10100", "-1.50")


def listing_of(books: BooksOfCompanies) -> Listing:
    """A listing of some books."""
    http = httpx.Client(transport=httpx.MockTransport(books.answer))
    return open_listing(books.connection(), CREDENTIALS, http, books.clock)


def pages(listing: Listing, window: Window) -> Iterator[ListingPage]:
    """Every page of a listing."""
    cursor = ""
    while True:
        page = listing.page("journal_entry", window, cursor)
        yield page
        cursor = page.following
        if not cursor:
            return


def listed(books: BooksOfCompanies, since: datetime, until: datetime) -> list[Listed]:
    """All that is listed within a window."""
    return [each for page in pages(listing_of(books), Window(since, until)) for each in page.records]


def test_a_document_is_listed_at_its_readers_version_with_its_turnover_and_day() -> None:
    """Of all companies, one after the other, each in its own currency."""
    books = BooksOfCompanies()
    start = books.clock.now()
    books.post("A", *ONE, ("60100", "1.00"), ("10100", "-1.00"), kind=" ", day="2026-02-28")
    books.post("B", ("60100", "0"), ("10100", "0"), kind=" ", company=LUSITANIA)
    books.clock.advance(1)
    first, second = listed(books, start, books.clock.now())
    key = document_key("A", "none", "2026-02-28")
    assert (first.key, str(first.amount), first.day, first.deleted) == (key, "2.50 EUR", date(2026, 2, 28), False)
    assert (second.key, str(second.amount)) == (document_key("B", "none", company=LUSITANIA), "0.00 USD")
    reading = books.reader().read([key])[key]
    assert isinstance(reading, Statement)
    assert reading.source_version == first.version


def test_a_reversed_document_is_listed_where_the_reversal_is() -> None:
    """In the window of its first entries it would be at a version that nobody reads any more."""
    books = BooksOfCompanies()
    start = books.clock.now()
    books.post("A", *ONE, kind=" ")
    books.clock.advance(60)
    middle = books.clock.now()
    books.post("A", ("60100", "-1.50"), ("10100", "1.50"), kind=" ")
    books.clock.advance(60)
    assert listed(books, start, middle) == []
    [found] = listed(books, middle, books.clock.now())
    assert (found.key, str(found.amount)) == (document_key("A", "none"), "3.00 EUR")
    assert listed(books, start, books.clock.now()) == [found]


def test_a_document_whose_entries_lie_on_several_pages_is_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the last of them."""
    monkeypatch.setattr(queries, "PAGE_ENTRIES", 3)
    books = BooksOfCompanies()
    start = books.clock.now()
    for number in ("A", "B", "A", "C", "A", "B"):
        books.post(number, *ONE, kind=" ")
    books.clock.advance(1)
    window = Window(start, books.clock.now())
    found = [[each.key.record_id[-1] for each in page.records] for page in pages(listing_of(books), window)]
    assert Counter(each for page in found for each in page) == Counter("ABC")
    assert found == [[], [], ["C"], ["A", "B"], [], []]


def test_bounds_of_a_window_are_those_of_the_change() -> None:
    """From its first moment on, and before its last."""
    books = BooksOfCompanies()
    books.post("A", *ONE, kind=" ")
    at = books.clock.now()
    assert len(listed(books, at, at + timedelta(milliseconds=1))) == 1
    assert listed(books, at - timedelta(seconds=1), at) == []
    assert listed(books, at + timedelta(milliseconds=1), at + timedelta(seconds=9)) == []


def test_what_is_in_no_books_of_ours_is_not_known() -> None:
    """A document that never was, one of another company, and what is no document's name."""
    books = BooksOfCompanies()
    books.post("A", *ONE, kind=" ")
    key = document_key("A", "none")
    others = [
        document_key("B", "none"),
        document_key("A", "payment"),
        document_key("A", "none", company="f64eba74-dacd-4854-a584-1834f68cfc3a"),
        RecordKey("central-iberia", "journal_entry", "A"),
    ]
    known = listing_of(books).still_known([key, *others])
    assert list(known) == [key]
    assert known[key].key == key


def test_books_that_show_nothing_at_all_say_nothing_of_what_is_known() -> None:
    """Else a permission that was taken away would look like a year of deletions."""
    books = BooksOfCompanies()
    with pytest.raises(UnavailableError):
        listing_of(books).still_known([document_key("A", "none")])
    books.post("B", *ONE, kind=" ")
    assert listing_of(books).still_known([document_key("A", "none")]) == {}


@pytest.mark.parametrize(
    ("entity", "cursor"),
    [
        ("invoice", ""),
        ("general_ledger", ""),
        ("journal_entry", "17"),
        ("journal_entry", f"{IBERIA}/a"),
        ("journal_entry", f"{IBERIA}/1\n"),
        ("journal_entry", "f64eba74-dacd-4854-a584-1834f68cfc3a/"),
    ],
)
def test_what_cannot_be_listed_is_refused_without_a_call(entity: str, cursor: str) -> None:
    """Another entity, a place that no page named, a company that is not ours."""
    books = BooksOfCompanies()
    window = Window(books.clock.now(), books.clock.now())
    with pytest.raises(UnreadableRecordError):
        listing_of(books).page(entity, window, cursor)
    assert not books.asked


def test_documents_are_not_counted() -> None:
    """Entries could be, for a call to each company, and say nothing of how many documents they make."""
    books = BooksOfCompanies()
    window = Window(books.clock.now(), books.clock.now())
    assert listing_of(books).count("journal_entry", window) is None
    with pytest.raises(UnreadableRecordError):
        listing_of(books).count("invoice", window)
    assert not books.asked


def test_a_change_of_many_invoices_lists_the_documents_posted_since() -> None:
    """Drafts are nothing, and what became of the others is in the books."""
    books = BooksOfCompanies()
    books.post("OLD", *ONE, kind=" ")
    books.clock.advance(60)
    books.post("NEW", *ONE, kind=" ")
    for entity in ("invoice", "credit_memo", "general_ledger", "journal_entry"):
        key = RecordKey("central-iberia", entity, f"*{IBERIA}/2026-03-02T09:00:30.000Z/")
        page = books.reader().list_page(key)
        assert page.keys == (document_key("NEW", "none"),)
        assert page.following is None
    assert "lastDateTimeModified" not in "".join(books.asked)


def test_a_listing_of_everything_is_one_of_each_company() -> None:
    """And goes on behind the last entry of a page, without a moment if none was named."""
    books = BooksOfCompanies()
    key = RecordKey("central-iberia", "general_ledger", "*")
    everyone = books.reader().list_page(key).keys
    assert [each.record_id for each in everyone] == [f"*{IBERIA}//", f"*{LUSITANIA}//"]
    assert {each.entity for each in everyone} == {"journal_entry"}
    for number in range(201):
        books.post(f"D{number:03d}", ("60100", "0"), kind=" ")
    first = books.reader().list_page(everyone[0])
    assert len(first.keys) == 200
    assert first.following is not None
    assert first.following.record_id == f"*{IBERIA}//200"
    last = books.reader().list_page(first.following)
    assert (last.keys, last.following) == ((document_key("D200", "none"),), None)


def test_a_listing_of_a_company_that_is_not_ours_is_empty() -> None:
    """Its subscription lives on for days after it was taken out."""
    books = BooksOfCompanies()
    key = RecordKey("central-iberia", "invoice", "*f64eba74-dacd-4854-a584-1834f68cfc3a//")
    page = books.reader().list_page(key)
    assert (page.keys, page.following) == ((), None)
    assert not books.asked


@pytest.mark.parametrize(
    "record_id", ["*x", f"*{IBERIA}", f"*{IBERIA}/yesterday/", f"*{IBERIA}//x", f"*{IBERIA}//1' or 1"]
)
def test_places_of_another_form_are_refused(record_id: str) -> None:
    """Nothing of them may reach a filter."""
    books = BooksOfCompanies()
    with pytest.raises(UnreadableRecordError):
        books.reader().list_page(RecordKey("central-iberia", "journal_entry", record_id))
    assert not books.asked
