"""How Business Central is read: what leads to which document, in how many calls, and what one failure costs."""

from __future__ import annotations

import httpx
import pytest

from tests.support.business_central_books import IBERIA, LUSITANIA, BooksOfCompanies, document_key
from tieout.arriving.notice import RecordKey
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
from tieout.facts.statement import Absence, Statement

UNKNOWN = "11111111-1111-1111-1111-111111111111"


def key_of(entity: str, record_id: str, company: str = IBERIA) -> RecordKey:
    """The key of a record of the API."""
    return RecordKey("central-iberia", entity, f"{company}/{record_id}")


def refused(status: int, code: str = "", **headers: str) -> httpx.Response:
    """An answer in Business Central's words, or in nobody's."""
    body = {"error": {"code": code, "message": "words that nobody decides on"}} if code else None
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def absence(books: BooksOfCompanies, key: RecordKey) -> tuple[Absence | None, tuple[RecordKey, ...]]:
    """Why a record is no fact, and what is read because of it."""
    reading = books.reader().read([key])[key]
    assert isinstance(reading, Statement), reading
    assert reading.source_version == ""
    return reading.absence, reading.related


def test_an_entry_leads_to_its_document() -> None:
    """A notification names an entry; what was posted is known only by all of them."""
    books = BooksOfCompanies()
    entry = books.post("PS/INV 1'ä", ("13100", "1.00"), ("40100", "-1.00"))[0]
    key = key_of("general_ledger", entry["id"])
    document = key._replace(entity="journal_entry", record_id=f"{IBERIA}/2026-03-15/invoice/PS%2FINV%201%27%C3%A4")
    assert absence(books, key) == (Absence.NOT_POSTED, (document,))
    reading = books.reader().read([document])[document]
    assert isinstance(reading, Statement)
    assert reading.fact is not None
    assert reading.fact.number == "PS/INV 1'ä"  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", ["Open", "Paid", "Canceled", "Corrective", "Anything new"])
def test_a_posted_invoice_leads_to_its_document_and_says_nothing_of_cash(status: str) -> None:
    """Paid may be canceled: the books say what it is."""
    books = BooksOfCompanies()
    row = books.sold("PS-INV1", "1.00", status=status)
    assert absence(books, key_of("invoice", row["id"])) == (Absence.NOT_POSTED, (document_key("PS-INV1"),))


@pytest.mark.parametrize("status", ["Draft", "In Review", "In_x0020_Review"])
def test_a_draft_is_not_posted_and_leads_nowhere(status: str) -> None:
    """It notifies like any other."""
    books = BooksOfCompanies()
    row = books.sold("1001", "1.00", status=status)
    assert absence(books, key_of("invoice", row["id"])) == (Absence.NOT_POSTED, ())


def test_a_credit_memo_leads_to_the_document_of_its_own_type() -> None:
    """Older versions state no posting date of it, but its own."""
    books = BooksOfCompanies()
    row = books.sold("1009", "1.00", resource="salesCreditMemos")
    row["creditMemoDate"] = row.pop("postingDate")
    document = document_key("1009", "credit_memo")
    assert absence(books, key_of("credit_memo", row["id"])) == (Absence.NOT_POSTED, (document,))


def test_a_posted_invoice_without_a_number_or_a_day_is_unreadable() -> None:
    """Nobody could find its document."""
    books = BooksOfCompanies()
    rows = [books.sold("", "1.00"), books.sold("B", "1.00", postingDate="0001-01-01")]
    keys = [key_of("invoice", row["id"]) for row in rows]
    reasons = [reading.reason for reading in books.reader().read(keys).values()]  # type: ignore[union-attr]
    assert reasons == ["number: missing", "postingDate: missing"]


@pytest.mark.parametrize("entity", ["general_ledger", "invoice", "credit_memo"])
def test_what_business_central_does_not_have_is_gone(entity: str) -> None:
    """A draft that was deleted."""
    assert absence(BooksOfCompanies(), key_of(entity, UNKNOWN)) == (Absence.DELETED, ())


def test_a_company_that_is_not_ours_is_ignored_without_a_call() -> None:
    """Its subscription may live on for three days after it was taken out of the landscape."""
    books = BooksOfCompanies()
    other = "f64eba74-dacd-4854-a584-1834f68cfc3a"
    for key in (key_of("invoice", UNKNOWN, other), document_key("X", company=other)):
        assert absence(books, key) == (Absence.NOT_POSTED, ())
    assert not books.asked


@pytest.mark.parametrize(
    ("entity", "record_id"),
    [
        ("invoice", "1001"),
        ("invoice", f"{IBERIA}/1001"),
        ("general_ledger", f"{IBERIA}/1001"),
        ("journal_entry", f"{IBERIA}/{UNKNOWN}"),
        ("journal_entry", f"{IBERIA}/2026-03-15/invoice/"),
        ("journal_entry", f"{IBERIA}/2026-03-15/invoice/a b"),
        ("journal_entry", f"{IBERIA}/2026-03-15/invoice/%FF"),
        ("payment", f"{IBERIA}/{UNKNOWN}"),
    ],
)
def test_keys_of_another_form_are_refused_without_a_call(entity: str, record_id: str) -> None:
    """Nothing of them may reach a filter."""
    books = BooksOfCompanies()
    key = RecordKey("central-iberia", entity, record_id)
    assert isinstance(books.reader().read([key])[key], UnreadableRecordError)
    assert not books.asked


def test_many_documents_cost_few_calls() -> None:
    """Thirty numbers to a call, sales documents only of what is with customers, and once an hour what is known of the company."""
    books = BooksOfCompanies()
    for number in range(40):
        books.post(f"S{number}", ("13100", "1.00"), ("40100", "-1.00"))
    keys = [document_key(f"S{number}") for number in range(40)]
    reader = books.reader()
    assert all(isinstance(each, Statement) for each in reader.read(keys).values())
    resources = [path.partition("?")[0].rpartition("/")[2] for path in books.asked]
    assert resources == [
        "generalLedgerEntries",
        "salesInvoices",
        "generalLedgerSetup",
        "accounts",
        "generalLedgerEntries",
        "salesInvoices",
    ]
    books.asked.clear()
    books.clock.advance(3_599)
    reader.read(keys[:1])
    assert len(books.asked) == 2
    books.clock.advance(1)
    reader.read(keys[:1])
    assert len(books.asked) == 2 + 4


def test_no_address_is_longer_than_gateways_take() -> None:
    """Numbers have twenty characters at most, and each may be written as nine."""
    books = BooksOfCompanies()
    keys = [document_key("%C3%A4" * 18 + f"{number:02d}") for number in range(60)]
    books.reader().read([*keys, *(key_of("invoice", f"{number:08x}{UNKNOWN[8:]}") for number in range(60))])
    assert max(len(path) for path in books.asked) < 8_000


def test_a_new_account_is_looked_up_again_after_a_minute_at_the_earliest() -> None:
    """So that one without a category does not cost three calls with every document."""
    books = BooksOfCompanies()
    books.post("A", ("60100", "1.00"), ("10100", "-1.00"), kind=" ")
    books.post("B", ("60200", "1.00"), ("10100", "-1.00"), kind=" ")
    reader = books.reader()
    reader.read([document_key("A", "none")])
    books.table(IBERIA, "accounts").append({"number": "60200", "category": "Expense"})
    key = document_key("B", "none")
    assert isinstance(reader.read([key])[key], UnreadableRecordError)
    books.clock.advance(60)
    assert isinstance(reader.read([key])[key], Statement)


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
    books.refusals = [refused(401, "Authentication_InvalidCredentials")]
    reader = books.reader()
    assert isinstance(reader.read([document_key("A")])[document_key("A")], Statement)
    assert books.tokens == 2
    books.refusals = [refused(401), refused(401)]
    assert isinstance(reader.read([document_key("A")])[document_key("A")], AccessDeniedError)


def test_a_bug_fails_its_own_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a value nobody thought of."""
    books = BooksOfCompanies()
    for number in ("A", "B"):
        books.post(number, ("60100", "1.00"), ("10100", "-1.00"), kind=" ")
    from tieout.systems.business_central import translate  # noqa: PLC0415 what is spoiled

    state = translate.document_statement

    def fail(key: RecordKey, *rest: object) -> Statement:
        if key.record_id.endswith("/A"):
            raise ZeroDivisionError
        return state(key, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(translate, "document_statement", fail)
    first, second = books.reader().read([document_key("A", "none"), document_key("B", "none")]).values()
    assert isinstance(first, UnreadableRecordError)
    assert isinstance(second, Statement)
