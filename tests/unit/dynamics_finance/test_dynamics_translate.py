"""What the rows of an entry come to: kind, amounts, dimensions, period, and why they come to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from tests.support.dynamics_answers import INVOICE, entry, invoice_lines, line
from tests.support.dynamics_statements import fact, reason, stated
from tieout.facts.documents import (
    AccountClass,
    Bill,
    CreditMemo,
    Invoice,
    JournalEntry,
    LedgerLine,
    Payment,
    PostedDocument,
)
from tieout.money import Money
from tieout.periods import PostingPeriod

Rows = Sequence[Mapping[str, Any]]


def test_an_invoice_is_its_posted_lines() -> None:
    """Debit positive, with all three amounts, the customer of its header, and the parts of each ledger account."""
    found = stated(documents=[INVOICE])
    assert found.source_version == "2026-03-31T23:21:06.000Z"
    assert found.fact == Invoice(
        number="CIV-000713",
        document_date=date(2026, 3, 31),
        posting_period=PostingPeriod("usmf/2026/Period 3", "Period 3", date(2026, 3, 1), date(2026, 3, 31)),
        lines=(
            ledger_line("68719476736", "130100", AccountClass.ASSET, 120000, account_role="receivable"),
            ledger_line("68719476737", "401100", AccountClass.INCOME, -100000, segment="SW", cost_centre="023"),
            ledger_line("68719476738", "202100", AccountClass.LIABILITY, -20000),
        ),
    )


def ledger_line(line_id: str, account: str, account_class: AccountClass, minor: int, **more: Any) -> LedgerLine:  # noqa: ANN401
    """A line of the invoice, of the same amount in three currencies."""
    return LedgerLine(
        line_id=line_id,
        account=account,
        account_class=account_class,
        transaction=Money(minor, "USD"),
        functional=Money(minor, "USD"),
        legal_entity="usmf",
        group=Money(minor, "EUR"),
        group_rate="dynamics:usmf:USD>EUR",
        customer="US-001",
        **more,
    )


def test_the_three_amounts_are_those_dynamics_keeps() -> None:
    """None is computed from another: a header's rate would not tie."""
    pounds = {"TransactionCurrencyCode": "GBP"}
    sold = {**pounds, "AccountingCurrencyAmount": "-1268.09", "ReportingCurrencyAmount": "-1170.33"}
    owed = {**pounds, "AccountingCurrencyAmount": "1268.10", "ReportingCurrencyAmount": "1170.33"}
    kept = [
        line(1, "130100", "Asset", "CustBalance", "1000.00", **owed),
        line(2, "401100", "Revenue", "CustRevenue", "-1000.00", **sold),
        line(3, "801400", "Expense", "ExchRateLoss", "0", AccountingCurrencyAmount="-0.01"),
    ]
    amounts = [(each.transaction, each.functional, each.group) for each in fact(lines=kept).lines]
    assert amounts == [
        (Money(100000, "GBP"), Money(126810, "USD"), Money(117033, "EUR")),
        (Money(-100000, "GBP"), Money(-126809, "USD"), Money(-117033, "EUR")),
        (Money(0, "USD"), Money(-1, "USD"), Money(0, "EUR")),
    ]


def test_a_company_without_a_reporting_currency_has_no_group_amounts() -> None:
    """Then planning's rates decide, and nothing is taken for zero."""
    assert {(each.group, each.group_rate) for each in fact([entry(ReportingCurrencyCode="")]).lines} == {(None, None)}


def test_more_decimals_than_a_currency_has_lose_no_balance() -> None:
    """Dynamics keeps two of everything; yen have none, and the rest goes to the largest line."""
    yen = [
        line(place, account, kind, posting, amount, TransactionCurrencyCode="JPY")
        for place, (account, kind, posting, amount) in enumerate(
            [("1", "Asset", "CustBalance", "100.80"), ("4", "Revenue", "X", "-50.40"), ("4", "Revenue", "X", "-50.40")]
        )
    ]
    lines = fact([entry(AccountingCurrencyCode="JPY")], yen).lines
    assert [each.functional.amount_minor for each in lines] == [100, -50, -50]
    assert [each.transaction.amount_minor for each in lines] == [100, -50, -50]


@pytest.mark.parametrize(
    ("category", "posting", "amount", "kind"),
    [
        ("Sales", "CustBalance", "10", Invoice),
        ("sales", "custbalance", "-10", CreditMemo),
        ("Cust", "CustBalance", "10", Invoice),
        ("Sales", "SalesIssue", "10", JournalEntry),
        ("Purch", "VendBalance", "-10", Bill),
        ("Vend", "VendBalance", "10", Bill),
        ("Purch", "PurchReceipt", "10", JournalEntry),
        ("Payment", "CustBalance", "-10", Payment),
        ("Payment", "CustBalance", "10", Payment),
        ("Payment", "VendBalance", "10", JournalEntry),
        ("Payment", "Bank", "10", JournalEntry),
        ("ExchAdjustment", "CustBalance", "10", JournalEntry),
        ("", "CustBalance", "10", JournalEntry),
    ],
)
def test_the_kind_is_what_category_and_lines_say_together(
    category: str, posting: str, amount: str, kind: type[PostedDocument]
) -> None:
    """A credit note is an invoice whose customer owes less; what an invoice's category posts without a customer is none."""
    other = amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"
    rows = [line(1, "1", "Asset", posting, amount), line(2, "2", "Liability", "LedgerJournal", other)]
    assert type(fact([entry(JournalCategory=category)], rows)) is kind


def test_credit_notes_keep_their_signs() -> None:
    """Nothing is turned round: what an invoice credits its credit note debits."""
    found = fact(lines=invoice_lines("-"), documents=[INVOICE])
    assert type(found) is CreditMemo
    assert [each.functional.amount_minor for each in found.lines] == [-120000, 100000, 20000]


def test_the_party_of_an_entry_is_told_where_there_is_one() -> None:
    """A voucher that pays for several customers says of no line whose it is; a dimension that does is heard first."""
    other = {**INVOICE, "InvoiceNumber": "CIV-000714", "InvoiceCustomerAccountNumber": "US-002"}
    of_several = fact(documents=[INVOICE, other])
    assert of_several.number == "ARI-000713"
    assert {each.customer for each in of_several.lines} == {None}
    of_one = fact(documents=[INVOICE, {**INVOICE, "InvoiceNumber": "CIV-000714"}])
    assert (of_one.number, {each.customer for each in of_one.lines}) == ("ARI-000713", {"US-001"})
    own = fact(documents=[INVOICE], dimensions=["account", "customer", "cost_centre"])
    assert [each.customer for each in own.lines] == ["US-001", "SW", "US-001"]


def test_a_bill_names_its_supplier() -> None:
    """By the account in its header; no customer is told."""
    rows = [line(1, "6", "Expense", "PurchExpense", "10"), line(2, "2", "Liability", "VendBalance", "-10")]
    header = {"InvoiceNumber": "2026/0117", "InvoiceVendorAccountNumber": "V-001"}
    found = fact([entry(JournalCategory="Purch")], rows, [header])
    assert (type(found), found.number) == (Bill, "2026/0117")
    assert {(each.supplier, each.customer) for each in found.lines} == {("V-001", None)}


@pytest.mark.parametrize(
    ("display_value", "found"),
    [
        ("401100", {}),
        ("401100-SW-023-DEMF", {"segment": "SW", "cost_centre": "023", "partner": "DEMF"}),
        ("401100--023", {"cost_centre": "023"}),
        ("401100---DEMF", {"partner": "DEMF"}),
        ("401100- - -", {}),
        ("401100-R\\-2-023", {"segment": "R-2", "cost_centre": "023"}),
        ("401100-\\\\-", {"segment": "\\"}),
    ],
)
def test_the_parts_of_a_ledger_account_are_what_they_are_declared_to_be(
    display_value: str, found: dict[str, str]
) -> None:
    """Empty ones are none; a delimiter within a value stands behind a backslash; those at the end may be missing."""
    rows = invoice_lines()
    rows[1]["LedgerAccountDisplayValue"] = display_value
    named = fact(lines=rows).lines[1]
    assert named.account == "401100"
    parts = {name: getattr(named, name) for name in ("segment", "cost_centre", "partner")}
    assert {name: value for name, value in parts.items() if value is not None} == found


def test_unused_parts_are_passed_over_and_another_delimiter_is_taken() -> None:
    """As the environment's own format of dimensions is."""
    rows = invoice_lines()
    rows[1]["LedgerAccountDisplayValue"] = "401100~SW~023-4"
    found = fact(lines=rows, dimensions=["account", "unused", "cost_centre"], dimension_delimiter="~").lines[1]
    assert (found.account, found.segment, found.cost_centre) == ("401100", None, "023-4")


@pytest.mark.parametrize("display_value", ["401100-SW-023-DEMF-X", "-SW", "   -SW"])
def test_an_account_that_is_not_as_declared_is_refused(display_value: str) -> None:
    """A part that nobody declared could be any dimension; a line without an account is no line."""
    rows = invoice_lines()
    rows[1]["LedgerAccountDisplayValue"] = display_value
    assert "account" in reason(lines=rows)


@pytest.mark.parametrize(("posting", "account", "role"), [
    ("Bank", "110110", "cash"), ("CustBalance", "130100", "receivable"), ("LedgerJournal", "110180", "cash"),
    ("LedgerJournal", "110110", None), ("CustBalance", "110180", "receivable"),
])  # fmt: skip
def test_cash_and_receivables_are_told_by_how_a_line_was_posted(posting: str, account: str, role: str | None) -> None:
    """Or by the account, where it is declared as cash."""
    rows = [line(1, account, "Asset", posting, "10"), line(2, "2", "Liability", "LedgerJournal", "-10")]
    assert fact(lines=rows, cash_accounts=["110180"]).lines[0].account_role == role


@pytest.mark.parametrize(
    ("kind", "account_class"),
    [
        ("Revenue", AccountClass.INCOME), ("Expense", AccountClass.EXPENSE), ("Cost", AccountClass.EXPENSE),
        ("ASSET", AccountClass.ASSET), ("Liability", AccountClass.LIABILITY), ("Equity", AccountClass.EQUITY),
    ],
)  # fmt: skip
def test_the_type_of_a_main_account_is_its_class(kind: str, account_class: AccountClass) -> None:
    """By its symbol."""
    rows = [line(1, "1", kind, "X", "10"), line(2, "2", "Liability", "X", "-10")]
    assert fact(lines=rows).lines[0].account_class is account_class


@pytest.mark.parametrize("kind", ["ProfitAndLoss", "BalanceSheet", "Total", "", None, 5])
def test_a_main_account_of_no_certain_type_is_refused(kind: object) -> None:
    """It could be income or expense: nothing is guessed."""
    rows = [line(1, "1", str(kind), "X", "10", MainAccountType=kind), line(2, "2", "Liability", "X", "-10")]
    assert "type" in reason(lines=rows)


@pytest.mark.parametrize(
    ("kind", "is_closing"), [("Operating", False), ("Closing", True), ("Opening", True), ("closing", True)]
)
def test_entries_of_opening_and_closing_periods_carry_a_year_on(kind: str, is_closing: bool) -> None:  # noqa: FBT001
    """Their periods have the days of others, so the mapping table says where they belong."""
    found = fact([entry(FiscalPeriodType=kind, FiscalPeriodName="Close")])
    assert found.closing is is_closing
    assert found.posting_period is not None
    assert found.posting_period.period_id == "usmf/2026/Close"
    assert (found.posting_period.first_day is None) is is_closing


def test_what_people_post_to_a_closing_period_is_a_movement() -> None:
    """Dynamics has no other special periods: what auditors find is a journal there, beside the entries that close the year."""
    adjusted = fact([entry(FiscalPeriodType="Closing", FiscalPeriodName="Close", JournalCategory="LedgerJournal")])
    assert not adjusted.closing
    assert adjusted.posting_period == PostingPeriod("usmf/2026/Close", "Close")
    for kind, category in (("Closing", "OpeningClosing"), ("Closing", ""), ("Opening", "LedgerJournal")):
        assert fact([entry(FiscalPeriodType=kind, FiscalPeriodName="Close", JournalCategory=category)]).closing


def test_which_categories_people_post_by_can_be_declared() -> None:
    """They are compared without regard to case, as those of documents are; with none, all that is posted there closes."""
    header = entry(FiscalPeriodType="Closing", JournalCategory="closingadjustment")
    assert fact([header]).closing
    assert not fact([header], adjusting_categories=["ClosingAdjustment"]).closing
    assert fact([header | {"JournalCategory": "LedgerJournal"}], adjusting_categories=[]).closing


def test_the_fiscal_period_counts_and_not_the_day() -> None:
    """A 4-4-5 calendar, or a year that begins in July: whatever Dynamics posted to."""
    header = entry(
        FiscalYear=2027, FiscalPeriodStartDate="2026-03-29T12:00:00Z", FiscalPeriodEndDate="2026-04-25T00:00:00Z"
    )
    assert fact([header]).posting_period == PostingPeriod(
        "usmf/2027/Period 3", "Period 3", date(2026, 3, 29), date(2026, 4, 25)
    )


def test_a_reversal_names_what_it_reverses() -> None:
    """By company, day and voucher; 1900-01-01 is no day."""
    reversing = {"ReversedVoucher": "GNJ-000411", "ReversedAccountingDate": "2026-02-28T12:00:00Z"}
    assert fact([entry(**reversing)]).reverses == "usmf/2026-02-28/GNJ-000411"
    assert fact([entry(ReversedVoucher="GNJ-000411")]).reverses is None
    assert fact([entry(ReversedAccountingDate="2026-02-28T12:00:00Z")]).reverses is None


def test_the_date_of_a_document_is_its_own_or_the_day_it_was_posted() -> None:
    """1900-01-01 is how Dynamics says that there is none."""
    assert fact([entry(DocumentDate="2026-03-28T12:00:00Z")]).document_date == date(2026, 3, 28)
    for absent in ("1900-01-01T00:00:00Z", "1900-01-01", "", None):
        assert fact([entry(DocumentDate=absent)]).document_date == date(2026, 3, 31)


def test_several_entries_of_a_voucher_and_day_are_one_at_the_latest_version() -> None:
    """Tax and settlement may be posted by entries of their own."""
    headers = [entry("J-1", ModifiedDateTime="2026-03-31T23:21:07Z"), entry("J-2")]
    lines = [*invoice_lines(), line(9, "2", "Liability", "X", "5"), line(10, "3", "Asset", "X", "-5")]
    found = stated(headers, lines)
    assert found.source_version == "2026-03-31T23:21:07.000Z"
    assert isinstance(found.fact, Invoice)
    assert len(found.fact.lines) == 5
    assert "periods" in reason(
        [entry("J-1"), entry("J-2", FiscalPeriodType="Closing", FiscalPeriodName="Close")], lines
    )
