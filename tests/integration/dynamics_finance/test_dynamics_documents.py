"""What is posted in a simulated environment, and what it is read as: every kind, sign, currency and period."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.dynamics_environment import BILL, INVOICE, JOURNAL, PAYMENT, LiveEnvironment
from tieout.errors import UnreadableRecordError
from tieout.facts.documents import Bill, CreditMemo, Invoice, JournalEntry, Payment, PostedDocument
from tieout.facts.statement import Absence, Statement
from tieout.periods import PostingPeriod

Rows = list[tuple[str, int]]


def in_minor_units(fact: PostedDocument) -> Rows:
    """Account and amount of each line in the company's currency."""
    return [(each.account, each.functional.amount_minor) for each in fact.lines]


def test_a_sales_invoice(live: LiveEnvironment) -> None:
    """Revenue is a credit, tax stands on its own account, and the customer comes from the invoice's header."""
    fact = live.fact(live.post(INVOICE))
    assert isinstance(fact, Invoice)
    assert (fact.number, fact.document_date) == ("CIV-000001", date(2026, 3, 30))
    assert fact.posting_period == PostingPeriod("usmf/2026/Period 3", "Period 3", date(2026, 3, 1), date(2026, 3, 31))
    assert in_minor_units(fact) == [("130100", 1_188_000), ("401100", -990_000), ("202100", -198_000)]
    receivable, revenue, _ = fact.lines
    assert (receivable.account_role, revenue.segment, revenue.cost_centre) == ("receivable", "SW", "023")
    assert {(each.customer, each.supplier, each.legal_entity) for each in fact.lines} == {("US-001", None, "usmf")}


def test_a_credit_note_is_told_by_its_sign(live: LiveEnvironment) -> None:
    """It is an invoice to Dynamics, with the same event; part of the first is given back."""
    lines = [
        {"account": "130100", "amount": "-1188.00"},
        {"account": "401100", "amount": "990.00"},
        {"account": "202100", "amount": "198.00"},
    ]
    fact = live.fact(live.post(INVOICE, kind="credit_note", lines=lines))
    assert isinstance(fact, CreditMemo)
    assert in_minor_units(fact) == [("130100", -118_800), ("401100", 99_000), ("202100", 19_800)]


def test_a_free_text_invoice_is_an_invoice(live: LiveEnvironment) -> None:
    """Of another category and another event."""
    fact = live.fact(live.post(INVOICE, kind="free_text_invoice"))
    assert (type(fact), fact.number, fact.lines[0].customer) == (Invoice, "FTI-000001", "US-001")


@pytest.mark.parametrize("amount", ["5000.00", "11880.00", "15000.00"])
def test_a_payment_is_cash_whatever_it_settles(live: LiveEnvironment, amount: str) -> None:
    """A part, all of it, or more than was owed: cash is what came, and no revenue."""
    lines = [{"account": "110110", "amount": amount}, {"account": "130100", "amount": f"-{amount}"}]
    fact = live.fact(live.post(PAYMENT, lines=lines))
    assert isinstance(fact, Payment)
    cash, receivable = fact.lines
    assert (cash.account_role, receivable.account_role) == ("cash", "receivable")
    assert str(cash.functional) == f"{amount} USD"
    assert cash.customer == "US-001"


def test_a_bill_and_its_payment(live: LiveEnvironment) -> None:
    """The bill names its supplier; what is paid to one is a journal, and no cash that was collected."""
    bill = live.fact(live.post(BILL))
    assert (type(bill), bill.number, bill.lines[0].supplier) == (Bill, "2026/0117", "V-001")
    lines = [{"account": "200100", "amount": "800.00"}, {"account": "110110", "amount": "-800.00"}]
    assert type(live.fact(live.post(BILL, kind="supplier_payment", lines=lines))) is JournalEntry


def test_an_accrual_and_its_reversal_next_month(live: LiveEnvironment) -> None:
    """Both stay, each in its own period, and the later one names the earlier."""
    accrual = live.post(JOURNAL)
    _, _, voucher = accrual.split("/")
    reversal = live.control("POST", f"documents/usmf/{voucher}/reverse", date="2026-04-01")["record_id"]
    first, second = live.fact(accrual), live.fact(reversal)
    assert in_minor_units(first) == [("600100", 30_000), ("210100", -30_000)]
    assert in_minor_units(second) == [("600100", -30_000), ("210100", 30_000)]
    assert [each.posting_period and each.posting_period.name for each in (first, second)] == ["Period 3", "Period 4"]
    assert (first.reverses, second.reverses) == (None, accrual)


def test_a_reversal_under_the_same_voucher_is_another_entry(live: LiveEnvironment) -> None:
    """The day tells them apart; what names the voucher leads to both."""
    accrual = live.post(JOURNAL)
    _, _, voucher = accrual.split("/")
    reversal = live.control("POST", f"documents/usmf/{voucher}/reverse", date="2026-04-01", same_voucher=True)
    assert reversal["record_id"] == f"usmf/2026-04-01/{voucher}"
    assert live.found(f"*usmf/voucher/{voucher}/") == [accrual, reversal["record_id"]]
    assert [in_minor_units(live.fact(each))[0] for each in (accrual, reversal["record_id"])] == [
        ("600100", 30_000), ("600100", -30_000),
    ]  # fmt: skip


def test_a_foreign_currency_is_kept_in_three(live: LiveEnvironment) -> None:
    """As posted: the rounding of Dynamics is on its own line, and nothing is converted again."""
    lines = [
        {"account": "130100", "amount": "1000.01"},
        {"account": "401100", "amount": "-500.00"},
        {"account": "401200", "amount": "-500.01"},
    ]
    fact = live.fact(live.post(INVOICE, company="mxmf", currency="EUR", exchange_rate="18.53333", lines=lines))
    assert [str(each.transaction) for each in fact.lines] == ["1000.01 EUR", "-500.00 EUR", "-500.01 EUR"]
    assert [str(each.functional) for each in fact.lines] == ["18533.52 MXN", "-9266.67 MXN", "-9266.85 MXN"]
    assert [str(each.group) for each in fact.lines] == ["1084.21 USD", "-542.10 USD", "-542.11 USD"]
    assert {each.group_rate for each in fact.lines} == {"dynamics:mxmf:MXN>USD"}
    assert {each.legal_entity for each in fact.lines} == {"mxmf"}


def test_a_gain_of_exchange_has_no_amount_in_the_foreign_currency(live: LiveEnvironment) -> None:
    """It is posted in the company's currency alone, and stands on an account of its own."""
    lines = [
        {"account": "130100", "amount": "0", "accounting": "12.30", "reporting": "12.30"},
        {"account": "801300", "amount": "0", "accounting": "-12.30", "reporting": "-12.30"},
    ]
    fact = live.fact(live.post(JOURNAL, kind="exchange_adjustment", currency="EUR", lines=lines))
    assert type(fact) is JournalEntry
    assert [(str(each.transaction), str(each.functional)) for each in fact.lines] == [
        ("0.00 EUR", "12.30 USD"), ("0.00 EUR", "-12.30 USD"),
    ]  # fmt: skip


def test_yen_have_no_decimals(live: LiveEnvironment) -> None:
    """Whatever Dynamics keeps of them."""
    lines = [{"account": "130100", "amount": "100000.00"}, {"account": "401100", "amount": "-100000.00"}]
    fact = live.fact(live.post(INVOICE, currency="JPY", lines=lines))
    assert [str(each.transaction) for each in fact.lines] == ["100000 JPY", "-100000 JPY"]
    assert [str(each.functional) for each in fact.lines] == ["665.00 USD", "-665.00 USD"]


def test_a_pair_between_companies_names_its_partners(live: LiveEnvironment) -> None:
    """Each company has its own entry, and the other one as the partner of its lines."""
    sold = [
        {"account": "130900", "amount": "500.00", "partner": "MXMF"},
        {"account": "401900", "amount": "-500.00", "partner": "MXMF"},
    ]
    bought = [
        {"account": "600900", "amount": "500.00", "partner": "USMF"},
        {"account": "200900", "amount": "-500.00", "partner": "USMF"},
    ]
    one = live.fact(live.post(JOURNAL, lines=sold))
    other = live.fact(live.post(JOURNAL, company="mxmf", lines=bought))
    assert {(each.legal_entity, each.partner) for each in one.lines} == {("usmf", "MXMF")}
    assert {(each.legal_entity, each.partner) for each in other.lines} == {("mxmf", "USMF")}
    assert {str(each.functional) for each in other.lines} == {"8547.00 MXN", "-8547.00 MXN"}


@pytest.mark.parametrize(
    ("kind", "day", "period"), [("closing", "2026-12-31", "Closing"), ("opening", "2027-01-01", "Opening")]
)
def test_entries_that_carry_a_year_on(live: LiveEnvironment, kind: str, day: str, period: str) -> None:
    """They move nothing: their period says so, and has no days of its own."""
    lines = [{"account": "401100", "amount": "9900.00"}, {"account": "300100", "amount": "-9900.00"}]
    fact = live.fact(live.post(JOURNAL, kind=kind, date=day, lines=lines))
    assert fact.closing
    assert fact.posting_period == PostingPeriod(f"usmf/{day[:4]}/{period}", period)


def test_an_entry_of_the_last_day_is_not_a_closing_one(live: LiveEnvironment) -> None:
    """The two periods share the day, and Dynamics says which was meant."""
    fact = live.fact(live.post(JOURNAL, date="2026-12-31"))
    assert not fact.closing
    assert fact.posting_period == PostingPeriod(
        "usmf/2026/Period 12", "Period 12", date(2026, 12, 1), date(2026, 12, 31)
    )


def test_other_layers_are_not_in_the_books(live: LiveEnvironment) -> None:
    """Tax adjustments are of books that are not read, and are not listed as if they were."""
    record_id = live.post(JOURNAL, layer="Tax")
    reading = live.read(record_id)
    assert isinstance(reading, Statement)
    assert reading.absence is Absence.NOT_POSTED
    assert not live.found(f"*usmf/voucher/{record_id.rpartition('/')[2]}/")


def test_a_main_account_of_no_certain_type_is_refused(live: LiveEnvironment) -> None:
    """Alone: what is read together with it is read."""
    odd = live.post(JOURNAL, lines=[{"account": "900100", "amount": "5"}, {"account": "110180", "amount": "-5"}])
    good = live.post(JOURNAL)
    assert isinstance(live.read(odd), UnreadableRecordError)
    assert isinstance(live.fact(good), JournalEntry)


def test_dimensions_with_a_delimiter_in_them(live: LiveEnvironment) -> None:
    """They are escaped, and come back whole."""
    lines: list[dict[str, Any]] = [
        {"account": "600100", "amount": "5", "business_unit": "R-D", "cost_centre": "0\\4"}, {"account": "110180", "amount": "-5"},
    ]  # fmt: skip
    line = live.fact(live.post(JOURNAL, lines=lines)).lines[0]
    assert (line.segment, line.cost_centre, line.partner) == ("R-D", "0\\4", None)


def test_petty_cash_is_cash_where_it_is_declared(live: LiveEnvironment) -> None:
    """Nothing of how it was posted says so."""
    lines = [{"account": "110180", "amount": "5"}, {"account": "130100", "amount": "-5"}]
    record_id = live.post(PAYMENT, lines=lines)
    assert live.fact(record_id).lines[0].account_role is None
    live.reader = live.open_reader(cash_accounts=["110180"])
    assert live.fact(record_id).lines[0].account_role == "cash"
