"""What is asked of Dynamics for a batch of keys or for what an event named, and what of it each key gets."""

from __future__ import annotations

from typing import Any

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


def found_by(environment: Environment, search: str, **options: Any) -> list[str]:  # noqa: ANN401 options
    """The record ids a search leads to."""
    page = environment.reader(**options).list_page(key(search))
    assert page.following is None
    return [each.record_id for each in page.keys]


def test_an_invoice_that_an_event_named_leads_to_its_entry() -> None:
    """By its header's voucher, whatever quotes its number has."""
    environment = having_invoice()
    assert found_by(environment, "*usmf/customer_invoice/CIV-000713/") == [KEY.record_id]
    odd = {**INVOICE, "InvoiceNumber": "O'Hara/7"}
    environment.rows[INVOICES] = [odd]
    assert found_by(environment, "*usmf/customer_invoice/O'Hara%2F7/") == [KEY.record_id]
    assert environment.asked(INVOICES)[-1]["$filter"] == "dataAreaId eq 'usmf' and (InvoiceNumber eq 'O''Hara/7')"


def test_a_number_that_several_suppliers_use_leads_to_all_of_theirs() -> None:
    """An entry too many that is read again changes nothing."""
    entries = [entry(f"J-{each}", Voucher=f"API-{each}") for each in (1, 2)]
    bills = [{"dataAreaId": "usmf", "InvoiceNumber": "77", "LedgerVoucher": f"API-{each}"} for each in (1, 2)]
    environment = Environment(**{ENTRIES: entries, BILLS: bills})
    assert found_by(environment, "*usmf/supplier_invoice/77/") == ["usmf/2026-03-31/API-1", "usmf/2026-03-31/API-2"]


def test_a_voucher_leads_to_its_entries_of_every_day() -> None:
    """An accrual and its reversal may share one; what is in other layers is left out, and each is named once."""
    environment = Environment(**{ENTRIES: [
        entry("J-1"), entry("J-2"), entry("J-3", PostingLayer="Tax", AccountingDate="2026-05-01T12:00:00Z"),
        entry("J-4", AccountingDate="2026-04-01T12:00:00Z"),
    ]})  # fmt: skip
    assert found_by(environment, "*usmf/voucher/ARI-000713/") == [KEY.record_id, "usmf/2026-04-01/ARI-000713"]


def test_a_journal_leads_to_all_of_its_vouchers_page_by_page() -> None:
    """The next page begins behind the last number of this one."""
    entries = [entry(f"J-{at:04d}", Voucher=f"GNJ-{at:04d}", JournalBatchNumber="00412") for at in range(200)]
    environment = Environment(**{ENTRIES: entries})
    page = environment.reader().list_page(key("*usmf/journal/00412/"))
    assert len(page.keys) == 200
    assert page.following == key("*usmf/journal/00412/J-0199")
    environment.rows[ENTRIES] = entries[:1]
    assert environment.reader().list_page(page.following).following is None
    first, second = environment.asked(ENTRIES)
    assert first["$filter"] == "dataAreaId eq 'usmf' and (JournalBatchNumber eq '00412')"
    assert second["$filter"] == first["$filter"] + " and JournalNumber gt 'J-0199'"
    assert (first["$top"], first["$orderby"]) == ("200", "JournalNumber")


def test_the_end_of_a_listing_may_be_empty() -> None:
    """Two hundred to the last: the page behind them has none."""
    page = Environment().reader().list_page(key("*usmf/journal/00412/J-0199"))
    assert (page.keys, page.following) == ((), None)


@pytest.mark.parametrize(
    "search", ["*usmf/customer_invoice/CIV-000713/", "*usmf/voucher/ARI-000713/", "*usmf/journal/7/"]
)
def test_what_was_said_to_be_posted_and_is_not_shown_is_asked_for_again(search: str) -> None:
    """The event was told first, or our role has lost the company: either way nothing may be forgotten."""
    with pytest.raises(UnavailableError):
        Environment().reader().list_page(key(search))


def test_an_invoice_whose_entry_is_not_shown_yet_is_asked_for_again() -> None:
    """Subledgers may be carried over into the general ledger later, in batches."""
    for voucher in ("ARI-000713", ""):
        with pytest.raises(UnavailableError):
            Environment(**{INVOICES: [{**INVOICE, "LedgerVoucher": voucher}]}).reader().list_page(
                key("*usmf/customer_invoice/CIV-000713/")
            )


@pytest.mark.parametrize(
    "search", ["*", "*usmf", "*usmf/voucher/1", "*usmf/voucher//", "*usmf/rebate/7/", "usmf/voucher/1/", "*a/b/c/d/e"]
)
def test_what_is_no_search_is_refused(search: str) -> None:
    """Also one for a kind of document that is not declared any more."""
    with pytest.raises(UnreadableRecordError):
        Environment().reader().list_page(key(search))
