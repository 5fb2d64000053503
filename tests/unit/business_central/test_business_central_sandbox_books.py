"""What the simulated companies' books hold after what their people did."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from sandbox.systems.business_central import journals, payments
from sandbox.systems.business_central.documents import SALES_INVOICE, Documents
from sandbox.systems.business_central.environment import USER, Saving
from tests.support.central_environment import ACCRUAL, INVOICE, MOROCCO, PORTUGAL, SPAIN, Scene

IN_DOLLARS: dict[str, Any] = {**INVOICE, "party": "20000", "currency": "USD", "rate": "0.90"}
MEMO = {**INVOICE, "lines": [{"account": "4000", "amount": "900.00", "tax_percent": "21"}]}
BILL = {
    "party": "30000", "date": "2026-03-31", "reference": "F-77",
    "lines": [{"account": "6000", "amount": "100.00", "tax_percent": "21", "dimensions": {"DEPARTMENT": "MKT"}}],
}  # fmt: skip


def amounts(**by_account: str) -> dict[str, Decimal]:
    """Balances by account, the accounts written `a4000`."""
    return {name[1:]: Decimal(value) for name, value in by_account.items()}


def journal(scene: Scene, stated: Mapping[str, Any] = ACCRUAL, company: str = SPAIN) -> list[str]:
    """Post from a journal; the ids of the entries."""
    with scene.environment.saving(company) as saving:
        return journals.post_journal(saving, stated)


def reverse(scene: Scene, number: str, company: str = SPAIN) -> list[str]:
    """Reverse what was posted from a journal; the ids of the entries."""
    with scene.environment.saving(company) as saving:
        return journals.reverse(saving, number)


def close_year(scene: Scene, number: str, company: str = SPAIN) -> list[str]:
    """Close 2026; the ids of the entries."""
    with scene.environment.saving(company) as saving:
        return journals.close_year(saving, "2026-12-31", number)


def pay(scene: Scene, **stated: Any) -> str:  # noqa: ANN401 what the payment says
    """Pay, and apply it; the payment's number."""
    with scene.environment.saving(SPAIN) as saving:
        return payments.pay(saving, {"party": "10000", "date": "2026-04-15", **stated})


def test_a_draft_is_in_no_ledger_and_gets_a_number_of_its_own_when_it_is_posted() -> None:
    """It keeps its id and changes its number; the entries are receivable, income by line, and VAT."""
    scene = Scene()
    document_id = scene.draft()
    draft = scene.row("salesInvoices", id=document_id)
    assert (draft["status"], draft["number"], draft["remainingAmount"]) == ("Draft", "1001", "0")
    assert scene.balances() == {}
    number = scene.bookkeeper.post(SPAIN, "salesInvoices", document_id, by=USER)
    posted = scene.row("salesInvoices", id=document_id)
    assert (posted["status"], posted["number"], posted["remainingAmount"]) == ("Open", "PS-INV103001", "12100.00")
    assert scene.balances(documentNumber=number) == amounts(a1300="12100", a2200="-2100", a4000="-9900", a4100="-100")
    types = {each["documentType"] for each in scene.find("generalLedgerEntries")}
    assert types == {"Invoice"}


def test_dimensions_are_those_of_the_line() -> None:
    """A line's own stand before the document's, and the receivable has the document's alone."""
    scene = Scene()
    scene.post({**INVOICE, "dimensions": {"DEPARTMENT": "ADM", "PROJECT": "ROLLOUT"}})
    found = {
        each["accountNumber"]: {line["code"]: line["valueCode"] for line in each["dimensionSetLines"]}
        for each in scene.find("generalLedgerEntries", expand="dimensionSetLines")
    }
    assert found == {
        "4000": {"DEPARTMENT": "SALES", "PROJECT": "ROLLOUT"},
        "4100": {"DEPARTMENT": "ADM", "PROJECT": "ROLLOUT"},
        "2200": {},
        "1300": {"DEPARTMENT": "ADM", "PROJECT": "ROLLOUT"},
    }


def test_the_ledger_is_in_the_local_currency_whatever_the_document_is_in() -> None:
    """A document in dollars is worth 0.90 euros each; its own amounts stay in dollars."""
    scene = Scene()
    document_id, _ = scene.post(IN_DOLLARS)
    invoice = scene.row("salesInvoices", id=document_id)
    assert (invoice["currencyCode"], invoice["totalAmountIncludingTax"]) == ("USD", "12100.00")
    assert scene.balances() == amounts(a1300="10890", a2200="-1890", a4000="-8910", a4100="-90")


def test_a_posted_document_keeps_its_amounts() -> None:
    """Its reference can be changed, its lines cannot, and it can neither be posted twice nor deleted."""
    scene = Scene()
    document_id, _ = scene.post()
    with scene.environment.saving(SPAIN) as saving:
        Documents(saving, SALES_INVOICE).change(document_id, {"externalDocumentNumber": "PO-1"})
    assert scene.row("salesInvoices", id=document_id)["externalDocumentNumber"] == "PO-1"
    for act in (
        lambda documents: documents.change(document_id, {"lines": []}),
        lambda documents: documents.change(document_id, {"date": "2026-05-01"}),
        lambda documents: documents.change(document_id, {"totalTaxAmount": "1"}),
        lambda documents: documents.delete(document_id),
    ):
        with pytest.raises(ValueError, match="posted"), scene.environment.saving(SPAIN) as saving:
            act(Documents(saving, SALES_INVOICE))
    with pytest.raises(ValueError, match="posted"):
        scene.bookkeeper.post(SPAIN, "salesInvoices", document_id, by=USER)


def test_a_save_that_fails_changes_nothing() -> None:
    """A line with an account that does not exist leaves neither the document nor the other lines."""
    scene = Scene()
    with pytest.raises(KeyError):
        scene.draft({**INVOICE, "lines": [*INVOICE["lines"], {"account": "9", "amount": "1"}]})
    assert scene.find("salesInvoices") == []
    assert scene.environment.tables.rows("salesInvoiceLines", SPAIN) == []


def test_a_cancelled_invoice_is_canceled_and_a_corrective_memo_undoes_it() -> None:
    """Both stay, on their own days; nothing is left to pay although nobody paid."""
    scene = Scene()
    document_id, number = scene.post()
    memo_number = scene.bookkeeper.cancel(SPAIN, document_id, "2026-04-02", by=USER)
    invoice, memo = scene.row("salesInvoices", id=document_id), scene.row("salesCreditMemos", number=memo_number)
    assert (invoice["status"], Decimal(str(invoice["remainingAmount"]))) == ("Canceled", 0)
    assert (memo["status"], memo["invoiceId"], memo["invoiceNumber"]) == ("Corrective", document_id, number)
    assert scene.balances(documentNumber=memo_number) == amounts(
        a1300="-12100", a2200="2100", a4000="9900", a4100="100"
    )
    assert {
        each["postingDate"] for each in scene.find("generalLedgerEntries", filter=f"documentNumber eq '{memo_number}'")
    } == {"2026-04-02"}
    with pytest.raises(ValueError, match="Canceled"):
        scene.bookkeeper.cancel(SPAIN, document_id, "2026-04-03", by=USER)


def test_what_was_paid_in_part_cannot_be_cancelled() -> None:
    """The payment must be undone first."""
    scene = Scene()
    document_id, number = scene.post()
    pay(scene, amount="100", apply={number: "100"})
    with pytest.raises(ValueError, match="paid"):
        scene.bookkeeper.cancel(SPAIN, document_id, "2026-04-02", by=USER)


def test_a_corrected_invoice_is_a_new_one_with_a_new_number() -> None:
    """The old one is cancelled; the new draft has the same lines with their dimensions."""
    scene = Scene()
    document_id, number = scene.post()
    new_id = scene.bookkeeper.correct(SPAIN, document_id, "2026-04-02", by=USER)
    assert new_id != document_id
    assert scene.bookkeeper.post(SPAIN, "salesInvoices", new_id, by=USER) != number
    entry = scene.find(
        "generalLedgerEntries",
        filter="documentNumber eq 'PS-INV103002' and accountNumber eq '4000'",
        expand="dimensionSetLines",
    )
    assert [(each["creditAmount"], each["dimensionSetLines"][0]["valueCode"]) for each in entry] == [(9900, "SALES")]
    assert scene.row("salesInvoices", id=document_id)["status"] == "Canceled"


def test_a_partial_credit_leaves_the_rest_to_be_paid() -> None:
    """The memo is settled by the invoice it is applied to, which stays open."""
    scene = Scene()
    document_id, number = scene.post()
    memo_id, memo_number = scene.post({**MEMO, "applies_to": number}, "salesCreditMemos")
    assert scene.row("salesInvoices", id=document_id)["remainingAmount"] == "11011.00"
    assert scene.row("salesInvoices", id=document_id)["status"] == "Open"
    assert scene.row("salesCreditMemos", id=memo_id)["status"] == "Paid"
    assert scene.balances(documentNumber=memo_number) == amounts(a1300="-1089", a2200="189", a4000="900")


def test_memos_as_corrections_post_negative_debits_and_credits() -> None:
    """The account loses what it gained on the side where it gained it: no credit appears where the invoice had a debit."""
    scene = Scene(memos_as_corrections=True)
    scene.post(MEMO, "salesCreditMemos")
    sides = {
        each["accountNumber"]: (each["debitAmount"], each["creditAmount"])
        for each in scene.find("generalLedgerEntries")
    }
    assert sides == {"4000": (0, -900), "2200": (0, -189), "1300": (-1089, 0)}


def test_a_correction_in_a_journal_is_a_negative_debit() -> None:
    """Debit less credit is what counts."""
    scene = Scene()
    journal(scene, {
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
    first = journal(scene)
    stamps = [scene.row("generalLedgerEntries", id=each)["lastModifiedDateTime"] for each in first]
    second = reverse(scene, "ACC-03")
    rows = [scene.row("generalLedgerEntries", id=each) for each in (*first, *second)]
    assert {(each["documentNumber"], each["postingDate"]) for each in rows} == {("ACC-03", "2026-03-31")}
    assert scene.balances() == {}
    later = [scene.row("generalLedgerEntries", id=each)["lastModifiedDateTime"] for each in first]
    assert all(str(after) > str(before) for after, before in zip(later, stamps, strict=True))
    with pytest.raises(ValueError, match="once"):
        reverse(scene, "ACC-03")
    with pytest.raises(KeyError):
        reverse(scene, "ACC-04")


def test_documents_are_cancelled_and_not_reversed() -> None:
    """Only what came from a journal can be reversed."""
    scene = Scene()
    _, number = scene.post()
    with pytest.raises(ValueError, match="journal"):
        reverse(scene, number)


def test_an_additional_reporting_currency_is_kept_beside_and_hinders_reversals() -> None:
    """Dirhams at 0.0925 euros; it balances too, what rounding leaves being the first line's."""
    scene = Scene()
    lines = [
        {"account": "6000", "amount": "33.33"}, {"account": "6100", "amount": "33.33"}, {"account": "2300", "amount": "-66.66"},
    ]  # fmt: skip
    journal(scene, {"date": "2026-03-31", "number": "J-1", "lines": lines}, MOROCCO)
    entries = scene.find("generalLedgerEntries", MOROCCO)
    assert [(each["debitAmount"], each["additionalCurrencyDebitAmount"]) for each in entries] == [
        (33.33, 3.09), (33.33, 3.08), (0, 0),
    ]  # fmt: skip
    assert entries[2]["additionalCurrencyCreditAmount"] == 6.17
    with pytest.raises(ValueError, match="additional reporting currency"):
        reverse(scene, "J-1", MOROCCO)
    journal(scene)
    assert {each["additionalCurrencyDebitAmount"] for each in scene.find("generalLedgerEntries")} == {0}


def test_a_journal_must_balance() -> None:
    """To the cent."""
    scene = Scene()
    with pytest.raises(ValueError, match="balance"):
        journal(scene, {**ACCRUAL, "lines": [*ACCRUAL["lines"], {"account": "6000", "amount": "0.01"}]})


@pytest.mark.parametrize("account", ["4999", "1300"])
def test_totals_and_blocked_accounts_are_not_posted_to(account: str) -> None:
    """An account that only adds others up, and one that is blocked."""
    scene = Scene()
    with scene.environment.saving(SPAIN) as saving:
        saving.update("accounts", str(scene.row("accounts", number="1300")["id"]), {"blocked": 1})
    with pytest.raises(ValueError, match=account):
        journal(scene, {**ACCRUAL, "lines": [{"account": account, "amount": "1"}, {"account": "2300", "amount": "-1"}]})


def test_a_closed_period_is_posted_to_all_the_same() -> None:
    """Only the days that the set-up allows decide."""
    scene = Scene()
    march = scene.row("accountingPeriods", startingDate="2026-03-01")
    with scene.environment.saving(SPAIN) as saving:
        saving.update("accountingPeriods", str(march["id"]), {"closed": 1, "dateLocked": 1})
    journal(scene)
    with scene.environment.saving(SPAIN) as saving:
        saving.update("generalLedgerSetup", str(saving.setup()["id"]), {"allowPostingFrom": "2026-04-01"})
    with pytest.raises(ValueError, match="allowed posting dates"):
        journal(scene)
    with scene.environment.saving(SPAIN) as saving:
        days = {"allowPostingFrom": "2026-03-31", "allowPostingTo": "2026-03-31"}
        saving.update("generalLedgerSetup", str(saving.setup()["id"]), days)
    journal(scene)
    with pytest.raises(ValueError, match="allowed posting dates"):
        journal(scene, {**ACCRUAL, "date": "2026-04-01"})


def test_the_year_can_be_closed_more_than_once() -> None:
    """Each run brings to zero what has come since; the year before and the year after are left alone."""
    scene = Scene()
    for day in ("2025-12-31", "2026-03-31", "2027-01-01"):
        journal(scene, {**ACCRUAL, "date": day})
    scene.post()
    close_year(scene, "CLOSE-1")
    assert scene.balances(documentNumber="CLOSE-1") == amounts(a3100="-9700", a4000="9900", a4100="100", a6000="-300")
    journal(scene, {**ACCRUAL, "date": "2026-12-31"})
    close_year(scene, "CLOSE-2")
    assert scene.balances(documentNumber="CLOSE-2") == amounts(a3100="300", a6000="-300")
    assert close_year(scene, "CLOSE-3") == []
    assert scene.balances()["6000"] == 600
    closing = scene.find("generalLedgerEntries", filter="documentNumber eq 'CLOSE-1'")
    assert {each["postingDate"] for each in closing} == {"2026-12-31"}
    scene.settings.marked_closing_dates = True
    assert {
        each["postingDate"] for each in scene.find("generalLedgerEntries", filter="documentNumber eq 'CLOSE-1'")
    } == {"C2026-12-31"}
    assert scene.find("generalLedgerEntries", top="1")[0]["postingDate"] == "2025-12-31"


def test_a_payment_may_be_partial_and_may_be_more_than_is_owed() -> None:
    """What is applied shows in what remains of the invoice; what is not is nobody's, until it is applied later."""
    scene = Scene()
    document_id, number = scene.post()
    first = pay(scene, amount="2100", apply={number: "2100"})
    assert scene.row("salesInvoices", id=document_id)["remainingAmount"] == "10000.00"
    assert scene.balances(documentNumber=first) == amounts(a1100="2100", a1300="-2100")
    second = pay(scene, amount="10500")
    with scene.environment.saving(SPAIN) as saving, pytest.raises(ValueError, match="left"):
        payments.apply(saving, second, {number: "10500"}, "2026-04-20")
    entries = len(scene.find("generalLedgerEntries"))
    with scene.environment.saving(SPAIN) as saving:
        payments.apply(saving, second, {number: "10000"}, "2026-04-20")
    invoice = scene.row("salesInvoices", id=document_id)
    assert (invoice["status"], Decimal(str(invoice["remainingAmount"]))) == ("Paid", 0)
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
    payment = pay(scene, party="20000", amount="12100", currency="USD", rate=rate, apply={number: "12100"})
    assert scene.balances(documentNumber=payment) == dict(sorted(expected.items()))


def test_a_bill_is_posted_and_paid_the_other_way_round() -> None:
    """Cost and input VAT are debits, the vendor is owed, and money goes out."""
    scene = Scene()
    document_id, number = scene.post(BILL, "purchaseInvoices")
    assert scene.balances(documentNumber=number) == amounts(a1400="21", a2100="-121", a6000="100")
    assert scene.row("purchaseInvoices", id=document_id)["vendorInvoiceNumber"] == "F-77"
    payment = pay(scene, of="vendors", party="30000", amount="121", apply={number: "121"})
    assert scene.balances(documentNumber=payment) == amounts(a1100="-121", a2100="121")
    assert scene.row("purchaseInvoices", id=document_id)["status"] == "Paid"


def test_an_invoice_to_a_company_of_the_group_arrives_there_as_a_draft() -> None:
    """Both sides name each other in a dimension, on accounts of their own; posted, they add up to nothing."""
    scene = Scene()
    _, number = scene.post({**INVOICE, "party": "IC-PT", "lines": [{"account": "4200", "amount": "500.00"}]})
    (arrived,) = scene.find("purchaseInvoices", PORTUGAL)
    assert (arrived["status"], arrived["vendorNumber"], arrived["vendorInvoiceNumber"]) == ("Draft", "IC-ES", number)
    scene.bookkeeper.post(PORTUGAL, "purchaseInvoices", arrived["id"], by=USER)
    assert scene.balances() == amounts(a1310="500", a4200="-500")
    assert scene.balances(PORTUGAL) == amounts(a2110="-500", a6200="500")
    for company, account, partner in ((SPAIN, "4200", "PT"), (PORTUGAL, "6200", "ES")):
        (entry,) = scene.find(
            "generalLedgerEntries", company, filter=f"accountNumber eq '{account}'", expand="dimensionSetLines"
        )
        assert [(each["code"], each["valueCode"]) for each in entry["dimensionSetLines"]] == [("INTERCOMPANY", partner)]


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
    assert scene.find("generalLedgerSetup", MOROCCO)[0]["localCurrencyCode"] == "MAD"


def test_every_save_is_stamped_later_than_the_one_before() -> None:
    """Even where the clock stands still, and all rows of a save alike."""
    scene = Scene()
    first, second = (journal(scene, {**ACCRUAL, "number": each}) for each in ("J-1", "J-2"))
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
