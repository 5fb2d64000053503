"""What is asked of Dynamics for a batch of keys or for what an event named, and what of it each key gets."""

from __future__ import annotations

import httpx
import pytest

from tests.support.dynamics_answers import (
    BASE_URL,
    BILLS,
    CUSTOMER_TRANSACTIONS,
    ENTRIES,
    INVOICE,
    INVOICES,
    KEY,
    LINES,
    Environment,
    entry,
    having_invoice,
    invoice_lines,
    key,
    line,
)
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError, UnreadableRecordError
from tieout.facts.documents import Bill, CreditMemo, Invoice, JournalEntry, Payment, PostedDocument
from tieout.facts.reading import Reading
from tieout.facts.statement import Absence, Statement
from tieout.systems.dynamics_finance.queries import MOST_ADDRESS_BYTES


def fact_of(reading: Reading) -> PostedDocument:
    """The document a reading states."""
    assert isinstance(reading, Statement), reading
    assert isinstance(reading.fact, PostedDocument), reading
    return reading.fact


def journals(count: int) -> Environment:
    """An environment with so many journals of two lines each."""
    numbers = [f"{number:06d}" for number in range(count)]
    lines = [
        line(number * 2 + side, "1", "Asset", "X", amount, JournalNumber=f"J-{number:06d}")
        for number in range(count)
        for side, amount in enumerate(("5", "-5"))
    ]
    entries = [entry(f"J-{each}", Voucher=f"GNJ-{each}", JournalCategory="LedgerJournal") for each in numbers]
    return Environment(**{ENTRIES: entries, LINES: lines})


def test_an_invoice_is_read_with_its_lines_and_its_customer() -> None:
    """Three calls: entries, lines, documents of its category."""
    environment = having_invoice()
    found = fact_of(environment.reader().read([KEY])[KEY])
    assert (type(found), found.number, found.lines[0].customer) == (Invoice, "CIV-000713", "US-001")
    assert [len(environment.asked(each)) for each in (ENTRIES, LINES, INVOICES)] == [1, 1, 1]
    assert len(environment.addresses) == 3


def test_every_call_asks_across_all_companies() -> None:
    """Without that Dynamics leaves out the rows of all companies but the caller's own, and says nothing."""
    environment = having_invoice()
    environment.rows[BILLS] = environment.rows[CUSTOMER_TRANSACTIONS] = []
    reader, listing = environment.reader(), environment.listing()
    reader.read([KEY])
    reader.list_page(key("*usmf/customer_invoice/CIV-000713/"))
    listing.still_known([KEY])
    assert len(environment.addresses) == 6
    assert all("cross-company=true" in each for each in environment.addresses)


def test_a_batch_costs_as_few_calls_as_addresses_may_be_long() -> None:
    """200 vouchers; no address is longer than the server takes, and a key asked twice costs nothing."""
    environment = journals(200)
    keys = [key(f"usmf/2026-03-31/GNJ-{number:06d}") for number in range(200)]
    readings = environment.reader().read([*keys, *keys])
    assert all(type(fact_of(readings[each])) is JournalEntry for each in keys)
    longest = max(len(BASE_URL + each) for each in environment.addresses)
    assert MOST_ADDRESS_BYTES - 60 < longest <= MOST_ADDRESS_BYTES
    assert len(environment.asked(ENTRIES)) <= 7
    assert len(environment.addresses) <= 14


def test_companies_are_read_each_by_itself() -> None:
    """The same voucher of two companies is two entries."""
    there = [{**each, "dataAreaId": "demf", "JournalNumber": "D-1"} for each in invoice_lines("-")]
    environment = Environment(**{
        ENTRIES: [entry(), entry("D-1", dataAreaId="demf")], LINES: [*invoice_lines(), *there], INVOICES: [INVOICE],
    })  # fmt: skip
    other = key("demf/2026-03-31/ARI-000713")
    readings = environment.reader().read([KEY, other])
    assert (type(fact_of(readings[KEY])), type(fact_of(readings[other]))) == (Invoice, CreditMemo)
    assert {each.legal_entity for each in fact_of(readings[other]).lines} == {"demf"}
    assert fact_of(readings[other]).lines[0].customer is None


def test_a_voucher_of_another_day_is_another_entry() -> None:
    """Numbers begin anew in some companies every year, and a reversal may have the number of what it reverses."""
    again = [
        {**each, "JournalNumber": "J-2", "EntryRecId": str(each["EntryRecId"]) + "9"} for each in invoice_lines("-")
    ]
    days = [entry(), entry("J-2", AccountingDate="2026-04-01T12:00:00Z", FiscalPeriodName="Period 4")]
    environment = Environment(**{ENTRIES: days, LINES: [*invoice_lines(), *again], INVOICES: [INVOICE]})
    later = key("usmf/2026-04-01/ARI-000713")
    readings = environment.reader().read([KEY, later])
    assert [type(fact_of(readings[each])) for each in (KEY, later)] == [Invoice, CreditMemo]


def test_documents_of_one_voucher_are_told_apart_by_their_days() -> None:
    """Where numbers began anew, whom an invoice is with stands beside whom the other of its voucher was with."""
    lines = [*invoice_lines(JournalNumber="J-1"), *invoice_lines(JournalNumber="J-2")]
    days = [entry(), entry("J-2", AccountingDate="2026-04-01T12:00:00Z", FiscalPeriodName="Period 4")]
    other = {**INVOICE, "InvoiceNumber": "CIV-000900", "InvoiceCustomerAccountNumber": "US-002"}
    of_days = [
        {**INVOICE, "InvoiceDate": "2026-03-31T12:00:00Z"},
        {**other, "InvoiceDate": "2026-04-01T12:00:00Z"},
    ]
    environment = Environment(**{ENTRIES: days, LINES: lines, INVOICES: of_days})
    later = key("usmf/2026-04-01/ARI-000713")
    found = [fact_of(each) for each in environment.reader().read([KEY, later]).values()]
    assert [(each.number, each.lines[0].customer) for each in found] == [
        ("CIV-000713", "US-001"), ("CIV-000900", "US-002"),
    ]  # fmt: skip


@pytest.mark.parametrize("day", ["2026-03-30T12:00:00Z", "1900-01-01T12:00:00Z", "x", None])
def test_a_document_of_another_day_is_not_lost(day: str | None) -> None:
    """Its entry may be booked on another day than its own: its voucher names it as long as it is alone."""
    environment = having_invoice()
    environment.rows[INVOICES] = [{**INVOICE, "InvoiceDate": day}]
    assert fact_of(environment.reader().read([KEY])[KEY]).lines[0].customer == "US-001"


def test_parties_are_asked_for_by_the_category_that_posts_them() -> None:
    """Of a journal nothing is asked; of a bill its supplier, and of a payment its customer."""
    kinds = {"LedgerJournal": ("GNJ", "X"), "Purch": ("API", "VendBalance"), "Payment": ("CPV", "CustBalance")}
    entries = [entry(f"J-{name}", Voucher=name, JournalCategory=category) for category, (name, _) in kinds.items()]
    lines = [
        line(f"{name}{side}", "1", "Asset", posting, amount, JournalNumber=f"J-{name}")  # type: ignore[arg-type]  # any id
        for name, posting in kinds.values()
        for side, amount in enumerate(("5", "-5"))
    ]
    bill = {"dataAreaId": "usmf", "LedgerVoucher": "API", "InvoiceNumber": "77", "InvoiceVendorAccountNumber": "V-1"}
    paid = {"dataAreaId": "usmf", "Voucher": "CPV", "CustomerAccountNumber": "US-002"}
    environment = Environment(**{ENTRIES: entries, LINES: lines, BILLS: [bill], CUSTOMER_TRANSACTIONS: [paid]})
    keys = [key(f"usmf/2026-03-31/{name}") for name, _ in kinds.values()]
    found = [fact_of(each) for each in environment.reader().read(keys).values()]
    assert [type(each) for each in found] == [JournalEntry, Bill, Payment]
    assert [(each.lines[0].supplier, each.lines[0].customer) for each in found] == [
        (None, None), ("V-1", None), (None, "US-002"),
    ]  # fmt: skip
    assert environment.asked(BILLS)[0]["$filter"] == "dataAreaId eq 'usmf' and (LedgerVoucher eq 'API')"
    assert not environment.asked(INVOICES)


def test_an_entry_that_is_not_shown_is_asked_for_again() -> None:
    """What is posted is never deleted: it is archived, or hidden, and a deletion would take it out of the plan."""
    reading = Environment().reader().read([KEY])[KEY]
    assert isinstance(reading, UnavailableError)


def test_an_entry_without_its_lines_is_refused() -> None:
    """No lines balance, and say nothing; also where another entry of the voucher has some."""
    environment = Environment(**{ENTRIES: [entry(), entry("J-2")], LINES: invoice_lines()})
    assert isinstance(environment.reader().read([KEY])[KEY], UnreadableRecordError)


def test_entries_that_share_a_journal_number_are_refused_and_no_neighbour_is() -> None:
    """Lines are found by it: each of them would have those of the other, too, and still balance."""
    other = key("usmf/2026-03-31/GNJ-1")
    headers = [entry(), entry(Voucher="GNJ-1", JournalCategory="LedgerJournal"), entry("J-2", Voucher="GNJ-2")]
    lines = [*invoice_lines(), *invoice_lines(JournalNumber="J-2")]
    neighbour = key("usmf/2026-03-31/GNJ-2")
    readings = Environment(**{ENTRIES: headers, LINES: lines}).reader().read([KEY, other, neighbour])
    assert [isinstance(readings[each], UnreadableRecordError) for each in (KEY, other, neighbour)] == [
        True,
        True,
        False,
    ]
    layers = [entry(), entry(PostingLayer="Tax")]
    assert isinstance(Environment(**{ENTRIES: layers, LINES: lines}).reader().read([KEY])[KEY], UnreadableRecordError)


def test_other_posting_layers_are_not_in_the_books() -> None:
    """Of a voucher in them alone nothing is posted; of one in several the current layer counts."""
    tax = entry("J-T", PostingLayer="Tax")
    lines = [*invoice_lines(), line(1, "1", "Asset", "X", "7", JournalNumber="J-T")]
    environment = Environment(**{ENTRIES: [tax], LINES: lines})
    reading = environment.reader().read([KEY])[KEY]
    assert isinstance(reading, Statement)
    assert (reading.absence, reading.source_version) == (Absence.NOT_POSTED, "")
    both = Environment(**{ENTRIES: [tax, entry()], LINES: lines, INVOICES: [INVOICE]})
    assert len(fact_of(both.reader().read([KEY])[KEY]).lines) == 3
    assert "J-T" not in both.asked(LINES)[0]["$filter"]


@pytest.mark.parametrize(
    "record_id", ["usmf/ARI-000713", "usmf/2026-02-30/ARI", "usmf/2026-03-31/", "/2026-03-31/A", "*usmf", ""]
)
def test_a_key_that_names_no_entry_costs_no_call(record_id: str) -> None:
    """Nor does a key of another entity."""
    environment = having_invoice()
    keys = [key(record_id), key(KEY.record_id, "invoice")]
    readings = environment.reader().read(keys)
    assert all(isinstance(readings[each], UnreadableRecordError) for each in keys)
    assert not environment.addresses


def test_a_row_that_spoils_an_answer_costs_no_other_entry() -> None:
    """A control character in a name: each half is read by itself, until that one is alone."""
    environment = journals(8)
    entries = list(environment.rows[ENTRIES])
    environment.rows[ENTRIES] = [
        {**each, "FiscalPeriodName": "\x01"} if at == 3 else each for at, each in enumerate(entries)
    ]
    keys = [key(f"usmf/2026-03-31/GNJ-{number:06d}") for number in range(8)]
    readings = environment.reader().read(keys)
    assert [isinstance(readings[each], UnreadableRecordError) for each in keys] == [at == 3 for at in range(8)]


def test_a_flawed_entry_costs_no_neighbour() -> None:
    """A line that is missing, or a value that nobody thought of."""
    environment = journals(3)
    environment.rows[LINES] = environment.rows[LINES][1:]
    keys = [key(f"usmf/2026-03-31/GNJ-{number:06d}") for number in range(3)]
    readings = environment.reader().read(keys)
    assert [isinstance(readings[each], UnreadableRecordError) for each in keys] == [True, False, False]


@pytest.mark.parametrize(("status", "error"), [(429, ThrottledError), (503, UnavailableError)])
def test_once_throttled_or_down_nothing_more_is_asked(status: int, error: type[TieoutError]) -> None:
    """The rest of the keys read together get the same error, with the pause that was asked for."""
    environment = journals(200)
    environment.answer = lambda _: httpx.Response(status, headers={"retry-after": "17"})
    keys = [key(f"{company}/2026-03-31/GNJ-000001") for company in ("usmf", "demf", "frrt")]
    readings = environment.reader().read(keys)
    for each in keys:
        assert isinstance(readings[each], error)
        assert getattr(readings[each], "retry_after_seconds", None) == 17
    assert len(environment.addresses) == 1


def test_a_refusal_of_one_company_is_no_reason_to_leave_the_others() -> None:
    """Our role may lack a grant for one of them."""
    environment = having_invoice()
    environment.answer = lambda address: httpx.Response(403) if "frrt" in address else None
    hidden = key("frrt/2026-03-31/ARI-000713")
    readings = environment.reader().read([hidden, KEY])
    assert isinstance(readings[hidden], AccessDeniedError)
    assert isinstance(fact_of(readings[KEY]), Invoice)
