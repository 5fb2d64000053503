"""How Business Central is read: what leads to which document, in how many calls, and what one failure costs."""

from __future__ import annotations

import pytest

from tests.support.business_central_books import IBERIA, BooksOfCompanies, document_key
from tieout.arriving.notice import RecordKey
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.facts.statement import Absence, Statement

UNKNOWN = "11111111-1111-1111-1111-111111111111"


def key_of(entity: str, record_id: str, company: str = IBERIA) -> RecordKey:
    """The key of a record of the API."""
    return RecordKey("central-iberia", entity, f"{company}/{record_id}")


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


@pytest.mark.parametrize(
    "number", ["請" * 20, "😀" * 10, "%" * 20, "PS-INV/1 é請" * 2], ids=["han", "emoji", "percent", "mixed"]
)
def test_a_document_is_found_by_whatever_number_people_gave_it(number: str) -> None:
    """Twenty characters of any script: each is percent-encoded in its record id, and read back from there."""
    books = BooksOfCompanies()
    entry = books.post(number, ("13100", "1.00"), ("40100", "-1.00"))[0]
    [document] = absence(books, key_of("general_ledger", entry["id"]))[1]
    reading = books.reader().read([document])[document]
    assert isinstance(reading, Statement), reading
    assert reading.fact is not None
    assert reading.fact.number == number  # type: ignore[attr-defined]


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
    """A draft that was deleted, and an entry that a date compression put into another."""
    books = BooksOfCompanies()
    books.post("SUM", ("60100", "1.00"), ("10100", "-1.00"), kind=" ")
    assert absence(books, key_of(entity, UNKNOWN)) == (Absence.DELETED, ())


def test_an_entry_is_not_gone_where_the_books_show_nothing_at_all() -> None:
    """It was told of, and what is posted must not be forgotten because our user may see none of it."""
    key = key_of("general_ledger", UNKNOWN)
    assert isinstance(BooksOfCompanies().reader().read([key])[key], UnavailableError)


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
    """Until then its documents are to be tried again, and those beside them are read."""
    books = BooksOfCompanies()
    for number, account in (("A", "60100"), ("B", "60200")):
        books.post(number, (account, "1.00"), ("10100", "-1.00"), kind=" ")
    old, new = document_key("A", "none"), document_key("B", "none")
    reader = books.reader()
    reader.read([old])
    books.table(IBERIA, "accounts").append({"number": "60200", "category": "Expense"})
    books.clock.advance(59)
    readings = reader.read([old, new])
    assert isinstance(readings[old], Statement)
    error = readings[new]
    assert isinstance(error, UnavailableError)
    assert error.retry_after_seconds == 1
    books.clock.advance(1)
    assert isinstance(reader.read([new])[new], Statement)


def test_an_account_without_a_category_is_a_matter_for_people() -> None:
    """Its accounts were read after its entries, so it is no new one; three calls with every document would not change it."""
    books = BooksOfCompanies()
    books.post("A", ("60200", "1.00"), ("10100", "-1.00"), kind=" ")
    reader, key = books.reader(), document_key("A", "none")
    assert isinstance(reader.read([key])[key], UnreadableRecordError)
    assert isinstance(reader.read([key])[key], UnavailableError)
    assert len(books.asked) == 3 + 1
    books.clock.advance(60)
    assert isinstance(reader.read([key])[key], UnreadableRecordError)


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
