"""What becomes of documents in the simulated companies, and of the books with them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.systems.business_central.documents import SALES_INVOICE, Documents
from sandbox.systems.business_central.environment import USER
from tests.support.central_environment import IN_DOLLARS, INVOICE, PORTUGAL, SPAIN, Scene, amounts

MEMO = {**INVOICE, "lines": [{"account": "4000", "amount": "900.00", "tax_percent": "21"}]}
BILL = {
    "party": "30000", "date": "2026-03-31", "reference": "F-77",
    "lines": [{"account": "6000", "amount": "100.00", "tax_percent": "21", "dimensions": {"DEPARTMENT": "MKT"}}],
}  # fmt: skip


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
    changes: list[dict[str, Any]] = [{"lines": []}, {"date": "2026-05-01"}, {"totalTaxAmount": "1"}]
    for stated in changes:
        with pytest.raises(ValueError, match="posted"), scene.environment.saving(SPAIN) as saving:
            Documents(saving, SALES_INVOICE).change(document_id, stated)
    with pytest.raises(ValueError, match="posted"), scene.environment.saving(SPAIN) as saving:
        Documents(saving, SALES_INVOICE).delete(document_id)
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
    memo_number = scene.bookkeeper.cancel(SPAIN, "salesInvoices", document_id, "2026-04-02", by=USER)
    invoice, memo = scene.row("salesInvoices", id=document_id), scene.row("salesCreditMemos", number=memo_number)
    assert (invoice["status"], Decimal(str(invoice["remainingAmount"]))) == ("Canceled", Decimal(0))
    assert (memo["status"], memo["invoiceId"], memo["invoiceNumber"]) == ("Corrective", document_id, number)
    assert scene.balances(documentNumber=memo_number) == amounts(
        a1300="-12100", a2200="2100", a4000="9900", a4100="100"
    )
    assert {
        each["postingDate"] for each in scene.find("generalLedgerEntries", filter=f"documentNumber eq '{memo_number}'")
    } == {"2026-04-02"}
    with pytest.raises(ValueError, match="Canceled"):
        scene.bookkeeper.cancel(SPAIN, "salesInvoices", document_id, "2026-04-03", by=USER)


def test_what_was_paid_in_part_cannot_be_cancelled() -> None:
    """The payment must be undone first."""
    scene = Scene()
    document_id, number = scene.post()
    scene.pay(amount="100", apply={number: "100"})
    with pytest.raises(ValueError, match="paid"):
        scene.bookkeeper.cancel(SPAIN, "salesInvoices", document_id, "2026-04-02", by=USER)


def test_a_corrected_invoice_is_a_new_one_with_a_new_number() -> None:
    """The old one is cancelled; the new draft has the same lines with their dimensions."""
    scene = Scene()
    document_id, number = scene.post()
    new_id = scene.bookkeeper.correct(SPAIN, "salesInvoices", document_id, "2026-04-02", by=USER)
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


def test_a_bill_is_posted_and_paid_the_other_way_round() -> None:
    """Cost and input VAT are debits, the vendor is owed, and money goes out."""
    scene = Scene()
    document_id, number = scene.post(BILL, "purchaseInvoices")
    assert scene.balances(documentNumber=number) == amounts(a1400="21", a2100="-121", a6000="100")
    assert scene.row("purchaseInvoices", id=document_id)["vendorInvoiceNumber"] == "F-77"
    payment = scene.pay(of="vendors", party="30000", amount="121", apply={number: "121"})
    assert scene.balances(documentNumber=payment) == amounts(a1100="-121", a2100="121")
    assert scene.row("purchaseInvoices", id=document_id)["status"] == "Paid"


def test_a_cancelled_bill_is_undone_by_a_memo_too() -> None:
    """The cost is taken back, and the vendor is owed nothing."""
    scene = Scene()
    document_id, number = scene.post(BILL, "purchaseInvoices")
    memo_number = scene.bookkeeper.cancel(SPAIN, "purchaseInvoices", document_id, "2026-04-02", by=USER)
    assert scene.row("purchaseInvoices", id=document_id)["status"] == "Canceled"
    memo = scene.row("purchaseCreditMemos", number=memo_number)
    assert (memo["status"], memo["invoiceNumber"]) == ("Corrective", number)
    assert scene.balances(documentNumber=memo_number) == amounts(a1400="-21", a2100="121", a6000="-100")


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
