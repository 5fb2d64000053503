"""Sales orders and billing documents as facts: what counts, with which sign, and what is read because of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.support.sap_rows import billing, item, key, order, ticks
from tieout.errors import UnreadableRecordError
from tieout.facts.sales import BillingDocument, SalesOrder
from tieout.facts.statement import Absence
from tieout.systems.sap_s4hana.translate import billing_statement, missing_order, sales_order_statement


def ordered(**changed: Any) -> SalesOrder:  # noqa: ANN401 values of JSON
    """The fact of a sales order."""
    fact = sales_order_statement(key("sales_order", "3016401"), order(**changed)).fact
    assert isinstance(fact, SalesOrder)
    return fact


def billed(**changed: Any) -> BillingDocument:  # noqa: ANN401 values of JSON
    """The fact of a billing document."""
    fact = billing_statement(key("billing_document", "90000024"), billing(**changed)).fact
    assert isinstance(fact, BillingDocument)
    return fact


def test_an_order_is_its_items() -> None:
    """Each with its product and its net amount; the header's total is not looked at."""
    found = ordered(TotalNetAmount="777.00")
    assert [(line.line_id, str(line.amount), line.product) for line in found.lines] == [
        ("10", "1500.00 EUR", "TG11"),
        ("20", "250.50 EUR", "SV20"),
    ]
    assert (found.number, found.day, found.customer, found.legal_entity) == (
        "3016401",
        date(2026, 3, 31),
        "17100001",
        "org:1710",
    )


def test_items_come_in_the_order_of_their_numbers() -> None:
    """Whatever order they are answered in, and with zeros or without."""
    found = ordered(items=[item("000100", "3.00"), item("20", "2.00"), item("3", "1.00")])
    assert [line.line_id for line in found.lines] == ["3", "20", "100"]


def test_a_rejected_item_is_not_sold() -> None:
    """Nobody will deliver it; an order whose items all are is cancelled, and worth nothing."""
    some = ordered(items=[item("10", "1500.00"), item("20", "250.50", SalesDocumentRjcnReason="50")])
    assert [line.line_id for line in some.lines] == ["10"]
    whole = ordered(OverallSDDocumentRejectionSts="C", items=[item("10", "1500.00", SalesDocumentRjcnReason="50")])
    assert (str(whole.status), whole.lines) == ("cancelled", ())


@pytest.mark.parametrize(("status", "word"), [("", "open"), ("A", "open"), ("B", "open"), ("C", "done")])
def test_an_order_is_done_once_it_is_wholly_processed(status: str, word: str) -> None:
    """By the overall status."""
    assert str(ordered(OverallSDProcessStatus=status).status) == word


@pytest.mark.parametrize(
    ("category", "billing_type", "amount"),
    [
        ("M", "F2", "9900.00 EUR"),
        ("P", "L2", "9900.00 EUR"),
        ("5", "IV", "9900.00 EUR"),
        ("S", "ZS", "9900.00 EUR"),
        ("O", "G2", "-9900.00 EUR"),
        ("N", "ZN", "-9900.00 EUR"),
        ("6", "IG", "-9900.00 EUR"),
        ("M", "S1", "-9900.00 EUR"),  # SAP's own cancellations are told by their type too
        ("O", "S2", "9900.00 EUR"),
    ],
)
def test_what_a_document_is_decides_the_sign(category: str, billing_type: str, amount: str) -> None:
    """All of them have positive amounts."""
    found = billed(SDDocumentCategory=category, BillingDocumentType=billing_type)
    assert [str(line.amount) for line in found.lines] == [amount]


def test_a_category_nobody_knows_is_refused() -> None:
    """A guess would be wrong by twice its amount."""
    with pytest.raises(UnreadableRecordError, match="SDDocumentCategory: not_known"):
        billed(SDDocumentCategory="X")


def test_a_cancellation_is_a_document_of_its_own() -> None:
    """The one it cancels keeps its amount, so that both together are zero, and it is read once more because of it."""
    cancellation = billing_statement(
        key("billing_document", "90000031"),
        billing(
            "90000031", SDDocumentCategory="N", BillingDocumentType="S1", CancelledBillingDocument="0090000024",
            AccountingDocument="0100000050",
        ),
    )  # fmt: skip
    original = billed(BillingDocumentIsCancelled=True)
    assert isinstance(cancellation.fact, BillingDocument)
    assert cancellation.fact.cancels == "90000024"
    assert cancellation.related == (key("journal_entry", "1710/2026/100000050"), key("billing_document", "90000024"))
    assert (str(original.status), str(original.lines[0].amount)) == ("cancelled", "9900.00 EUR")
    assert (
        original.lines[0].amount + cancellation.fact.lines[0].amount
        == original.lines[0].amount + -original.lines[0].amount
    )


def test_a_document_leads_to_its_journal_entry_once_there_is_one() -> None:
    """Until then it is billed, and in no books."""
    posted = billing_statement(key("billing_document", "90000024"), billing())
    assert posted.related == (key("journal_entry", "1710/2026/100000042"),)
    open_one = billing_statement(key("billing_document", "90000024"), billing(AccountingDocument="", FiscalYear="0000"))
    assert open_one.related == ()
    assert isinstance(posted.fact, BillingDocument)
    assert isinstance(open_one.fact, BillingDocument)
    assert (str(posted.fact.status), posted.fact.accounting_document) == ("posted", "1710/2026/100000042")
    assert (str(open_one.fact.status), open_one.fact.accounting_document) == ("open", None)


@pytest.mark.parametrize("year", ["0000", "", None])
def test_a_bill_that_leaves_open_in_which_years_books_it_is_has_no_entry_looked_for(year: str | None) -> None:
    """No year 0000 has any, and what is not shown would be asked for again and again; the entry is told of by itself."""
    found = billing_statement(key("billing_document", "90000024"), billing(FiscalYear=year))
    assert isinstance(found.fact, BillingDocument)
    assert (str(found.fact.status), found.fact.accounting_document, found.related) == ("posted", None, ())


def test_a_pro_forma_invoice_bills_nothing() -> None:
    """It goes with the goods."""
    found = billing_statement(key("billing_document", "1"), billing(SDDocumentCategory="U", BillingDocumentType="F8"))
    assert (found.fact, found.absence) == (None, Absence.NOT_POSTED)


@pytest.mark.parametrize(
    ("changed", "version"),
    [
        ({}, "2026-03-31T23:59:58.000Z"),
        ({"LastChangeDateTime": ticks(datetime(2026, 4, 1, 0, 0, 0, 7000, tzinfo=UTC))}, "2026-04-01T00:00:00.007Z"),
        ({"LastChangeDateTime": None, "CreationTime": "PT7H1M2S"}, "2026-03-31T07:01:02.000Z"),
    ],
)
def test_the_version_is_the_last_change(changed: dict[str, Any], version: str) -> None:
    """Of a document that was never changed, when it was created."""
    assert billing_statement(key("billing_document", "1"), billing(**changed)).source_version == version


def test_amounts_are_in_the_currency_of_the_document() -> None:
    """Yen have no minor unit, and what another currency's item is worth in it nobody knows."""
    yen = ordered(TransactionCurrency="JPY", items=[item("10", "9900.000", TransactionCurrency="JPY")])
    assert str(yen.lines[0].amount) == "9900 JPY"
    with pytest.raises(UnreadableRecordError, match="another currency"):
        ordered(items=[item("10", "1.00", TransactionCurrency="USD")])


def test_an_order_that_is_gone_has_no_version() -> None:
    """The ledger keeps the one it has."""
    found = missing_order(key("sales_order", "1"))
    assert (found.source_version, found.absence) == ("", Absence.DELETED)


def test_an_order_and_a_bill_say_what_others_call_them() -> None:
    """The customer, the system that made the order, and the order that is billed, without leading zeros."""
    found = ordered(PurchaseOrderByCustomer="PO-1", ExternalDocumentID="006A")
    assert (found.purchase_order, found.external_id, found.order) == ("PO-1", "006A", None)
    bill = billed(PurchaseOrderByCustomer="PO-1", items=[item("10", "1.00", SalesDocument="0003016401")] * 2)
    assert (bill.purchase_order, bill.external_id, bill.order) == ("PO-1", None, "3016401")


@pytest.mark.parametrize("other", ["", "3016402"])
def test_a_bill_of_several_orders_names_none(other: str) -> None:
    """Nor does one of which an item is of none."""
    assert (
        billed(items=[item("10", "1.00", SalesDocument="3016401"), item("20", "1.00", SalesDocument=other)]).order
        is None
    )
