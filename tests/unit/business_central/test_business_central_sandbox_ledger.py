"""What journals, payments and year-ends leave in the simulated companies' books."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sandbox.systems.business_central import payments
from sandbox.systems.business_central.environment import Saving
from tests.support.central_environment import ACCRUAL, IN_DOLLARS, MOROCCO, SPAIN, Scene, amounts


def test_a_correction_in_a_journal_is_a_negative_debit() -> None:
    """Debit less credit is what counts."""
    scene = Scene()
    scene.journal({
        "date": "2026-03-31", "number": "J-1",
        "lines": [{"account": "6000", "amount": "-40", "correction": True}, {"account": "2300", "amount": "40"}],
    })  # fmt: skip
    sides = {
        each["accountNumber"]: (each["debitAmount"], each["creditAmount"])
        for each in scene.find("generalLedgerEntries")
    }
    assert sides == {"6000": (-40, 0), "2300": (40, 0)}
    assert scene.balances() == amounts(a2300="40", a6000="-40")


def test_a_reversal_has_the_number_and_the_day_of_what_it_reverses() -> None:
    """Entries are added and marked on both sides, none is taken away; a second reversal is refused."""
    scene = Scene()
    first = scene.journal()
    stamps = [scene.row("generalLedgerEntries", id=each)["lastModifiedDateTime"] for each in first]
    second = scene.reverse("ACC-03")
    rows = [scene.row("generalLedgerEntries", id=each) for each in (*first, *second)]
    assert {(each["documentNumber"], each["postingDate"]) for each in rows} == {("ACC-03", "2026-03-31")}
    assert scene.balances() == {}
    later = [scene.row("generalLedgerEntries", id=each)["lastModifiedDateTime"] for each in first]
    assert all(str(after) > str(before) for after, before in zip(later, stamps, strict=True))
    with pytest.raises(ValueError, match="once"):
        scene.reverse("ACC-03")
    with pytest.raises(KeyError):
        scene.reverse("ACC-04")


def test_documents_are_cancelled_and_not_reversed() -> None:
    """Only what came from a journal can be reversed."""
    scene = Scene()
    _, number = scene.post()
    with pytest.raises(ValueError, match="journal"):
        scene.reverse(number)


def test_an_additional_reporting_currency_is_kept_beside_and_hinders_reversals() -> None:
    """Dirhams at 0.0925 euros; it balances too, what rounding leaves being the first line's."""
    scene = Scene()
    lines = [
        {"account": "6000", "amount": "33.33"}, {"account": "6100", "amount": "33.33"}, {"account": "2300", "amount": "-66.66"},
    ]  # fmt: skip
    scene.journal({"date": "2026-03-31", "number": "J-1", "lines": lines}, MOROCCO)
    entries = scene.find("generalLedgerEntries", MOROCCO)
    assert [(each["debitAmount"], each["additionalCurrencyDebitAmount"]) for each in entries] == [
        (33.33, 3.09), (33.33, 3.08), (0, 0),
    ]  # fmt: skip
    assert entries[2]["additionalCurrencyCreditAmount"] == 6.17
    with pytest.raises(ValueError, match="additional reporting currency"):
        scene.reverse("J-1", MOROCCO)
    scene.journal()
    assert {each["additionalCurrencyDebitAmount"] for each in scene.find("generalLedgerEntries")} == {0}


def test_a_journal_must_balance() -> None:
    """To the cent."""
    scene = Scene()
    with pytest.raises(ValueError, match="balance"):
        scene.journal({**ACCRUAL, "lines": [*ACCRUAL["lines"], {"account": "6000", "amount": "0.01"}]})


@pytest.mark.parametrize("account", ["4999", "1300"])
def test_totals_and_blocked_accounts_are_not_posted_to(account: str) -> None:
    """An account that only adds others up, and one that is blocked."""
    scene = Scene()
    with scene.environment.saving(SPAIN) as saving:
        saving.update("accounts", str(scene.row("accounts", number="1300")["id"]), {"blocked": 1})
    with pytest.raises(ValueError, match=account):
        scene.journal({**ACCRUAL, "lines": [{"account": account, "amount": "1"}, {"account": "2300", "amount": "-1"}]})


def test_a_closed_period_is_posted_to_all_the_same() -> None:
    """Only the days that the set-up allows decide."""
    scene = Scene()
    march = scene.row("accountingPeriods", startingDate="2026-03-01")
    with scene.environment.saving(SPAIN) as saving:
        saving.update("accountingPeriods", str(march["id"]), {"closed": 1, "dateLocked": 1})
    scene.journal()
    with scene.environment.saving(SPAIN) as saving:
        saving.update("generalLedgerSetup", str(saving.setup()["id"]), {"allowPostingFrom": "2026-04-01"})
    with pytest.raises(ValueError, match="allowed posting dates"):
        scene.journal()
    with scene.environment.saving(SPAIN) as saving:
        days = {"allowPostingFrom": "2026-03-31", "allowPostingTo": "2026-03-31"}
        saving.update("generalLedgerSetup", str(saving.setup()["id"]), days)
    scene.journal()
    with pytest.raises(ValueError, match="allowed posting dates"):
        scene.journal({**ACCRUAL, "date": "2026-04-01"})


def test_the_year_can_be_closed_more_than_once() -> None:
    """Each run brings to zero what has come since; the year before and the year after are left alone."""
    scene = Scene()
    for day in ("2025-12-31", "2026-03-31", "2027-01-01"):
        scene.journal({**ACCRUAL, "date": day})
    scene.post()
    scene.close_year("CLOSE-1")
    assert scene.balances(documentNumber="CLOSE-1") == amounts(a3100="-9700", a4000="9900", a4100="100", a6000="-300")
    scene.journal({**ACCRUAL, "date": "2026-12-31"})
    scene.close_year("CLOSE-2")
    assert scene.balances(documentNumber="CLOSE-2") == amounts(a3100="300", a6000="-300")
    assert scene.close_year("CLOSE-3") == []
    assert scene.balances()["6000"] == 600
    closing = scene.find("generalLedgerEntries", filter="documentNumber eq 'CLOSE-1'")
    assert {each["postingDate"] for each in closing} == {"2026-12-31"}
    assert scene.find("generalLedgerEntries", top="1")[0]["postingDate"] == "2025-12-31"


@pytest.mark.parametrize(
    ("form", "day"), [("plain", "2026-12-31"), ("letter", "C2026-12-31"), ("last_second", "2026-12-31T23:59:59Z")]
)
def test_a_closing_date_can_be_written_in_three_ways(form: str, day: str) -> None:
    """Nobody knows which a tenant uses; every other day is written as ever."""
    scene = Scene(closing_date_form=form)
    scene.journal()
    scene.close_year("CLOSE-1")
    found = {each["documentNumber"]: each["postingDate"] for each in scene.find("generalLedgerEntries")}
    assert found == {"ACC-03": "2026-03-31", "CLOSE-1": day}


def test_a_payment_may_be_partial_and_may_be_more_than_is_owed() -> None:
    """What is applied shows in what remains of the invoice; what is not is nobody's, until it is applied later."""
    scene = Scene()
    document_id, number = scene.post()
    first = scene.pay(amount="2100", apply={number: "2100"})
    assert scene.row("salesInvoices", id=document_id)["remainingAmount"] == "10000.00"
    assert scene.balances(documentNumber=first) == amounts(a1100="2100", a1300="-2100")
    second = scene.pay(amount="10500")
    with scene.environment.saving(SPAIN) as saving, pytest.raises(ValueError, match="left"):
        payments.apply(saving, second, {number: "10500"}, "2026-04-20")
    entries = len(scene.find("generalLedgerEntries"))
    with scene.environment.saving(SPAIN) as saving:
        payments.apply(saving, second, {number: "10000"}, "2026-04-20")
    invoice = scene.row("salesInvoices", id=document_id)
    assert (invoice["status"], Decimal(str(invoice["remainingAmount"]))) == ("Paid", Decimal(0))
    assert scene.row("payments", number=second)["remaining"] == "500.00"
    assert len(scene.find("generalLedgerEntries")) == entries


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("0.95", amounts(a1300="-10890", a1100="11495", a7000="-605")),
        ("0.85", amounts(a1300="-10890", a1100="10285", a7100="605")),
    ],
)
def test_a_payment_at_another_rate_gains_or_loses(rate: str, expected: dict[str, Decimal]) -> None:
    """12,100 dollars invoiced at 0.90: the receivable is gone, the difference is a gain or a loss."""
    scene = Scene()
    _, number = scene.post(IN_DOLLARS)
    payment = scene.pay(party="20000", amount="12100", currency="USD", rate=rate, apply={number: "12100"})
    assert scene.balances(documentNumber=payment) == dict(sorted(expected.items()))


def test_a_bill_paid_at_another_rate_gains_or_loses_the_other_way_round() -> None:
    """A dollar that costs more than when the bill came is a loss."""
    scene = Scene()
    bill = {"party": "30000", "date": "2026-03-31", "currency": "USD", "rate": "0.90"}
    lines = [{"account": "6000", "amount": "100.00"}]
    _, number = scene.post({**bill, "lines": lines}, "purchaseInvoices")
    payment = scene.pay(of="vendors", party="30000", amount="100", currency="USD", rate="0.95", apply={number: "100"})
    assert scene.balances(documentNumber=payment) == amounts(a1100="-95", a2100="90", a7100="5")


def test_companies_have_periods_of_their_own() -> None:
    """Months in Spain, 4-4-5 weeks in Morocco, whose first begins on the Monday nearest to the first of January."""
    scene = Scene()
    months, weeks = (
        [each["startingDate"] for each in scene.find("accountingPeriods", company, filter="startingDate ge 2025-12-29")]
        for company in (SPAIN, MOROCCO)
    )
    assert months[:3] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert weeks[:4] == ["2025-12-29", "2026-01-26", "2026-02-23", "2026-03-30"]
    years = scene.find("accountingPeriods", MOROCCO, filter="newFiscalYear eq true")
    assert [each["startingDate"] for each in years] == ["2024-12-30", "2025-12-29", "2027-01-04"]
    assert [each["name"] for each in years] == ["P01", "P01", "P01"]
    assert scene.find("generalLedgerSetup", MOROCCO)[0]["localCurrencyCode"] == "MAD"


def test_every_save_is_stamped_later_than_the_one_before() -> None:
    """Even where the clock stands still, and all rows of a save alike."""
    scene = Scene()
    first, second = (scene.journal({**ACCRUAL, "number": each}) for each in ("J-1", "J-2"))
    stamps = [
        {str(scene.row("generalLedgerEntries", id=each)["lastModifiedDateTime"]) for each in ids}
        for ids in (first, second)
    ]
    assert [len(each) for each in stamps] == [1, 1]
    assert max(stamps[0]) < min(stamps[1])


def test_a_property_that_is_none_is_not_saved() -> None:
    """Of a new record and of a changed one."""
    scene = Scene()

    def add(saving: Saving) -> None:
        saving.insert("customers", {"number": "1", "nickname": "x"})

    def change(saving: Saving) -> None:
        saving.update("customers", str(scene.row("customers", number="10000")["id"]), {"nickname": "x"})

    for act in (add, change):
        with pytest.raises(ValueError, match="nickname"), scene.environment.saving(SPAIN) as saving:
            act(saving)
