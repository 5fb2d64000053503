"""What people do in the simulated environment, told to our door and read back: each amount worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tests.support.central_environment import ACCRUAL, INVOICE, MOROCCO, PORTUGAL, SPAIN
from tests.support.central_reading import CentralReading, functional
from tieout.arriving.notice import RecordKey
from tieout.errors import UnavailableError
from tieout.facts.documents import Bill, CreditMemo, Invoice, JournalEntry, Payment
from tieout.facts.statement import Absence, Statement
from tieout.periods import PostingPeriod

Opening = Callable[..., CentralReading]
# 9,900.00 and 100.00 net, 21 % tax.
INVOICED = {"1300": "12100.00", "4000": "-9900.00", "4100": "-100.00", "2200": "-2100.00"}


def test_a_draft_is_nothing_until_it_is_posted(central: CentralReading) -> None:
    """It notifies, and is in nobody's books; posted, it is an invoice with its customer, cost centre and company."""
    invoice_id = central.draft()
    [key] = central.heard()
    assert key == RecordKey("central-iberia", "invoice", f"{SPAIN}/{invoice_id}")
    reading = central.readings([key])[key]
    assert isinstance(reading, Statement)
    assert (reading.absence, reading.related) == (Absence.NOT_POSTED, ())
    number = central.bookkeeper.post(SPAIN, "salesInvoices", invoice_id, by="user")
    told = central.heard()
    assert {each.entity for each in told} == {"invoice", "general_ledger"}
    documents = central.documents(told)
    assert list(documents) == [f"Invoice {number}"]
    invoice = documents[f"Invoice {number}"]
    assert isinstance(invoice, Invoice)
    assert functional(invoice) == INVOICED
    assert {str(line.transaction.currency) for line in invoice.lines} == {"EUR"}
    assert {line.customer for line in invoice.lines} == {"10000"}
    assert {line.legal_entity for line in invoice.lines} == {SPAIN}
    assert {line.account: line.cost_centre for line in invoice.lines}["4000"] == "SALES"
    assert {line.posting_date for line in invoice.lines} == {date(2026, 3, 31)}


def test_a_bill_with_the_number_of_an_invoice_of_that_day_is_a_document_of_its_own(central: CentralReading) -> None:
    """Its entries have the same number, type and posting date; a customer owes nothing more for it."""
    _, number = central.post()
    first = central.documents(central.heard())
    central.clock.advance(60)
    lines = [{"account": "6200", "amount": "40.00"}, {"account": "2100", "amount": "-40.00"}]
    central.journal({"date": "2026-03-31", "number": number, "document_type": "Invoice", "lines": lines})
    both = central.documents(central.heard())
    assert {name: functional(each) for name, each in both.items()} == {
        **{name: functional(each) for name, each in first.items()},
        f"Bill {number}": {"6200": "40.00", "2100": "-40.00"},
    }


def test_a_canceled_invoice_is_paid_and_no_cash_came(central: CentralReading) -> None:
    """Invoice and credit memo stay, each for itself, and add up to nothing; neither is a payment."""
    invoice_id, number = central.post()
    first = central.heard()
    central.clock.advance(60)
    memo = central.bookkeeper.cancel(SPAIN, "salesInvoices", invoice_id, "2026-04-02", by="user")
    assert central.row("salesInvoices", id=invoice_id)["status"] == "Canceled"
    documents = central.documents([*first, *central.heard()])
    assert {name: type(each) for name, each in documents.items()} == {
        f"Invoice {number}": Invoice,
        f"CreditMemo {memo}": CreditMemo,
    }
    assert functional(documents[f"Invoice {number}"]) == INVOICED
    assert functional(documents[f"CreditMemo {memo}"]) == {
        account: f"{-float(amount):.2f}" for account, amount in INVOICED.items()
    }


def test_a_corrected_credit_is_a_negative_debit_all_the_same(opening: Opening) -> None:
    """Where the set-up posts corrections, nothing changes but the side."""
    central = opening(memos_as_corrections=True)
    central.keep_subscribed()
    invoice_id, _ = central.post()
    central.heard()
    central.bookkeeper.cancel(SPAIN, "salesInvoices", invoice_id, "2026-04-02", by="user")
    [memo] = [each for each in central.documents(central.heard()).values() if isinstance(each, CreditMemo)]
    assert functional(memo)["4000"] == "9900.00"
    assert functional(memo)["1300"] == "-12100.00"


def test_a_reversed_journal_adds_up_to_nothing_and_keeps_both(central: CentralReading) -> None:
    """The reversal has the number and the date of the original: whoever told entries apart by them would lose it."""
    central.journal(ACCRUAL)
    first = central.documents(central.heard())["JournalEntry ACC-03"]
    assert functional(first) == {"6000": "300.00", "2300": "-300.00"}
    central.clock.advance(60)
    central.reverse("ACC-03")
    documents = central.documents(central.heard())
    assert list(documents) == ["JournalEntry ACC-03"]
    both = documents["JournalEntry ACC-03"]
    assert isinstance(both, JournalEntry)
    assert [str(line.functional) for line in both.lines] == ["300.00 EUR", "-300.00 EUR", "-300.00 EUR", "300.00 EUR"]


def test_a_payment_is_cash_and_leaves_the_invoice_as_it_was(central: CentralReading) -> None:
    """Its debit lies on the bank; what is applied to what is not in the books that the API shows."""
    _, number = central.post()
    first = central.heard()
    before = central.documents(first)
    paid = central.pay(amount="12100.00", apply={number: "12100.00"})
    documents = central.documents(central.heard())
    payment = documents[f"Payment {paid}"]
    assert isinstance(payment, Payment)
    assert functional(payment) == {"1100": "12100.00", "1300": "-12100.00"}
    assert {line.account_role for line in payment.lines} == {"cash", "receivable"}
    assert central.row("salesInvoices", number=number)["status"] == "Paid"
    assert central.documents(first) == before


def test_a_bill_is_told_by_its_entries_and_knows_its_supplier(central: CentralReading) -> None:
    """Purchase invoices are not subscribed to: the books tell of them."""
    bill = {
        "party": "30000",
        "date": "2026-03-31",
        "lines": [{"account": "6000", "amount": "500.00", "tax_percent": "21", "dimensions": {"DEPARTMENT": "MKT"}}],
    }
    _, number = central.post(bill, "purchaseInvoices")
    told = central.heard()
    assert {each.entity for each in told} == {"general_ledger"}
    found = central.documents(told)[f"Bill {number}"]
    assert isinstance(found, Bill)
    assert functional(found) == {"2100": "-605.00", "6000": "500.00", "1400": "105.00"}
    assert {line.supplier for line in found.lines} == {"30000"}


def test_an_invoice_in_dollars_keeps_the_books_euro_and_its_own_amounts(central: CentralReading) -> None:
    """At 0.90: 12,100.00 dollars are 10,890.00 euro; the rate is the environment's own and nobody else's."""
    _, number = central.post({**INVOICE, "currency": "USD", "rate": "0.90"})
    invoice = central.documents(central.heard())[f"Invoice {number}"]
    assert functional(invoice) == {"1300": "10890.00", "4000": "-8910.00", "4100": "-90.00", "2200": "-1890.00"}
    found = {line.account: str(line.transaction) for line in invoice.lines if line.account != "2200"}
    assert found == {"1300": "12100.00 USD", "4000": "-9900.00 USD", "4100": "-100.00 USD"}
    assert sum(line.transaction.amount_minor for line in invoice.lines) == 0


@pytest.mark.parametrize(
    ("form", "number"),
    [("plain", "CLOSE-26"), ("letter", "CLOSE-26"), ("letter", "J-9"), ("last_second", "J-9")],
)
def test_the_closing_of_a_year_moves_nothing(opening: Opening, form: str, number: str) -> None:
    """By its date, in whichever form, or by its number; run a second time, it closes what came after."""
    central = opening(closing_date_form=form)
    central.keep_subscribed()
    central.post()
    central.heard()
    central.close_year(number)
    first = central.documents(central.heard())[f"JournalEntry {number}"]
    assert first.closing
    assert functional(first) == {"4000": "9900.00", "4100": "100.00", "3100": "-10000.00"}
    central.post()
    assert not any(each.closing for each in central.documents(central.heard()).values())
    central.clock.advance(60)
    central.close_year(number)
    second = central.documents(central.heard())[f"JournalEntry {number}"]
    assert second.closing
    assert functional(second) == {"4000": "19800.00", "4100": "200.00", "3100": "-20000.00"}


def test_a_company_with_periods_of_its_own_posts_to_them_and_to_the_groups_currency(central: CentralReading) -> None:
    """Morocco: 4-4-5, entered by hand, and the euro as additional reporting currency at 0.0925."""
    stated = {**ACCRUAL, "date": "2026-03-31"}
    central.journal(stated, MOROCCO)
    told = central.heard()
    found = central.documents(told, accounting_periods=True, group_currency="EUR")["JournalEntry ACC-03"]
    assert functional(found) == {"6000": "300.00", "2300": "-300.00"}
    assert [(str(line.functional), str(line.group)) for line in found.lines] == [
        ("300.00 MAD", "27.75 EUR"),
        ("-300.00 MAD", "-27.75 EUR"),
    ]
    assert {line.group_rate for line in found.lines} == {"business_central:additional"}
    starts = sorted(str(each["startingDate"]) for each in central.find("accountingPeriods", MOROCCO))
    first = max(each for each in starts if each <= "2026-03-31")
    following = min(each for each in starts if each > "2026-03-31")
    period = found.posting_period
    assert isinstance(period, PostingPeriod)
    assert (period.period_id, period.first_day) == (first, date.fromisoformat(first))
    assert period.last_day is not None
    assert (date.fromisoformat(following) - period.last_day).days == 1


def test_the_same_number_in_two_companies_is_two_documents(central: CentralReading) -> None:
    """Each of its own legal entity."""
    for company in (SPAIN, PORTUGAL):
        central.journal(ACCRUAL, company)
    told = central.heard()
    facts = [
        each.fact for each in central.readings(told).values() if isinstance(each, Statement) and each.fact is not None
    ]
    assert {line.legal_entity for fact in facts for line in fact.lines} == {SPAIN, PORTUGAL}  # type: ignore[attr-defined]
    assert len(facts) == 2


def test_a_change_of_many_that_names_no_record_leads_to_all_documents(opening: Opening) -> None:
    """Above the limit one notification stands for all; what was posted since is listed and read."""
    central = opening(most_notifications=5)
    central.keep_subscribed()
    central.journal({**ACCRUAL, "number": "OLD"})
    central.heard()
    central.clock.advance(3_600)
    numbers = [central.post()[1] for _ in range(6)]
    told = central.heard()
    assert all(each.asks_for_listing for each in told)
    assert {each.entity for each in told} == {"invoice", "general_ledger"}
    assert list(central.documents(told)) == [f"Invoice {number}" for number in numbers]


@pytest.mark.parametrize("filtered", ["generalLedgerEntries", "generalLedgerSetup"])
def test_what_security_filters_hold_back_is_neither_gone_nor_made_up(central: CentralReading, filtered: str) -> None:
    """An empty list is all that is answered to a user whose permissions were filtered; what is in planning stays."""
    central.post()
    documents = [each for each, found in central.readings(central.heard()).items() if found.fact is not None]  # type: ignore[union-attr]
    assert documents
    central.settings.filtered = (filtered,)
    assert {type(each) for each in central.reader().read(documents).values()} == {UnavailableError}
    with pytest.raises(UnavailableError):
        central.listing().still_known(documents)


def test_forms_of_addresses_and_words_make_no_difference(opening: Opening) -> None:
    """As tenants answer, and as the vendor's samples have it."""
    found = []
    for form, escaped in (("bare", True), ("slash", False), ("address", True), ("mixed", False)):
        central = opening(resource_form=form, escaped_enumerations=escaped)
        central.keep_subscribed()
        invoice_id, _ = central.post()
        central.bookkeeper.cancel(SPAIN, "salesInvoices", invoice_id, "2026-04-02", by="user")
        found.append({name: functional(each) for name, each in central.documents(central.heard()).items()})
    assert found[0]
    assert all(each == found[0] for each in found)
