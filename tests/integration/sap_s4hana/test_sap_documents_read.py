"""What a simulated tenant's documents are read as over real HTTP, through what its people do with them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.sap_reading import BILL, ORDER, TenantRead, entry_id, shown
from tests.support.sap_rows import key, period_of
from tieout.errors import AccessDeniedError, UnavailableError
from tieout.facts.documents import Bill, CreditMemo, Invoice, JournalEntry, Payment
from tieout.facts.statement import Absence, Statement

MARCH, APRIL = (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 4, 30))
ACCRUAL = {
    "company_code": "1010",
    "posting_date": "2026-03-31",
    "items": [
        {"account": "65100000", "amount": "300.00", "CostCenter": "10101101"},
        {"account": "21200000", "amount": "-300.00"},
    ],
}


def test_an_order_is_read_through_its_life(tenant: TenantRead) -> None:
    """Created, an item rejected, delivered and billed; its version grows with every change."""
    number = tenant.control("POST", "sales_orders", **ORDER)["SalesOrder"]
    first = tenant.statement("sales_order", number)
    assert [str(line.amount) for line in tenant.sold("sales_order", number).lines] == ["900.00 EUR", "100.50 EUR"]
    assert tenant.sold("sales_order", number).legal_entity == "org:1010"
    tenant.clock.advance(3600)
    tenant.control("PATCH", f"sales_orders/{number}/items/20", SalesDocumentRjcnReason="50")
    second = tenant.statement("sales_order", number)
    assert [str(line.amount) for line in tenant.sold("sales_order", number).lines] == ["900.00 EUR"]
    assert first.source_version < second.source_version
    tenant.control("POST", f"sales_orders/{number}/deliver")
    tenant.control("POST", "billing_documents", order=number, BillingDocumentDate="2026-03-31")
    assert str(tenant.sold("sales_order", number).status) == "done"


def test_a_deleted_order_is_deleted_and_a_hidden_one_is_not(tenant: TenantRead) -> None:
    """Both look the same in a list."""
    numbers = [tenant.control("POST", "sales_orders", **ORDER)["SalesOrder"] for _ in range(2)]
    tenant.control("DELETE", f"sales_orders/{numbers[0]}")
    gone = tenant.statement("sales_order", numbers[0])
    assert (gone.absence, gone.source_version) == (Absence.DELETED, "")
    tenant.settings.hidden_sets = ("A_SalesOrder",)
    for number in numbers:
        assert isinstance(tenant.read("sales_order", number), UnavailableError)


def test_a_billing_document_leads_to_its_posting(tenant: TenantRead) -> None:
    """Whose lines are the revenue; while it waits to be handed over, it is in no books."""
    billed = tenant.control("POST", "billing_documents", **BILL, posted=False)["BillingDocument"]
    waiting = tenant.sold("billing_document", billed)
    assert (str(waiting.status), waiting.accounting_document) == ("open", None)
    tenant.clock.advance(60)
    posted = tenant.control("POST", f"billing_documents/{billed}/post")
    found = tenant.statement("billing_document", billed)
    assert found.related == (key("journal_entry", entry_id(posted)),)
    assert str(tenant.sold("billing_document", billed).status) == "posted"
    entry = tenant.posted(posted)
    assert isinstance(entry, Invoice)
    assert sorted(shown(entry)) == [
        ("12100000", "11781.00 EUR"),
        ("22000000", "-1881.00 EUR"),
        ("41000000", "-9900.00 EUR"),
    ]
    assert (period_of(entry).first_day, period_of(entry).last_day) == MARCH
    [revenue] = [line for line in entry.lines if line.account == "41000000"]
    assert (revenue.customer, revenue.product, revenue.profit_centre) == ("17100001", "TG11", "YB700")
    assert (revenue.legal_entity, str(revenue.group)) == ("1010", "-10733.58 USD")


def test_a_cancellation_takes_back_once(tenant: TenantRead) -> None:
    """The original stays, flagged; the cancellation has the opposite sign, and so have their postings, each in its period."""
    billed = tenant.control("POST", "billing_documents", **BILL)
    cancelled = tenant.control("POST", f"billing_documents/{billed['BillingDocument']}/cancel", date="2026-04-02")
    original = tenant.sold("billing_document", billed["BillingDocument"])
    other = tenant.sold("billing_document", cancelled["BillingDocument"])
    assert (str(original.status), [str(line.amount) for line in original.lines]) == ("cancelled", ["9900.00 EUR"])
    assert (other.cancels, [str(line.amount) for line in other.lines]) == (original.number, ["-9900.00 EUR"])
    first, second = tenant.posted(billed), tenant.posted(cancelled)
    assert isinstance(first, Invoice)
    assert isinstance(second, CreditMemo)
    assert second.reverses == entry_id(billed)
    assert sorted(shown(second)) == sorted((account, _negated(amount)) for account, amount in shown(first))
    assert (period_of(first).first_day, period_of(second).first_day) == (MARCH[0], APRIL[0])


def test_a_credit_memo_is_negative_and_its_income_a_debit(tenant: TenantRead) -> None:
    """Its own amounts are positive."""
    credited = tenant.control("POST", "billing_documents", **{**BILL, "type": "G2"})
    assert [str(line.amount) for line in tenant.sold("billing_document", credited["BillingDocument"]).lines] == [
        "-9900.00 EUR"
    ]
    entry = tenant.posted(credited)
    assert isinstance(entry, CreditMemo)
    assert ("41000000", "9900.00 EUR") in shown(entry)


def test_a_foreign_invoice_and_its_payment_with_a_gain(tenant: TenantRead) -> None:
    """1,000 GBP at 1.15 EUR, paid at 1.20: the bank has 1,200.00, the receivable was 1,150.00, and 50.00 are a gain."""
    entry = {
        "company_code": "1010", "posting_date": "2026-03-10", "type": "DR", "currency": "GBP", "exchange_rate": "1.15",
        "group_rate": "1.25",
        "items": [
            {"account": "12100000", "amount": "1000.00", "Customer": "17100002"},
            {"account": "41000000", "amount": "-1000.00"},
        ],
    }  # fmt: skip
    billed = tenant.control("POST", "journal_entries", **entry)
    paid = tenant.control(
        "POST", "payments", company_code="1010", posting_date="2026-04-10", amount="1000.00", Customer="17100002",
        currency="GBP", exchange_rate="1.20", group_rate="1.30",
        clears=[{"fiscal_year": "2026", "document": billed["AccountingDocument"]}],
    )  # fmt: skip
    invoice, payment = tenant.posted(billed), tenant.posted(paid)
    assert shown(invoice, of="functional") == [("12100000", "1150.00 EUR"), ("41000000", "-1150.00 EUR")]
    assert isinstance(payment, Payment)
    assert shown(payment) == [("11001000", "1000.00 GBP"), ("12100000", "-1000.00 GBP"), ("71100000", "0.00 GBP")]
    assert shown(payment, of="functional") == [
        ("11001000", "1200.00 EUR"),
        ("12100000", "-1150.00 EUR"),
        ("71100000", "-50.00 EUR"),
    ]
    assert shown(payment, of="group") == [
        ("11001000", "1300.00 USD"),
        ("12100000", "-1250.00 USD"),
        ("71100000", "-50.00 USD"),
    ]
    assert [line.account_role for line in payment.lines] == ["cash", "receivable", None]


def test_an_overpayment_is_an_item_of_its_own(tenant: TenantRead) -> None:
    """What pays the invoice, and what waits for another one, are different lines."""
    billed = tenant.control("POST", "billing_documents", **BILL)
    cleared = [{"fiscal_year": "2026", "document": billed["AccountingDocument"]}]
    paid = tenant.control(
        "POST",
        "payments",
        company_code="1010",
        posting_date="2026-04-10",
        amount="12000.00",
        Customer="17100001",
        clears=cleared,
    )
    assert shown(tenant.posted(paid)) == [
        ("11001000", "12000.00 EUR"),
        ("12100000", "-11781.00 EUR"),
        ("12100000", "-219.00 EUR"),
    ]


def test_a_clearing_and_its_reset_change_nothing_that_is_planned(tenant: TenantRead) -> None:
    """They change the day of the last change, and no amount."""
    billed = tenant.control("POST", "billing_documents", **BILL)
    before = tenant.statement("journal_entry", entry_id(billed))
    tenant.clock.advance(86_400)
    cleared = [{"fiscal_year": "2026", "document": billed["AccountingDocument"]}]
    paid = tenant.control(
        "POST",
        "payments",
        company_code="1010",
        posting_date="2026-04-10",
        amount="11781.00",
        Customer="17100001",
        clears=cleared,
    )
    after = tenant.statement("journal_entry", entry_id(billed))
    path = f"journal_entries/1010/2026/{paid['AccountingDocument']}/reset_clearing"
    tenant.clock.advance(86_400)
    tenant.control("POST", path)
    reset = tenant.statement("journal_entry", entry_id(billed))
    assert before.fact == after.fact == reset.fact
    assert before.source_version < after.source_version < reset.source_version


def test_an_accrual_and_its_reversal_stand_each_in_its_period(tenant: TenantRead) -> None:
    """Both stay; only the reversal knows what it reverses."""
    accrual = tenant.control("POST", "journal_entries", **ACCRUAL)
    path = f"journal_entries/1010/2026/{accrual['AccountingDocument']}/reverse"
    reversal = tenant.control("POST", path, posting_date="2026-04-01", reason="05")
    first, second = tenant.posted(accrual), tenant.posted(reversal)
    assert isinstance(first, JournalEntry)
    assert (first.reverses, second.reverses) == (None, entry_id(accrual))
    assert (period_of(first).last_day, period_of(second).first_day) == (MARCH[1], APRIL[0])
    assert shown(second) == [("65100000", "-300.00 EUR"), ("21200000", "300.00 EUR")]
    assert first.lines[0].cost_centre == "10101101"


def test_a_special_period_has_no_days_and_another_fiscal_year_neither(tenant: TenantRead) -> None:
    """The mapping table `period` says where they go."""
    special = tenant.control("POST", "journal_entries", **{**ACCRUAL, "posting_date": "2026-12-31", "period": "013"})
    found = period_of(tenant.posted(special))
    assert (found.period_id, found.first_day) == ("1010/2026/013", None)
    japan = tenant.control(
        "POST", "journal_entries", company_code="1510", posting_date="2026-04-30",
        items=[{"account": "61003000", "amount": "9900"}, {"account": "21200000", "amount": "-9900"}],
    )  # fmt: skip
    posted = tenant.posted(japan)
    assert (period_of(posted).first_day, shown(posted)[0]) == (None, ("61003000", "9900 JPY"))


def test_an_intercompany_pair_names_its_partners(tenant: TenantRead) -> None:
    """Each in the books of its own company."""
    entries = [
        {"company_code": "1010", "posting_date": "2026-03-31", "items": [
            {"account": "12513000", "amount": "500.00", "PartnerCompany": "1710"},
            {"account": "41900000", "amount": "-500.00", "PartnerCompany": "1710"}]},
        {"company_code": "1710", "posting_date": "2026-03-31", "currency": "EUR", "items": [
            {"account": "65900000", "amount": "500.00", "PartnerCompany": "1010"},
            {"account": "21513000", "amount": "-500.00", "PartnerCompany": "1010"}]},
    ]  # fmt: skip
    ours, theirs = tenant.control("POST", "intercompany", entries=entries)
    assert {(line.legal_entity, line.partner) for line in tenant.posted(ours).lines} == {("1010", "1710")}
    assert {(line.legal_entity, line.partner) for line in tenant.posted(theirs).lines} == {("1710", "1010")}


def test_a_suppliers_invoice_is_a_bill(tenant: TenantRead) -> None:
    """Its costs are debits, with the supplier whom the entry names."""
    bought = tenant.control(
        "POST", "supplier_invoices", company_code="1010", posting_date="2026-03-31", Supplier="17300001", tax="19.00",
        items=[{"account": "61003000", "amount": "100.00", "CostCenter": "10101101"}],
    )  # fmt: skip
    found = tenant.posted(bought)
    assert isinstance(found, Bill)
    assert shown(found) == [("21100000", "-119.00 EUR"), ("61003000", "100.00 EUR"), ("12600000", "19.00 EUR")]
    assert {line.supplier for line in found.lines} == {"17300001"}


def test_a_carry_forward_is_no_movement(tenant: TenantRead) -> None:
    """It only holds what the year begins with."""
    tenant.control("POST", "journal_entries", **ACCRUAL)
    carried = tenant.control("POST", "carry_forward", company_code="1010", fiscal_year="2026")
    assert tenant.posted(carried).closing


def test_an_entry_of_another_ledger_is_not_posted(tenant: TenantRead) -> None:
    """It is not hidden from us either."""
    local = tenant.control("POST", "journal_entries", **ACCRUAL, ledgers=["2L"])
    assert tenant.statement("journal_entry", entry_id(local)).absence is Absence.NOT_POSTED


@pytest.mark.parametrize(
    "hiding", [{"hidden_sets": ("A_OperationalAcctgDocItemCube",)}, {"hidden_company_codes": ("1010",)}]
)
def test_an_entry_that_is_hidden_is_not_gone(tenant: TenantRead, hiding: dict[str, tuple[str, ...]]) -> None:
    """200 and no rows, for lack of an authorization that no error tells of."""
    entry = tenant.control("POST", "journal_entries", **ACCRUAL)
    for name, value in hiding.items():
        setattr(tenant.settings, name, value)
    assert isinstance(tenant.read("journal_entry", entry_id(entry)), UnavailableError)


def test_a_service_that_is_forbidden_is_a_persons_business(tenant: TenantRead) -> None:
    """The communication arrangement lacks it."""
    entry = tenant.control("POST", "journal_entries", **ACCRUAL)
    tenant.settings.forbidden_services = ("API_OPLACCTGDOCITEMCUBE_SRV",)
    assert isinstance(tenant.read("journal_entry", entry_id(entry)), AccessDeniedError)


def test_many_records_are_read_page_by_page_in_short_addresses(tenant: TenantRead) -> None:
    """With few entities in an answer, and numbers shown with all their zeros."""
    tenant.settings.page_size, tenant.settings.leading_zeros = 5, True
    orders = [tenant.control("POST", "sales_orders", **ORDER)["SalesOrder"] for _ in range(12)]
    entries = [entry_id(tenant.control("POST", "journal_entries", **ACCRUAL)) for _ in range(12)]
    keys = [*(key("sales_order", each) for each in orders), *(key("journal_entry", each) for each in entries)]
    found = tenant.reader.read(keys)
    assert [type(found[each]) for each in keys] == [Statement] * 24
    assert max(map(len, tenant.asked)) <= 6000
    assert any("skiptoken" in each for each in tenant.asked)


def _negated(amount: str) -> str:
    return amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"
