"""The simulated tenant's books: what is posted balances in three currencies, and later entries change earlier ones unheard."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sandbox.systems.sap_s4hana.clearing import Clearing
from sandbox.systems.sap_s4hana.customizing import Customizing
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.year_end import carry_forward
from tests.support.sap_tenant import ACCRUAL, CUBE, Scene

MARCH_31, NO_DAY = "/Date(1774915200000)/", None


@pytest.fixture
def scene() -> Scene:
    """A tenant without documents."""
    return Scene()


def decimals(*texts: str) -> tuple[Decimal, ...]:
    """Numbers as they are written."""
    return tuple(map(Decimal, texts))


def test_an_entry_is_shown_line_by_line_with_three_amounts(scene: Scene) -> None:
    """Debit positive, with three places for every currency; its number has ten digits, its period three."""
    key = scene.post()
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
    keys = [scene.post(), scene.post(company_code="1110"), scene.post(posting_date="2025-12-31"), scene.post()]
    assert [each.document for each in keys] == ["100000001", "100000001", "100000001", "100000002"]
    assert len(set(keys)) == 4


def test_a_year_that_begins_in_april_is_called_after_the_one_it_begins_in(scene: Scene) -> None:
    """Variant V3: March is its last period, April its first; the yen has no places, though SAP shows three."""
    lines = [{"account": "61003000", "amount": "5265"}, {"account": "11001000", "amount": "-5265"}]
    march, april = (
        scene.post(company_code="1510", posting_date=day, items=lines) for day in ("2026-03-31", "2026-04-01")
    )
    assert (march.fiscal_year, april.fiscal_year) == ("2025", "2026")
    shown = {row["FiscalYear"]: row for row in scene.rows(CUBE, filter="CompanyCode eq '1510' and Ledger eq '0L'")}
    assert [shown[year]["FiscalPeriod"] for year in ("2025", "2026")] == ["012", "001"]
    assert shown["2026"]["AmountInCompanyCodeCurrency"] == "-5265.000"
    with pytest.raises(ValueError, match="JPY has no"):
        scene.post(company_code="1510", items=[{"account": "61003000", "amount": "0.5"}])


@pytest.mark.parametrize("period", ["013", "014", "015", "016"])
def test_special_periods_belong_to_the_last_one(scene: Scene, period: str) -> None:
    """A date of December is posted to one of four; a date of March to none of them, and there is no seventeenth."""
    key = scene.post(posting_date="2026-12-31", period=period)
    assert {row["FiscalPeriod"] for row in scene.lines(key)} == {period}
    for wrong in (
        {"period": period},
        {"posting_date": "2026-12-31", "period": "017"},
        {"posting_date": "2026-12-31", "period": "012"},
    ):
        with pytest.raises(ValueError, match="is not possible"):
            scene.post(**wrong)


def test_nothing_is_posted_to_a_closed_period_until_it_is_opened_again(scene: Scene) -> None:
    """Closed is not final."""
    with scene.tenant.saving() as work:
        Customizing(work.settings, work.store).set_period("1010", "2026", "3", is_open=False)
    with pytest.raises(ValueError, match="period 003 2026 is not open"):
        scene.post()
    scene.post(company_code="1110")
    with scene.tenant.saving() as work:
        Customizing(work.settings, work.store).set_period("1010", "2026", "3", is_open=True)
    assert scene.post().document == "100000001"


def test_what_rates_leave_over_is_a_line_of_its_own(scene: Scene) -> None:
    """3 x 0.35 GBP at 1.15 is 3 x 0.40 EUR, not 1.21: one cent is posted to rounding, in euros alone; the dollars fit."""
    lines = [{"account": "12100000", "amount": "1.05"}, *({"account": "41000000", "amount": "-0.35"} for _ in range(3))]
    key = scene.post(currency="GBP", exchange_rate="1.15", group_rate="1.2", items=lines)
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
        scene.post(currency="GBP", items=items)
    with pytest.raises(KeyError):
        scene.post(items=[{"account": "99999999", "amount": "0"}])
    assert scene.rows(CUBE) == []
    assert scene.told() == []
    assert scene.post().document == "100000001"


def test_every_entry_is_posted_in_the_other_ledgers_too(scene: Scene) -> None:
    """With amounts of their own: whoever adds up all ledgers counts twice and more. One may be posted in another ledger alone."""
    key, local = scene.post(), scene.post(ledgers=["2L"])
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
    key = scene.post(header=planned)
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
    key = scene.post()
    reversal = scene.do(Clearing.reverse, key, {"posting_date": "2026-03-31", "negative": True})
    debit = scene.lines(reversal)[0]
    assert (debit["IsNegativePosting"], debit["DebitCreditCode"], debit["AmountInTransactionCurrency"]) == (
        True,
        "S",
        "-300.000",
    )


def test_balances_are_carried_forward_once(scene: Scene) -> None:
    """Into period 000 of the next year: the result to retained earnings, and what is posted later, alone, when it is done again."""
    scene.post(posting_date="2025-12-31")
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
