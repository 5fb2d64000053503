"""What NetSuite's rows become: posted documents with balanced lines in three currencies, or a reason there is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.netsuite_rows import INVOICE, RATES, document, header, line, stated
from tieout.errors import UnreadableRecordError
from tieout.facts.documents import AccountClass, DocumentState, Payment
from tieout.facts.statement import Absence
from tieout.money import Money
from tieout.periods import PostingPeriod
from tieout.systems.netsuite.lines import Rates


def test_an_invoice_keeps_its_lines_with_all_three_amounts() -> None:
    """Debit positive: the receivable is positive, revenue and tax are negative, each in three currencies."""
    invoice = document(header(), INVOICE)
    assert [str(each.transaction) for each in invoice.lines] == ["11880.00 EUR", "-9900.00 EUR", "-1980.00 EUR"]
    assert [str(each.functional) for each in invoice.lines] == ["11880.00 EUR", "-9900.00 EUR", "-1980.00 EUR"]
    assert [str(each.group) for each in invoice.lines] == ["12880.30 USD", "-10682.10 USD", "-2146.72 USD"]
    revenue = invoice.lines[1]
    assert (revenue.account, revenue.account_class, revenue.account_role) == ("4000", AccountClass.INCOME, None)
    assert (revenue.customer, revenue.cost_centre, revenue.product) == ("7938", "7", "501")
    assert invoice.lines[0].account_role == "receivable"


def test_the_version_is_the_last_change_in_utc() -> None:
    """NetSuite answers in the account's own zone."""
    assert stated(header(), INVOICE).source_version == "2026-03-31T22:41:06.000Z"


def test_the_period_is_the_erps_and_not_the_dates() -> None:
    """A document dated April that is posted to March belongs to March."""
    invoice = document(header(), INVOICE)
    assert str(invoice.document_date) == "2026-04-02"
    assert invoice.posting_period == PostingPeriod("214", "Mar 2026", date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    "period",
    [
        {"isadjust": "T", "periodname": "Adj 2026", "periodstart": "2026-12-31", "periodend": "2026-12-31"},
        {"isadjust": "T", "periodname": "Adj 2026", "periodstart": "2026-12-01", "periodend": "2026-12-31"},
        {"periodstart": None},
        {"periodend": None},
    ],
)
def test_a_period_that_shares_its_days_or_has_none_goes_where_people_say(period: dict[str, str | None]) -> None:
    """Adjustment periods are mapped, never placed by arithmetic."""
    found = document(header(**period), INVOICE).posting_period
    assert None in ({found.first_day, found.last_day} if found else {})


def test_a_period_keeps_its_days_whatever_calendar_they_are_of() -> None:
    """Whether they are a period of ours, the calendar of the company says."""
    found = document(header(periodstart="2026-03-29", periodend="2026-04-25"), INVOICE).posting_period
    assert found == PostingPeriod("214", "Mar 2026", date(2026, 3, 29), date(2026, 4, 25))


@pytest.mark.parametrize(
    ("account", "rate", "amount"),
    [
        ("1100", "current=1.0842", "108.42"),
        ("4000", "average=1.079", "107.90"),
        ("3000", "historical=1.1", "110.00"),
        ("5000", "average=1.079", "107.90"),
    ],
)
def test_the_group_amount_uses_the_rate_type_of_the_account(account: str, rate: str, amount: str) -> None:
    """Balance sheet, income statement and equity are consolidated at different rates of the same period."""
    rows = [line(0, account, "100", "100"), line(1, "2100", "-100", "-100")]
    first = document(header(type="Journal"), rows, "journal_entry").lines[0]
    assert (str(first.group), first.group_rate) == (f"{amount} USD", f"netsuite:3>1:214:Mar-2026:{rate}")


def test_without_a_rate_there_is_no_group_amount() -> None:
    """Nothing is invented: not rate 1, and not the header's rate."""
    missing: list[Rates] = [
        {},
        {("213", "3"): RATES["214", "3"]},
        {("214", "3"): {"currency": "USD", "averagerate": "0"}},
    ]
    for rates in missing:
        assert [(each.group, each.group_rate) for each in document(header(), INVOICE, rates=rates).lines] == [
            (None, None)
        ] * 3


def test_the_groups_own_subsidiary_needs_no_rate() -> None:
    """Its functional currency is the group's."""
    rows = [{**row, "subsidiary": "1", "functionalcurrency": "USD"} for row in INVOICE]
    [first, *_] = document(header(currency="USD"), rows, rates={}).lines
    assert (first.group, first.group_rate) == (first.functional, "netsuite:1>1:214:Mar-2026:own")


def test_the_functional_amount_is_netsuites_and_never_recomputed() -> None:
    """The rounding NetSuite posted is kept, so that the ledger ties."""
    rows = [line(0, "1100", "100", "108.43"), line(1, "4000", "-100", "-108.43")]
    assert [each.functional.amount_minor for each in document(header(), rows).lines] == [10843, -10843]


def test_a_direct_void_is_void_with_zero_lines() -> None:
    """The document stays, and takes its amounts back where they were."""
    rows = [{**row, "amount": "0", "foreignamount": "0"} for row in INVOICE]
    for mark in ({"voided": "T"}, {"memovoid": "T"}, {"voided": "T", "posting": "F"}):
        found = document(header(**mark), rows)
        assert found.state is DocumentState.VOID
        assert all(each.transaction.amount_minor == each.functional.amount_minor == 0 for each in found.lines)
        assert {(str(each.group), each.group_rate) for each in found.lines} == {("0.00 USD", None)}  # by no rate at all
    bare = [{name: value for name, value in row.items() if "amount" not in name} for row in INVOICE]
    assert document(header(voided="T"), bare).state is DocumentState.VOID
    assert document(header(voided="T"), []).state is DocumentState.VOID


def test_a_void_by_journal_leaves_the_document_as_it_is() -> None:
    """The reversing journal takes the amount back in its own period; zeroing the document too would do it twice."""
    found = document(header(voided="T"), INVOICE)
    assert found.state is DocumentState.POSTED
    assert found.lines[1].transaction == Money(-990000, "EUR")


def test_an_invoice_of_zero_is_posted_and_not_void() -> None:
    """Zero lines without a mark are an invoice over nothing."""
    rows = [{**row, "amount": "0", "foreignamount": "0"} for row in INVOICE]
    assert document(header(), rows).state is DocumentState.POSTED


@pytest.mark.parametrize("change", [{"posting": "F"}, {"posting": None}, {"posting": "F", "period": None}])
def test_what_is_not_in_the_books_is_no_fact(change: dict[str, str | None]) -> None:
    """A document that waits for approval has a version and no fact."""
    for rows in ([], INVOICE):
        found = stated(header(**change), rows)
        assert (found.absence, found.source_version) == (Absence.NOT_POSTED, "2026-03-31T22:41:06.000Z")


def test_a_reversal_knows_what_it_reverses_and_not_the_other_way_round() -> None:
    """NetSuite links both journals to each other; both stay, each in its own period."""
    rows = [line(0, "5000", "10", "10"), line(1, "2100", "-10", "-10")]
    assert document(header(type="Journal", reversal="48100"), rows, "journal_entry").reverses == "48100"
    assert document(header(type="Journal", reversal="48300"), rows, "journal_entry").reverses is None
    assert document(header(type="Journal"), rows, "journal_entry").reverses is None


@pytest.mark.parametrize("account", ["1000", "1099", "1050"])
def test_cash_is_bank_undeposited_funds_and_what_is_configured(account: str) -> None:
    """The debit of a payment lies on one of them."""
    rows = [line(0, account, "250", "250"), line(1, "1100", "-250", "-250")]
    payment = document(header(type="CustPymt"), rows, "payment")
    assert isinstance(payment, Payment)
    assert (payment.lines[0].account_role, payment.lines[0].transaction.amount_minor) == ("cash", 25000)


def test_what_a_payment_has_not_applied_is_a_line_of_its_own() -> None:
    """A payment of 250 with 200 applied leaves 50 on account; the sums stay."""
    rows = [line(0, "1000", "250", "270"), line(1, "1100", "-250", "-270", unused="54")]
    lines = document(header(type="CustPymt", foreignunused="50"), rows, "payment").lines
    assert [(each.line_id, each.transaction.amount_minor, each.functional.amount_minor) for each in lines] == [
        ("0", 25000, 27000),
        ("1", -20000, -21600),
        ("1:unapplied", -5000, -5400),
    ]
    whole = document(
        header(type="CustPymt", foreignunused="250"), [rows[0], {**rows[1], "unused": "270"}], "payment"
    ).lines
    assert [each.line_id for each in whole] == ["0", "1:unapplied"]


def test_what_waits_is_shown_apart_only_as_far_as_netsuite_states_it() -> None:
    """In one currency the document's amount serves for both; in two, nothing is recomputed and the line stays whole."""
    rows = [line(0, "1000", "250", "250"), line(1, "1100", "-250", "-250")]
    head = header(type="CustPymt", foreignunused="50")
    assert [each.functional.amount_minor for each in document(head, rows, "payment").lines] == [25000, -20000, -5000]
    dollars = [{**row, "functionalcurrency": "USD"} for row in rows]
    assert [each.line_id for each in document(head, dollars, "payment").lines] == ["0", "1"]
    two = [rows[0], line(1, "1100", "-100", "-100"), line(2, "1100", "-150", "-150")]
    assert [each.line_id for each in document(head, two, "payment").lines] == ["0", "1", "2"]


def test_a_company_without_subsidiaries_has_its_own_currency_and_no_group() -> None:
    """There is nothing to consolidate."""
    bare = [
        {name: value for name, value in row.items() if name not in {"subsidiary", "functionalcurrency"}}
        for row in INVOICE
    ]
    lines = document(header(currency="USD"), bare).lines
    assert {(each.functional.currency, each.group) for each in lines} == {("USD", None)}


def test_a_journals_line_names_a_customer_only_if_it_is_one() -> None:
    """Vendors and employees stand in the same column."""
    rows = [
        line(0, "5000", "10", "10", entity="8100", entitytype="Vendor"),
        line(1, "4000", "-10", "-10", entity="7938", entitytype="CustJob"),
    ]
    assert [each.customer for each in document(header(type="Journal"), rows, "journal_entry").lines] == [None, "7938"]


def test_a_line_netsuite_makes_itself_has_no_amount_in_the_documents_currency() -> None:
    """Cost of goods and rounding are posted in the subsidiary's currency alone."""
    usd = {"functionalcurrency": "USD", "subsidiary": "1"}
    rows = [
        line(0, "1100", "100", "108.42", **usd),
        line(1, "4000", "-100", "-108.42", **usd),
        line(2, "5000", None, "60", **usd),
        line(3, "1050", None, "-60", **usd),
    ]
    assert [each.transaction.amount_minor for each in document(header(), rows).lines] == [10000, -10000, 0, 0]
    same = [{**row, "functionalcurrency": "EUR"} for row in rows]
    assert [each.transaction.amount_minor for each in document(header(), same).lines] == [10000, -10000, 6000, -6000]


def test_an_intercompany_journal_balances_in_each_functional_currency() -> None:
    """Its lines lie in several subsidiaries with a currency each."""
    rows = [
        line(0, "1050", "100", "92", subsidiary="3"),
        line(1, "4000", "-100", "-92", subsidiary="3"),
        line(2, "5000", "100", "100", subsidiary="1", functionalcurrency="USD"),
        line(3, "2100", "-100", "-100", subsidiary="1", functionalcurrency="USD"),
    ]
    found = document(header(type="Journal", currency="USD"), rows, "journal_entry")
    assert [str(each.functional) for each in found.lines] == ["92.00 EUR", "-92.00 EUR", "100.00 USD", "-100.00 USD"]


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        (header(), INVOICE[:2]),
        (header(), [*INVOICE, *INVOICE]),
        (header(type="CustCred"), INVOICE),
        (header(currency="Euro"), INVOICE),
        (header(trandate="3/31/2026"), INVOICE),
        (header(lastmodified=None), INVOICE),
        (header(), [{**INVOICE[0], "amount": "NaN"}, *INVOICE[1:]]),
        (header(), [{**INVOICE[0], "accttype": "NonPosting"}, *INVOICE[1:]]),
        (header(reversal="x"), INVOICE),
        (header(currencyprecision="999999"), INVOICE),
        (header(), [{**INVOICE[0], "amount": "1e5000"}, *INVOICE[1:]]),
    ],
    ids=[
        *("half", "twice", "other type", "currency", "date", "no version", "amount", "account type", "link"),
        *("precision", "amount beyond any"),
    ],
)
def test_rows_that_make_no_document_are_refused(head: dict[str, str], rows: list[dict[str, str]]) -> None:
    """A half-read or doubled document never becomes a fact."""
    with pytest.raises(UnreadableRecordError):
        stated(head, rows)


_CENTS = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12)


@given(_CENTS, st.sampled_from(["EUR", "JPY", "KWD"]), st.sampled_from(["USD", "JPY", "BHD"]), st.integers(1, 3))
def test_lines_add_up_to_zero_in_both_currencies(cents: list[int], currency: str, functional: str, factor: int) -> None:
    """However many decimals NetSuite keeps, the minor units of a document still balance."""
    numbers = [*cents, -sum(cents)]
    rows = [
        line(
            place,
            "1100",
            str(Decimal(n).scaleb(-2)),
            str(Decimal(n * factor).scaleb(-2)),
            functionalcurrency=functional,
        )
        for place, n in enumerate(numbers)
    ]
    lines = document(header(currency=currency), rows, rates={}).lines
    assert sum(each.transaction.amount_minor for each in lines) == 0
    assert sum(each.functional.amount_minor for each in lines) == 0
    for each, number in zip(lines, numbers, strict=True):
        exact = Decimal(number).scaleb(-2)
        assert abs(each.transaction.decimal() - exact) <= len(numbers)


@given(_CENTS)
def test_signs_are_the_ledgers(cents: list[int]) -> None:
    """A debit stays positive and a credit negative, in every currency."""
    numbers = [*cents, -sum(cents)]
    rows = [line(place, "4000", str(n), str(n)) for place, n in enumerate(numbers)]
    for each, number in zip(document(header(), rows).lines, numbers, strict=True):
        assert each.transaction.amount_minor == each.functional.amount_minor == number * 100
        assert each.group is not None
        assert (each.group.amount_minor > 0) == (number > 0)
        assert (each.group.amount_minor < 0) == (number < 0)


@given(_CENTS)
def test_a_voided_document_is_zero_in_every_currency(cents: list[int]) -> None:
    """Whatever stood there before, nothing is left of it."""
    rows = [line(place, "4000", "0.00", "0") for place, _ in enumerate(cents)]
    found = document(header(voided="T"), rows)
    assert found.state is DocumentState.VOID
    assert {(each.transaction.amount_minor, each.functional.amount_minor) for each in found.lines} == {(0, 0)}
    assert {each.group.amount_minor for each in found.lines if each.group} == {0}
