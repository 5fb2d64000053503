"""Journal entries as posted documents: lines, three amounts, kinds, periods, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.sap_rows import BOOKS, ENTRY, OPTIONS, entry_item, invoice_entry, key, period_of, ticks
from tieout.errors import UnreadableRecordError
from tieout.facts.documents import Bill, CreditMemo, Invoice, JournalEntry, Payment, PostedDocument
from tieout.facts.statement import Absence, Statement
from tieout.systems.sap_s4hana.lines import Books
from tieout.systems.sap_s4hana.options import Options
from tieout.systems.sap_s4hana.translate import journal_statement

KEY = key("journal_entry", ENTRY)


def stated(rows: list[dict[str, Any]], **options: Any) -> Statement:  # noqa: ANN401 options
    """What a journal entry is, with these options more."""
    books = Books.of(Options(**{**OPTIONS, **options})) if options else BOOKS
    return journal_statement(KEY, rows, books)


def document(rows: list[dict[str, Any]], **options: Any) -> PostedDocument:  # noqa: ANN401 options
    """The fact of it."""
    fact = stated(rows, **options).fact
    assert isinstance(fact, PostedDocument)
    return fact


def test_an_invoice_has_its_lines_with_three_amounts() -> None:
    """Debit positive, as S/4HANA writes them; never recomputed from a rate."""
    found = document(invoice_entry())
    assert isinstance(found, Invoice)
    assert [
        (
            line.line_id,
            line.account,
            str(line.account_class),
            str(line.transaction),
            str(line.functional),
            str(line.group),
        )
        for line in found.lines
    ] == [
        ("2", "41000000", "income", "-1000.00 EUR", "-1100.00 USD", "-1100.00 USD"),
        ("1", "12100000", "asset", "1190.00 EUR", "1309.00 USD", "1309.00 USD"),
        ("3", "22000000", "liability", "-190.00 EUR", "-209.00 USD", "-209.00 USD"),
    ]
    assert (found.number, found.document_date) == ("0100000042", date(2026, 4, 2))


def test_lines_carry_their_dimensions() -> None:
    """Numbers without zeros; the revenue line is with the customer whom the entry names."""
    revenue, receivable, _ = document(invoice_entry(PartnerCompany="001010", CostCenter="0000017101")).lines
    assert (revenue.customer, receivable.customer, receivable.account_role) == ("17100001", "17100001", "receivable")
    assert (revenue.product, revenue.profit_centre, revenue.segment) == ("TG11", "YB700", "1000_A")
    assert (revenue.legal_entity, revenue.partner, revenue.cost_centre) == ("1710", "1010", "17101")


def test_an_entry_with_two_customers_gives_none_to_its_other_lines() -> None:
    """Whose revenue it is, nobody says."""
    rows = [
        entry_item("1", "12100000", "60.000", Customer="1"),
        entry_item("2", "12100000", "40.000", Customer="2"),
        entry_item("3", "41000000", "-100.000"),
    ]
    assert [line.customer for line in document(rows).lines] == ["1", "2", None]


def test_only_the_ledger_that_is_meant_counts() -> None:
    """The same posting stands in every ledger, with amounts of its own."""
    others = [{**row, "Ledger": "2L", "AmountInCompanyCodeCurrency": "0.000"} for row in invoice_entry()]
    assert document([*others, *invoice_entry()]) == document(invoice_entry())
    found = stated(others)
    assert (found.fact, found.absence, found.source_version) == (None, Absence.NOT_POSTED, "2026-04-01T07:15:00.000Z")


def test_what_names_no_ledger_is_not_taken_for_another_ledgers() -> None:
    """Else a tenant that leaves it empty for what is posted to all ledgers had no books at all, and nobody was told."""
    rows = [{**row, "Ledger": ""} for row in invoice_entry()]
    with pytest.raises(UnreadableRecordError, match="Ledger"):
        stated(rows)
    parked = [{**row, "AccountingDocumentCategory": "V"} for row in rows]
    assert stated(parked).absence is Absence.NOT_POSTED


@pytest.mark.parametrize("category", ["D", "M", "S", "V", "W", "Z"])
def test_what_is_parked_or_noted_is_in_no_books(category: str) -> None:
    """A noted item has one side alone."""
    assert (
        stated([entry_item("1", "12100000", "5.000", AccountingDocumentCategory=category)]).absence
        is Absence.NOT_POSTED
    )


@pytest.mark.parametrize("category", ["", "A", "B"])
def test_what_clears_or_resets_a_clearing_is_posted(category: str) -> None:
    """It has lines where there was a difference."""
    assert document(invoice_entry(AccountingDocumentCategory=category)).lines


@pytest.mark.parametrize(
    ("document_type", "kind"),
    [
        ("RV", Invoice), ("DR", Invoice), ("DG", CreditMemo), ("DZ", Payment), ("KR", Bill), ("KG", Bill), ("RE", Bill),
        ("SA", JournalEntry), ("AB", JournalEntry), ("KZ", JournalEntry), ("ZZ", JournalEntry),
    ],
)  # fmt: skip
def test_the_document_type_says_what_it_is(document_type: str, kind: type[PostedDocument]) -> None:
    """SAP's own types; any other is a journal."""
    assert type(document(invoice_entry(AccountingDocumentType=document_type))) is kind


def test_a_billing_whose_income_is_a_debit_is_a_credit() -> None:
    """Credit memos and cancellations are posted under the same type as invoices."""
    assert isinstance(document(_reversed(invoice_entry())), CreditMemo)


def test_a_tenants_own_types_come_first() -> None:
    """By the options."""
    rows = invoice_entry(AccountingDocumentType="ZR")
    assert isinstance(document(rows, document_types={"ZR": "customer"}), Invoice)
    assert isinstance(document(invoice_entry(), document_types={"RV": "journal"}), JournalEntry)


def test_a_period_of_the_calendar_has_its_days() -> None:
    """The ERP's period decides, not the document's date, which is in April."""
    period = period_of(document(invoice_entry()))
    assert (period.period_id, period.first_day, period.last_day) == (
        "1710/2026/003",
        date(2026, 3, 1),
        date(2026, 3, 31),
    )
    february = period_of(document(invoice_entry(FiscalYear="2028", FiscalPeriod="002")))
    assert february.last_day == date(2028, 2, 29)


@pytest.mark.parametrize("period", ["013", "014", "015", "016", "000"])
def test_a_special_period_has_no_days(period: str) -> None:
    """Where it goes is for the mapping table to say."""
    found = period_of(document(invoice_entry(FiscalPeriod=period)))
    assert (found.period_id, found.first_day, found.last_day) == (f"1710/2026/{period}", None, None)


def test_a_company_of_another_fiscal_year_has_no_days() -> None:
    """Its period 3 may be June, and its year begin in the year before."""
    found = period_of(document(invoice_entry(), calendar_year_companies=["1010"]))
    assert (found.period_id, found.first_day) == ("1710/2026/003", None)


@pytest.mark.parametrize(
    ("changed", "closes"),
    [({"FiscalPeriod": "000"}, True), ({"AccountingDocumentType": "YC", "FiscalPeriod": "016"}, True), ({}, False)],
)
def test_carrying_forward_and_closing_are_no_movement(changed: dict[str, str], closes: bool) -> None:  # noqa: FBT001 expected
    """Period 000 holds only what a year begins with; types that close it are named in the options."""
    assert document(invoice_entry(**changed)).closing is closes


@pytest.mark.parametrize(
    ("created", "changed", "version"),
    [
        (date(2026, 4, 1), None, "2026-04-01T07:15:00.000Z"),
        (
            date(2026, 4, 1),
            date(2026, 4, 1),
            "2026-04-01T07:15:00.000Z",
        ),  # a change on the day of the entry is not told apart
        (date(2026, 4, 1), date(2026, 4, 9), "2026-04-09T00:00:00.000Z"),
        (date(2026, 4, 1), date(2026, 3, 9), "2026-04-01T07:15:00.000Z"),
    ],
)
def test_the_version_is_the_entry_or_the_day_of_the_last_change(
    created: date, changed: date | None, version: str
) -> None:
    """Entered or changed, whichever is later, of whichever ledger; a clearing is no part of it."""
    rows = invoice_entry(AccountingDocumentCreationDate=ticks(created))
    rows.append({**rows[0], "Ledger": "2L", "LastChangeDate": ticks(changed) if changed else None})
    assert stated(rows).source_version == version


def test_a_clearing_changes_nothing() -> None:
    """Neither the version nor the fact: it moves no amount, and undoing it must not look older."""
    cleared = {
        "ClearingDate": ticks(date(2026, 5, 1)),
        "ClearingCreationDate": ticks(date(2026, 5, 1)),
        "IsCleared": True,
    }
    assert stated(invoice_entry(**cleared)) == stated(invoice_entry())


def test_three_decimals_for_every_currency_still_balance() -> None:
    """Each amount is rounded to its currency's minor unit, and the rest goes to the largest line."""
    rows = [
        entry_item(
            "1", "12100000", "100.000", AmountInCompanyCodeCurrency="100.005", AmountInAdditionalCurrency1="1.004"
        ),
        entry_item(
            "2", "41000000", "-60.000", AmountInCompanyCodeCurrency="-60.002", AmountInAdditionalCurrency1="-0.502"
        ),
        entry_item(
            "3", "41000000", "-40.000", AmountInCompanyCodeCurrency="-40.003", AmountInAdditionalCurrency1="-0.502"
        ),
    ]
    lines = document(rows).lines
    assert [line.functional.amount_minor for line in lines] == [10000, -6000, -4000]
    yen = {"TransactionCurrency": "JPY"}
    rows = [entry_item("1", "12100000", "9900.000", **yen), entry_item("2", "41000000", "-9900.000", **yen)]
    assert [str(line.transaction) for line in document(rows).lines] == ["9900 JPY", "-9900 JPY"]


@pytest.mark.parametrize(
    "amount", ["AmountInTransactionCurrency", "AmountInCompanyCodeCurrency", "AmountInAdditionalCurrency1"]
)
def test_an_entry_that_does_not_balance_is_refused(amount: str) -> None:
    """In any of its currencies: an item is missing, and half an entry is never planned."""
    rows = invoice_entry()
    rows[0][amount] = "-1000.010"
    with pytest.raises(UnreadableRecordError, match="do not balance"):
        document(rows)


def test_a_company_without_a_group_currency_has_no_group_amounts() -> None:
    """Then planning's rates decide; and none is read where the options name none."""
    without = invoice_entry(AdditionalCurrency1="", AmountInAdditionalCurrency1="0.000")
    assert {line.group for line in document(without).lines} == {None}
    rows = [{name: value for name, value in row.items() if "Additional" not in name} for row in invoice_entry()]
    assert {(line.group, line.group_rate) for line in document(rows, group_amount="").lines} == {(None, None)}
    assert document(invoice_entry()).lines[0].group_rate == "sap:1710:USD>USD"


@pytest.mark.parametrize(
    ("account", "account_class"),
    [
        ("11001000", "asset"), ("21100000", "liability"), ("33000000", "equity"), ("41000000", "income"),
        ("51100000", "expense"), ("65100000", "expense"), ("71100000", "income"), ("72040000", "expense"),
    ],
)  # fmt: skip
def test_the_number_of_an_account_says_its_class(account: str, account_class: str) -> None:
    """By SAP's chart for the cloud."""
    lines = document([entry_item("1", account, "5.000"), entry_item("2", "21100000", "-5.000")]).lines
    assert str(lines[0].account_class) == account_class


def test_the_closest_class_and_the_cash_accounts_of_the_options_count() -> None:
    """Exactly, before by a longer beginning, before by a shorter one."""
    classes = {"4*": "income", "44*": "expense", "44000000": "equity", "1*": "asset"}
    rows = [
        entry_item("1", "44000000", "1.000"),
        entry_item("2", "44000001", "1.000"),
        entry_item("3", "0041000000", "-3.000"),
        entry_item("4", "11091000", "1.000"),
    ]
    lines = document(rows, account_classes=classes).lines
    assert [str(line.account_class) for line in lines] == ["equity", "expense", "income", "asset"]
    assert [line.account_role for line in lines] == [None, None, None, "cash"]


@pytest.mark.parametrize(
    "changed",
    [
        {"GLAccount": "91000000"},
        {"GLAccount": ""},
        {"AccountingDocumentItem": "1"},
        {"TransactionCurrency": "EURO"},
        {"TransactionCurrency": ""},
        {"FiscalPeriod": "IX"},
        {"FiscalYear": "", "FiscalPeriod": "003"},
        {"FiscalYear": "0000"},
        {"AccountingDocumentType": ""},
    ],
)
def test_what_makes_no_document_is_refused(changed: dict[str, str]) -> None:
    """An account of no class, an item twice, a period that is none: it waits for a person, and nothing of it is planned."""
    with pytest.raises(UnreadableRecordError):
        document(invoice_entry(**changed))


def _reversed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    amounts = [name for name in rows[0] if name.startswith("AmountIn")]
    return [
        {**row, **{name: row[name].removeprefix("-") if "-" in row[name] else f"-{row[name]}" for name in amounts}}
        for row in rows
    ]
