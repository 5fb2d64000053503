"""The simulated tenant's books: what is posted balances in three currencies, and later entries change earlier ones unheard."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.systems.sap_s4hana.clearing import Clearing
from sandbox.systems.sap_s4hana.customizing import Customizing
from sandbox.systems.sap_s4hana.entries import EntryKey
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.payments import Payments
from sandbox.systems.sap_s4hana.purchasing import cancel_supplier_invoice, post_supplier_invoice
from sandbox.systems.sap_s4hana.year_end import carry_forward
from tests.support.sap_tenant import CUBE, Scene

MARCH_31, APRIL_1, NO_DAY = "/Date(1774915200000)/", "/Date(1775001600000)/", None
ACCRUAL = {
    "company_code": "1010",
    "posting_date": "2026-03-31",
    "items": [
        {"account": "61003000", "amount": "300.00", "CostCenter": "10101101"},
        {"account": "21200000", "amount": "-300.00"},
    ],
}


@pytest.fixture
def scene() -> Scene:
    """A tenant without documents."""
    return Scene()


def post(scene: Scene, **entry: Any) -> EntryKey:  # noqa: ANN401 JSON
    """Post an entry."""
    return scene.do(Journal.post, {**ACCRUAL, **entry})


def sums(scene: Scene, key: EntryKey) -> list[Decimal]:
    """What the lines of an entry add up to, in each of its three currencies."""
    return [sum(column, Decimal(0)) for column in zip(*scene.amounts(key).values(), strict=True)]


def decimals(*texts: str) -> tuple[Decimal, ...]:
    """Numbers as they are written."""
    return tuple(map(Decimal, texts))


def test_an_entry_is_shown_line_by_line_with_three_amounts(scene: Scene) -> None:
    """Debit positive, with three places for every currency; its number has ten digits, its period three."""
    key = post(scene)
    debit, credit = scene.lines(key, orderby="AccountingDocumentItem")
    names = (
        "AccountingDocument",
        "FiscalYear",
        "FiscalPeriod",
        "PostingDate",
        "DebitCreditCode",
        "GLAccount",
        "CostCenter",
    )
    assert [debit[name] for name in names] == [
        "0100000001", "2026", "003", MARCH_31, "S", "61003000", "10101101",
    ]  # fmt: skip
    assert (debit["AmountInTransactionCurrency"], credit["AmountInTransactionCurrency"]) == ("300.000", "-300.000")
    assert (credit["DebitCreditCode"], credit["IsBalanceSheetAccount"], debit["IsBalanceSheetAccount"]) == (
        "H",
        True,
        False,
    )
    # 1 EUR = 1.0842 USD
    assert (debit["AdditionalCurrency1"], debit["AmountInAdditionalCurrency1"]) == ("USD", "325.260")
    assert (debit["LastChangeDate"], debit["ClearingDate"], debit["IsReversed"]) == (NO_DAY, NO_DAY, False)
    assert scene.told() == [("JournalEntry.Created", key.plain())]


def test_a_number_is_used_again_in_other_companies_and_years(scene: Scene) -> None:
    """Only company code, fiscal year and number together name an entry."""
    keys = [post(scene), post(scene, company_code="1110"), post(scene, posting_date="2025-12-31"), post(scene)]
    assert [each.document for each in keys] == ["100000001", "100000001", "100000001", "100000002"]
    assert len(set(keys)) == 4


def test_a_year_that_begins_in_april_is_called_after_the_one_it_begins_in(scene: Scene) -> None:
    """Variant V3: March is its last period, April its first; the yen has no places, though SAP shows three."""
    lines = [{"account": "61003000", "amount": "5265"}, {"account": "11001000", "amount": "-5265"}]
    march, april = (
        post(scene, company_code="1510", posting_date=day, items=lines) for day in ("2026-03-31", "2026-04-01")
    )
    assert (march.fiscal_year, april.fiscal_year) == ("2025", "2026")
    shown = {row["FiscalYear"]: row for row in scene.rows(CUBE, filter="CompanyCode eq '1510' and Ledger eq '0L'")}
    assert [shown[year]["FiscalPeriod"] for year in ("2025", "2026")] == ["012", "001"]
    assert shown["2026"]["AmountInCompanyCodeCurrency"] == "-5265.000"
    with pytest.raises(ValueError, match="JPY has no"):
        post(scene, company_code="1510", items=[{"account": "61003000", "amount": "0.5"}])


@pytest.mark.parametrize("period", ["013", "014", "015", "016"])
def test_special_periods_belong_to_the_last_one(scene: Scene, period: str) -> None:
    """A date of December is posted to one of four; a date of March to none of them, and there is no seventeenth."""
    key = post(scene, posting_date="2026-12-31", period=period)
    assert {row["FiscalPeriod"] for row in scene.lines(key)} == {period}
    for wrong in (
        {"period": period},
        {"posting_date": "2026-12-31", "period": "017"},
        {"posting_date": "2026-12-31", "period": "012"},
    ):
        with pytest.raises(ValueError, match="is not possible"):
            post(scene, **wrong)


def test_nothing_is_posted_to_a_closed_period_until_it_is_opened_again(scene: Scene) -> None:
    """Closed is not final."""
    with scene.tenant.saving() as work:
        Customizing(work.settings, work.store).set_period("1010", "2026", "3", is_open=False)
    with pytest.raises(ValueError, match="period 003 2026 is not open"):
        post(scene)
    post(scene, company_code="1110")
    with scene.tenant.saving() as work:
        Customizing(work.settings, work.store).set_period("1010", "2026", "3", is_open=True)
    assert post(scene).document == "100000001"


def test_what_rates_leave_over_is_a_line_of_its_own(scene: Scene) -> None:
    """3 x 0.35 GBP at 1.15 is 3 x 0.40 EUR, not 1.21: one cent is posted to rounding, in euros alone; the dollars fit."""
    lines = [{"account": "12100000", "amount": "1.05"}, *({"account": "41000000", "amount": "-0.35"} for _ in range(3))]
    key = post(scene, currency="GBP", exchange_rate="1.15", group_rate="1.2", items=lines)
    amounts = scene.amounts(key)
    assert amounts["12100000"] == decimals("1.05", "1.21", "1.26")
    assert amounts["41000000"] == decimals("-1.05", "-1.20", "-1.26")
    assert amounts["72050000"] == decimals("0", "-0.01", "0")
    (rounding,) = scene.rows(CUBE, filter="GLAccount eq '72050000' and Ledger eq '0L'")
    assert (rounding["IsAutomaticallyCreated"], rounding["DebitCreditCode"]) == (True, "H")


@pytest.mark.parametrize(
    "items",
    [
        [],
        [{"account": "61003000", "amount": "1"}],
        [{"account": "61003000", "amount": "1", "functional": "2"}, {"account": "21200000", "amount": "-1"}],
        [{"account": "61003000", "amount": "much"}],
        [{"account": "61003000", "amount": "0", "Colour": "red"}],
    ],
)
def test_what_does_not_balance_or_fit_is_not_posted_and_not_told(scene: Scene, items: list[dict[str, str]]) -> None:
    """A transaction that fails changes nothing, and no number is used up."""
    with pytest.raises(ValueError, match=r".+"):
        post(scene, currency="GBP", items=items)
    with pytest.raises(KeyError):
        post(scene, items=[{"account": "99999999", "amount": "0"}])
    assert scene.rows(CUBE) == []
    assert scene.told() == []
    assert post(scene).document == "100000001"


def test_every_entry_is_posted_in_the_other_ledgers_too(scene: Scene) -> None:
    """With amounts of their own: whoever adds up all ledgers counts twice and more. One may be posted in another ledger alone."""
    key, local = post(scene), post(scene, ledgers=["2L"])
    both = scene.rows(CUBE, filter=f"AccountingDocument eq '{key.document}'", orderby="AccountingDocumentItem,Ledger")
    assert [row["Ledger"] for row in both] == ["0L", "2L", "0L", "2L"]
    assert [row["AmountInCompanyCodeCurrency"] for row in both] == ["300.000", "600.000", "-300.000", "-600.000"]
    assert scene.lines(local) == []
    assert ("JournalEntry.Created", local.plain()) in scene.told()
    reversal = scene.do(Clearing.reverse, local, {"posting_date": "2026-04-01"})
    (first, _) = scene.rows(CUBE, filter=f"AccountingDocument eq '{reversal.document}'")
    assert (first["Ledger"], first["AmountInCompanyCodeCurrency"]) == ("2L", "-300.000")


def test_an_accrual_is_reversed_next_month_and_both_know_each_other(scene: Scene) -> None:
    """Both stay, each in its own period; of the first nothing is told, but the day of its last change moves."""
    planned = {"ReversalIsPlanned": True, "PlannedReversalDate": "2026-04-01"}
    key = post(scene, header=planned)
    scene.told()
    scene.clock.advance(86400)
    reversal = scene.do(Clearing.reverse, key, {"posting_date": "2026-04-01", "reason": "05"})
    assert scene.told() == [("JournalEntry.Created", reversal.plain())]
    before, after = scene.lines(key)[0], scene.lines(reversal)[0]
    assert (before["FiscalPeriod"], after["FiscalPeriod"], after["ReversalReason"]) == ("003", "004", "05")
    assert (before["IsReversed"], before["ReverseDocument"], before["ReverseDocumentFiscalYear"]) == (
        True,
        "0100000002",
        "2026",
    )
    assert (after["IsReversal"], after["ReverseDocument"], after["IsReversed"]) == (True, "0100000001", False)
    assert (before["LastChangeDate"], before["ReversalIsPlanned"], after["LastChangeDate"]) == (
        "/Date(1772496000000)/",
        True,
        None,
    )
    assert scene.amounts(reversal)["61003000"] == decimals("-300", "-300", "-325.26")
    assert (after["DebitCreditCode"], after["IsNegativePosting"], after["CostCenter"]) == ("H", False, "10101101")
    with pytest.raises(ValueError, match="reversed already"):
        scene.do(Clearing.reverse, key, {"posting_date": "2026-04-01"})


def test_a_negative_posting_stays_on_its_side(scene: Scene) -> None:
    """The letter says debit and the amount is negative: the sign of the amount is the one that counts."""
    key = post(scene)
    reversal = scene.do(Clearing.reverse, key, {"posting_date": "2026-03-31", "negative": True})
    debit = scene.lines(reversal)[0]
    assert (debit["IsNegativePosting"], debit["DebitCreditCode"], debit["AmountInTransactionCurrency"]) == (
        True,
        "S",
        "-300.000",
    )


def invoice(scene: Scene, amount: str = "100.00", **entry: Any) -> EntryKey:  # noqa: ANN401 JSON
    """Post an invoice to a customer in accounting."""
    lines = [
        {"account": "12100000", "amount": amount, "Customer": "17100001"},
        {"account": "41000000", "amount": f"-{amount}"},
    ]
    return post(scene, type="DR", items=lines, **entry)


def pay(scene: Scene, *clears: EntryKey, **payment: Any) -> EntryKey:  # noqa: ANN401 JSON
    """Post a payment of the customer."""
    named = [{"fiscal_year": each.fiscal_year, "document": each.document} for each in clears]
    usual = {"company_code": "1010", "posting_date": "2026-04-01", "Customer": "17100001", "clears": named}
    return scene.do(Payments.post, usual | payment)


def test_a_payment_at_another_rate_gains_or_loses(scene: Scene) -> None:
    """100 GBP billed at 1.15 EUR and 1.25 USD, paid at 1.18 and 1.20: what was owed leaves as it came, 3 EUR won, 5 USD lost."""
    key = invoice(scene, currency="GBP", exchange_rate="1.15", group_rate="1.25")
    payment = pay(scene, key, amount="100.00", currency="GBP", exchange_rate="1.18", group_rate="1.20")
    amounts = scene.amounts(payment)
    assert amounts["11001000"] == decimals("100", "118", "120")
    assert amounts["12100000"] == decimals("-100", "-115", "-125")
    assert amounts["71100000"] == decimals("0", "-3", "5")
    loss = pay(
        scene,
        invoice(scene, currency="GBP", exchange_rate="1.15"),
        amount="100.00",
        currency="GBP",
        exchange_rate="1.10",
    )
    assert scene.amounts(loss)["72040000"][1] == Decimal(5)
    assert sums(scene, payment) == sums(scene, loss) == [0, 0, 0]


def test_a_payment_clears_what_it_pays_without_an_event(scene: Scene) -> None:
    """The invoice says when and by what, and that it changed; the clearing can be reset, and then it is open again."""
    key = invoice(scene)
    scene.told()
    scene.clock.advance(86400)
    payment = pay(scene, key, amount="100.00")
    assert scene.told() == [("JournalEntry.Created", payment.plain())]
    receivable, revenue = scene.lines(key)
    assert (receivable["IsCleared"], receivable["ClearingDate"]) == (True, APRIL_1)
    assert (receivable["ClearingAccountingDocument"], receivable["ClearingDocFiscalYear"]) == ("1400000001", "2026")
    assert (revenue["IsCleared"], revenue["LastChangeDate"]) == (False, "/Date(1772496000000)/")
    bank, own = scene.lines(payment)
    assert (bank["IsCleared"], own["IsCleared"], own["LastChangeDate"]) == (False, True, None)
    with pytest.raises(ValueError, match="cleared"):
        scene.do(Clearing.reverse, key, {"posting_date": "2026-04-01"})
    assert set(scene.do(Clearing.reset_clearing, payment)) == {key, payment}
    receivable = scene.lines(key)[0]
    assert (receivable["IsCleared"], receivable["ClearingDate"], receivable["ClearingIsReversed"]) == (
        False,
        None,
        True,
    )
    with pytest.raises(ValueError, match="cleared nothing"):
        scene.do(Clearing.reset_clearing, payment)


def test_payments_in_part_too_much_and_without_an_invoice(scene: Scene) -> None:
    """A part clears nothing and refers to the invoice; what is too much, or for nothing in particular, stays open."""
    key = invoice(scene)
    part = pay(scene, amount="40.00", pays_part_of={"fiscal_year": "2026", "document": key.document})
    assert scene.lines(key)[0]["IsCleared"] is False
    assert [row["InvoiceReference"] for row in scene.lines(part)] == ["", "1800000001"]
    over = pay(scene, key, amount="130.00")
    rest = scene.lines(over)[2]
    assert (rest["AmountInTransactionCurrency"], rest["IsCleared"], rest["Customer"]) == ("-30.000", False, "17100001")
    unapplied = pay(scene, amount="25.00")
    assert scene.amounts(unapplied)["12100000"][0] == Decimal(-25)
    discounted = pay(scene, invoice(scene), amount="98.00", discount="2.00")
    assert {account: amounts[0] for account, amounts in scene.amounts(discounted).items()} == {
        "11001000": Decimal(98), "44000000": Decimal(2), "12100000": Decimal(-100),
    }  # fmt: skip
    assert [row["IsCleared"] for row in scene.lines(discounted)] == [False, False, True]


@pytest.mark.parametrize("wrong", [{"Customer": "17100002"}, {"currency": "GBP"}])
def test_a_payment_clears_only_open_items_of_its_own_customer_and_currency(scene: Scene, wrong: dict[str, str]) -> None:
    """Nothing else, and nothing twice."""
    key = invoice(scene)
    with pytest.raises(ValueError, match=r"open item|another currency"):
        pay(scene, key, amount="100.00", **wrong)
    pay(scene, key, amount="100.00")
    with pytest.raises(ValueError, match="no open item"):
        pay(scene, key, amount="100.00")


def test_a_supplier_is_owed_credited_and_paid(scene: Scene) -> None:
    """What is bought is a debit; a credit is all of it the other way round; a cancellation is told of as one."""
    bought = {"company_code": "1010", "posting_date": "2026-03-31", "Supplier": "17300001", "tax": "19.00"}
    bought["items"] = [{"account": "61003000", "amount": "100.00", "CostCenter": "10101101"}]  # type: ignore[assignment]  # JSON
    key, credit = scene.do(post_supplier_invoice, bought), scene.do(post_supplier_invoice, bought | {"is_credit": True})
    assert {account: amounts[0] for account, amounts in scene.amounts(key).items()} == {
        "21100000": Decimal(-119), "61003000": Decimal(100), "12600000": Decimal(19),
    }  # fmt: skip
    assert scene.amounts(credit)["61003000"][0] == Decimal(-100)
    assert scene.lines(key)[0]["AccountingDocumentType"] == "RE"
    told = scene.told()
    assert told[:2] == [
        ("JournalEntry.Created", key.plain()),
        ("SupplierInvoice.Created", {"SupplierInvoice": "5105600001", "FiscalYear": "2026"}),
    ]
    named = {"fiscal_year": "2026", "document": key.document}
    paid = {
        "company_code": "1010",
        "posting_date": "2026-04-01",
        "Supplier": "17300001",
        "amount": "119.00",
        "clears": [named],
    }
    payment = scene.do(Payments.post, paid)
    assert scene.amounts(payment)["11001000"][0] == Decimal(-119)
    assert scene.lines(key)[0]["IsCleared"] is True
    scene.do(cancel_supplier_invoice, credit, {"posting_date": "2026-04-01"})
    assert scene.told()[-1] == ("SupplierInvoice.Canceled", {"SupplierInvoice": "5105600002", "FiscalYear": "2026"})


def test_balances_are_carried_forward_once(scene: Scene) -> None:
    """Into period 000 of the next year: the result to retained earnings, and what is posted later, alone, when it is done again."""
    post(scene, posting_date="2025-12-31")
    key = scene.do(carry_forward, "1010", "2025")
    assert (key.fiscal_year, scene.rows(CUBE, filter="FiscalPeriod eq '000'")[0]["PostingDate"]) == (
        "2026",
        "/Date(1767225600000)/",
    )
    assert scene.amounts(key) == {
        "21200000": decimals("-300", "-300", "-325.26"), "33000000": decimals("300", "300", "325.26"),
    }  # fmt: skip
    with pytest.raises(ValueError, match="balance"):
        scene.do(carry_forward, "1010", "2025")
    scene.do(Journal.post, ACCRUAL | {"posting_date": "2025-12-31", "period": "013"})
    again = scene.do(carry_forward, "1010", "2025")
    assert scene.amounts(again)["33000000"] == decimals("300", "300", "325.26")
