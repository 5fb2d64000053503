"""What Business Central's refusals mean, and what one of them costs."""

from __future__ import annotations

import httpx
import pytest

from tests.support.business_central_books import IBERIA, LUSITANIA, BooksOfCompanies, document_key
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    PermanentError,
    ThrottledError,
    TieoutError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.facts.documents import Bill, JournalEntry
from tieout.facts.statement import Statement


def refused(status: int, code: str = "", **headers: str) -> httpx.Response:
    """An answer in Business Central's words, or in nobody's."""
    body = {"error": {"code": code, "message": "words that nobody decides on"}} if code else None
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_a_journal_is_stated_where_sales_documents_may_not_be_read() -> None:
    """One missing permission costs what needs it."""
    books = BooksOfCompanies()
    books.post("J", ("60100", "1.00"), ("10100", "-1.00"), kind=" ")
    books.post("S", ("13100", "1.00"), ("40100", "-1.00"))
    answers = books.answer

    def answer(request: httpx.Request) -> httpx.Response:
        is_sales = "salesInvoices" in request.url.path
        return refused(403, "Authorization_Forbidden") if is_sales else answers(request)

    books.answer = answer  # type: ignore[method-assign]
    readings = books.reader().read([document_key("J", "none"), document_key("S")])
    assert isinstance(readings[document_key("J", "none")], Statement)
    assert isinstance(readings[document_key("S")], AccessDeniedError)


def test_a_version_without_purchase_credit_memos_still_has_them_in_its_books() -> None:
    """The page came later than the others; the supplier is then not known."""
    books = BooksOfCompanies()
    books.post("P", ("22100", "1.00"), ("60100", "-1.00"), kind="Credit Memo")
    answers = books.answer

    def answer(request: httpx.Request) -> httpx.Response:
        is_missing = "purchaseCreditMemos" in request.url.path
        return refused(404, "BadRequest_ResourceNotFound") if is_missing else answers(request)

    books.answer = answer  # type: ignore[method-assign]
    key = document_key("P", "credit_memo")
    reading = books.reader().read([key])[key]
    assert isinstance(reading, Statement)
    assert isinstance(reading.fact, Bill)


@pytest.mark.parametrize(
    ("answer", "error", "seconds"),
    [
        (refused(429, "Application_TooManyRequests", retry_after="17"), ThrottledError, 17),
        (refused(429), ThrottledError, 60),
        (refused(429, retry_after="soon"), ThrottledError, 60),
        (refused(503, "Internal_ServiceUnavailable", retry_after="30"), UnavailableError, 30),
        (refused(504), UnavailableError, None),
        (refused(500, "Internal_ServerError"), UnavailableError, None),
        (refused(408), UnavailableError, None),
        (refused(423, "Internal_Locked"), UnavailableError, None),
        (refused(409, "Request_EntityChanged"), ConflictError, None),
        (refused(403, "Authorization_Forbidden"), AccessDeniedError, None),
        (refused(404, "Internal_CompanyNotFound"), AccessDeniedError, None),
        (refused(404), UnavailableError, None),
        (refused(302), UnavailableError, None),
        (refused(400, "BadRequest"), UnreadableRecordError, None),
        (httpx.Response(200, content=b"<html>maintenance</html>"), UnavailableError, None),
        (httpx.Response(200, json=[]), UnavailableError, None),
        (httpx.Response(200, json={"value": {}}), UnavailableError, None),
        (httpx.Response(200, json={"value": [1]}), UnavailableError, None),
        (
            httpx.Response(200, json={"value": [], "@odata.nextLink": "https://api.example.test/elsewhere"}),
            UnavailableError,
            None,
        ),
        (httpx.Response(200, json={"value": [], "@odata.nextLink": 7}), UnavailableError, None),
    ],
)
def test_every_refusal_asks_for_what_it_means(
    answer: httpx.Response, error: type[TieoutError], seconds: float | None
) -> None:
    """And a source that is down, or asks for fewer calls, is asked nothing more in the same batch."""
    books = BooksOfCompanies()
    books.post("A", ("60100", "1.00"), ("10100", "-1.00"), kind=" ")
    books.refusals = [answer]
    keys = [document_key("A", "none"), document_key("B", "none", company=LUSITANIA)]
    first, second = books.reader().read(keys).values()
    assert type(first) is error or (error is AccessDeniedError and isinstance(first, AccessDeniedError))
    assert isinstance(first, TransientError | PermanentError)
    assert getattr(first, "retry_after_seconds", None) == seconds
    is_stopped = error in {ThrottledError, UnavailableError}
    assert (second is first) == is_stopped
    assert (len(books.asked) == 1) == is_stopped


def test_a_dropped_line_is_no_answer() -> None:
    """Nothing is known then."""
    books = BooksOfCompanies()

    def hang_up(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("dropped", request=request)

    books.answer = hang_up  # type: ignore[method-assign]
    [reading] = books.reader().read([document_key("A")]).values()
    assert isinstance(reading, UnavailableError)


def test_one_document_that_spoils_an_answer_costs_no_other() -> None:
    """A control character in one description: the others are asked for without it."""
    books = BooksOfCompanies()
    for number in ("A", "B", "C", "D"):
        books.post(number, ("60100", "1.00"), ("10100", "-1.00"), kind=" ")[0]["description"] = (
            "\x01" if number == "C" else ""
        )
    readings = books.reader().read([document_key(number, "none") for number in ("A", "B", "C", "D")])
    assert [isinstance(each, Statement) for each in readings.values()] == [True, True, False, True]
    assert isinstance(readings[document_key("C", "none")], UnreadableRecordError)


def test_pages_are_followed_on_the_configured_host_alone() -> None:
    """The token goes nowhere else, whatever an answer says."""
    books = BooksOfCompanies(page_rows=1)
    books.post("A", ("60100", "1.00"), ("60100", "2.00"), ("10100", "-3.00"), kind=" ")
    reader = books.reader()
    key = document_key("A", "none")
    reading = reader.read([key])[key]
    assert isinstance(reading, Statement)
    assert isinstance(reading.fact, JournalEntry)
    assert len(reading.fact.lines) == 3
    link = "https://evil.example.test/v2.0/tenant/production/api/v2.0/x?y=1"
    books.refusals = [httpx.Response(200, json={"value": [{"entryNumber": 1}], "@odata.nextLink": link})]
    with pytest.raises(AssertionError, match=r"//api\.example\.test"):
        books.reader().list_page(key._replace(record_id=f"*{IBERIA}//"))


def test_a_token_that_is_refused_is_replaced_once() -> None:
    """Another refusal is about our user."""
    books = BooksOfCompanies()
    books.post("A", ("60100", "1.00"), ("10100", "-1.00"))
    books.refusals = [refused(401, "Authentication_InvalidCredentials")]
    reader = books.reader()
    assert isinstance(reader.read([document_key("A")])[document_key("A")], Statement)
    assert books.tokens == 2
    books.refusals = [refused(401), refused(401)]
    assert isinstance(reader.read([document_key("A")])[document_key("A")], AccessDeniedError)
