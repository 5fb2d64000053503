"""The simulated tenant's sales: orders live, are billed and cancelled, and each step is told as S/4HANA tells it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.systems.sap_s4hana.billing import Billing
from sandbox.systems.sap_s4hana.clearing import Clearing
from sandbox.systems.sap_s4hana.entries import EntryKey
from sandbox.systems.sap_s4hana.master_data import save_partner, save_product
from sandbox.systems.sap_s4hana.payments import Payments
from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from tests.support.sap_tenant import BILL, BILLS, CUBE, ORDER, ORDERS, Scene


@pytest.fixture
def scene() -> Scene:
    """A tenant without documents."""
    return Scene()


def header(scene: Scene, number: str) -> dict[str, Any]:
    """An order's header."""
    return scene.entity(f"{ORDERS}('{number}')")


def statuses(scene: Scene, number: str) -> str:
    """Delivery, billing, process and rejection of an order."""
    row = header(scene, number)
    names = (
        "OverallDeliveryStatus",
        "OverallOrdReltdBillgStatus",
        "OverallSDProcessStatus",
        "OverallSDDocumentRejectionSts",
    )
    return "".join(row[name] for name in names)


def events(scene: Scene) -> list[str]:
    """Objects and events since last time."""
    return [name for name, _ in scene.told()]


def bill(scene: Scene, number: str) -> dict[str, Any]:
    """A billing document's header."""
    return scene.entity(f"{BILLS}('{number}')")


def entry_of(row: dict[str, Any]) -> EntryKey:
    """The journal entry of a billing document."""
    document = row["AccountingDocument"]
    return EntryKey(company_code=row["CompanyCode"], fiscal_year=row["FiscalYear"], document=document)


def test_an_order_lives_from_its_items_to_the_bill(scene: Scene) -> None:
    """Ordered, delivered in part, delivered, billed: header and items say how far it is."""
    number = scene.do(SalesOrders.create, ORDER)
    assert (header(scene, number)["TotalNetAmount"], statuses(scene, number)) == ("1000.50", "AAAA")
    scene.do(SalesOrders.deliver, number, ["10"])
    assert statuses(scene, number) == "BABA"
    scene.do(SalesOrders.deliver, number)
    assert statuses(scene, number) == "CABA"
    scene.do(Billing.create, {"order": number, "BillingDocumentDate": "2026-03-31"})
    assert statuses(scene, number) == "CCCA"
    assert [row["SDProcessStatus"] for row in scene.rows(f"{ORDERS}('{number}')/to_Item")] == ["C", "C"]
    assert events(scene) == [
        "SalesOrder.Created",
        "SalesOrder.OvrlDelivStsChgd",
        "SalesOrder.OvrlSDProcStsChgd",
        "SalesOrder.OvrlDelivStsChgd",
        "BillingDocument.Created",
        "SalesOrder.OvrlSDProcStsChgd",
        "JournalEntry.Created",
    ]


def test_a_change_of_an_item_is_not_told_of_the_header(scene: Scene) -> None:
    """Though its total and its stamp move: whoever listens to the header alone misses it."""
    number = scene.do(SalesOrders.create, ORDER)
    before = header(scene, number)["LastChangeDateTime"]
    events(scene)
    scene.do(SalesOrders.change_item, number, "10", {"NetAmount": "950.00"})
    assert scene.do(SalesOrders.add_item, number, {"Material": "SV20", "NetAmount": "10.00"}) == "30"
    scene.do(SalesOrders.delete_item, number, "20")
    assert events(scene) == ["SalesOrder.ItemChanged", "SalesOrder.ItemCreated", "SalesOrder.ItemDeleted"]
    after = header(scene, number)
    assert after["TotalNetAmount"] == "960.00"
    assert after["LastChangeDateTime"] > before


def test_rejected_items_count_no_more(scene: Scene) -> None:
    """One of them, and then all: the order is done and worth nothing. Nothing is left to bill."""
    number = scene.do(SalesOrders.create, ORDER)
    events(scene)
    scene.do(SalesOrders.change_item, number, "20", {"SalesDocumentRjcnReason": "10"})
    assert (header(scene, number)["TotalNetAmount"], statuses(scene, number)) == ("900.00", "AAAB")
    scene.do(SalesOrders.change_item, number, "10", {"SalesDocumentRjcnReason": "10"})
    assert (header(scene, number)["TotalNetAmount"], statuses(scene, number)) == ("0.00", "CCCC")
    assert events(scene) == ["SalesOrder.ItmRjcnStsChgd", "SalesOrder.ItemChanged"] * 2
    with pytest.raises(ValueError, match="nothing to bill"):
        scene.do(Billing.create, {"order": number, "BillingDocumentDate": "2026-03-31"})


def test_an_order_is_deleted_unless_something_followed_from_it(scene: Scene) -> None:
    """Then it is gone with its items, and its number is never used again."""
    number, other = (scene.do(SalesOrders.create, ORDER) for _ in range(2))
    scene.do(SalesOrders.deliver, number, ["10"])
    with pytest.raises(ValueError, match="follow from it"):
        scene.do(SalesOrders.delete, number)
    events(scene)
    scene.do(SalesOrders.delete, other)
    assert events(scene) == ["SalesOrder.Deleted"]
    assert scene.get(f"{ORDERS}('{other}')").status_code == 404
    assert int(scene.do(SalesOrders.create, ORDER)) > int(other)


@pytest.mark.parametrize("context", [True, False])
def test_events_carry_the_key_and_never_an_amount(context: bool) -> None:  # noqa: FBT001 a parameter of the test
    """Beside it the organisation, on tenants of today; statuses before and after where those changed."""
    scene = Scene(sales_context=context, leading_zeros=True)
    number = scene.do(SalesOrders.create, ORDER)
    scene.do(SalesOrders.deliver, number)
    (_, created), (_, delivered), _ = scene.told()
    key = {"SalesOrder": "0003000001"}
    own = {
        "EventRaisedDateTime": "2026-03-02T09:00:00.000Z",
        "SalesOrderType": "OR",
        "SalesOrganization": "1010",
        "DistributionChannel": "10",
        "OrganizationDivision": "00",
        "SoldToParty": "17100001",
    }
    assert created == (key | own if context else key)
    assert (delivered["OverallDeliveryStatus"], delivered["PreviousOverallDeliveryStatus"]) == ("C", "A")
    assert header(scene, number)["SalesOrder"] == "0003000001"


def test_a_bill_is_posted_to_receivables_revenue_and_tax(scene: Scene) -> None:
    """The number of the entry is another than its own; customer, product and profit centre stand on the lines."""
    number = scene.do(Billing.create, BILL)
    row = bill(scene, number)
    assert (row["TotalNetAmount"], row["TaxAmount"], row["TotalGrossAmount"]) == ("9900.00", "1881.00", "11781.00")
    assert (row["BillingDocumentType"], row["SDDocumentCategory"], row["AccountingPostingStatus"]) == ("F2", "M", "C")
    assert {account: amounts[0] for account, amounts in scene.amounts(entry_of(row)).items()} == {
        "12100000": Decimal(11781), "41000000": Decimal(-9900), "22000000": Decimal(-1881),
    }  # fmt: skip
    receivable, revenue, _ = scene.lines(entry_of(row))
    assert (receivable["Customer"], receivable["FinancialAccountType"], revenue["Customer"]) == ("17100001", "D", "")
    assert (revenue["Product"], revenue["ProfitCenter"], revenue["BillingDocument"]) == ("TG11", "YB700", number)
    assert (revenue["AccountingDocumentType"], revenue["PostingDate"]) == ("RV", "/Date(1774915200000)/")


def test_a_bill_may_wait_for_accounting(scene: Scene) -> None:
    """It is billed and not posted: no entry, year 0000. Then it is handed over, which is told of as a change."""
    number = scene.do(Billing.create, BILL | {"posted": False})
    row = bill(scene, number)
    assert (row["AccountingDocument"], row["FiscalYear"], row["AccountingTransferStatus"]) == ("", "0000", "A")
    assert (row["LastChangeDate"], scene.rows(CUBE)) == (None, [])
    events(scene)
    key = scene.do(Billing.post, number)
    assert events(scene) == ["JournalEntry.Created", "BillingDocument.Changed"]
    after = bill(scene, number)
    assert (entry_of(after), after["AccountingPostingStatus"]) == (key, "C")
    assert after["LastChangeDateTime"] > row["LastChangeDateTime"]
    with pytest.raises(ValueError, match="does not wait"):
        scene.do(Billing.post, number)


def test_a_credit_is_positive_in_billing_and_the_other_way_round_in_the_books(scene: Scene) -> None:
    """Its kind says what it is."""
    row = bill(scene, scene.do(Billing.create, BILL | {"type": "G2"}))
    assert (row["SDDocumentCategory"], row["TotalNetAmount"]) == ("O", "9900.00")
    assert scene.amounts(entry_of(row))["41000000"][0] == Decimal(9900)
    cancelling = bill(scene, scene.do(Billing.cancel, row["BillingDocument"], {"date": "2026-04-01"}))
    assert (cancelling["BillingDocumentType"], cancelling["SDDocumentCategory"]) == ("S2", "S")
    assert scene.amounts(entry_of(cancelling))["41000000"][0] == Decimal(-9900)


def test_a_bill_is_cancelled_by_another_with_the_same_amounts(scene: Scene) -> None:
    """The first is only marked, the second says what it cancels, the books know both; and the order can be billed again."""
    order = scene.do(SalesOrders.create, ORDER)
    number = scene.do(Billing.create, {"order": order, "BillingDocumentDate": "2026-03-31"})
    before = bill(scene, number)
    events(scene)
    other = scene.do(Billing.cancel, number, {"date": "2026-04-02"})
    assert events(scene) == [
        "BillingDocument.Created", "BillingDocument.Changed", "SalesOrder.OvrlSDProcStsChgd", "JournalEntry.Created",
    ]  # fmt: skip
    first, second = bill(scene, number), bill(scene, other)
    assert (first["BillingDocumentIsCancelled"], first["CancelledBillingDocument"]) == (True, "")
    assert (first["TotalNetAmount"], first["AccountingDocument"]) == ("1000.50", before["AccountingDocument"])
    assert first["LastChangeDateTime"] > before["LastChangeDateTime"]
    assert (second["BillingDocumentType"], second["SDDocumentCategory"], second["CancelledBillingDocument"]) == (
        "S1",
        "N",
        number,
    )
    assert (second["TotalNetAmount"], second["BillingDocumentIsCancelled"]) == ("1000.50", False)
    reversal = scene.lines(entry_of(second))[0]
    assert (reversal["IsReversal"], reversal["ReverseDocument"]) == (True, first["AccountingDocument"])
    assert (reversal["PostingDate"], reversal["BillingDocument"]) == ("/Date(1775088000000)/", other)
    assert scene.lines(entry_of(first))[0]["IsReversed"] is True
    assert scene.amounts(entry_of(second))["41000000"][0] == Decimal("1000.50")
    assert statuses(scene, order) == "AAAA"
    for wrong in (number, other):
        with pytest.raises(ValueError, match="cannot be cancelled"):
            scene.do(Billing.cancel, wrong, {"date": "2026-04-02"})
    assert scene.do(Billing.create, {"order": order, "BillingDocumentDate": "2026-04-02"})


def test_a_bill_that_was_never_posted_is_cancelled_without_a_posting(scene: Scene) -> None:
    """Neither of the two is in the books, and neither can be handed over."""
    number = scene.do(Billing.create, BILL | {"posted": False})
    other = scene.do(Billing.cancel, number, {"date": "2026-04-02"})
    assert (bill(scene, other)["AccountingDocument"], scene.rows(CUBE)) == ("", [])
    with pytest.raises(ValueError, match="does not wait"):
        scene.do(Billing.post, number)


@pytest.mark.parametrize(("is_indirect", "shown"), [(False, "1.25000"), (True, "0.80000")])
def test_a_rate_is_shown_either_way_round(scene: Scene, is_indirect: bool, shown: str) -> None:  # noqa: FBT001 a parameter
    """A flag says which; what is posted is the same."""
    stated = {"TransactionCurrency": "GBP", "exchange_rate": "1.25", "is_indirect": is_indirect}
    row = bill(scene, scene.do(Billing.create, BILL | stated))
    assert (row["AbsltAccountingExchangeRate"], row["AcctgExchangeRateIsIndrctQtan"]) == (shown, is_indirect)
    assert scene.amounts(entry_of(row))["41000000"][:2] == (Decimal(-9900), Decimal(-12375))


def test_a_bill_knows_whether_it_is_paid(scene: Scene) -> None:
    """Which is no change of the document: its stamp stays."""
    row = bill(scene, scene.do(Billing.create, BILL))
    named = [{"fiscal_year": row["FiscalYear"], "document": row["AccountingDocument"]}]
    payment = {"company_code": "1010", "posting_date": "2026-04-01", "amount": "11781.00", "Customer": "17100001"}
    key = scene.do(Payments.post, payment | {"clears": named})
    paid = bill(scene, row["BillingDocument"])
    assert (row["InvoiceClearingStatus"], paid["InvoiceClearingStatus"]) == ("A", "C")
    assert paid["LastChangeDateTime"] == row["LastChangeDateTime"]
    scene.do(Clearing.reset_clearing, key)
    assert bill(scene, row["BillingDocument"])["InvoiceClearingStatus"] == "A"


def test_a_partner_of_the_own_group_stands_on_every_line(scene: Scene) -> None:
    """So that planning can eliminate what is between companies."""
    row = bill(scene, scene.do(Billing.create, BILL | {"PartnerCompany": "1110"}))
    assert {line["PartnerCompany"] for line in scene.lines(entry_of(row))} == {"1110"}


def test_partners_and_products_are_created_and_changed(scene: Scene) -> None:
    """An event for each, with the key alone."""
    for name in ("Initech", "Initech Ltd"):
        assert scene.do(save_partner, {"BusinessPartner": "17100009", "BusinessPartnerName": name}) == "17100009"
        scene.do(save_product, {"Product": "NEW", "ProductGroup": "L001", "descriptions": {"EN": name}})
    partner = scene.entity("/sap/opu/odata/sap/API_BUSINESS_PARTNER/A_BusinessPartner('17100009')")
    assert (partner["BusinessPartnerFullName"], partner["LastChangeTime"]) == ("Initech Ltd", "PT09H00M00S")
    product = scene.entity("/sap/opu/odata/sap/API_PRODUCT_SRV/A_Product('NEW')", expand="to_Description")
    assert product["to_Description"]["results"][0]["ProductDescription"] == "Initech Ltd"
    assert scene.told() == [
        ("BusinessPartner.Created", {"BusinessPartner": "17100009"}),
        ("Product.Created", {"Product": "NEW"}),
        ("BusinessPartner.Changed", {"BusinessPartner": "17100009"}),
        ("Product.Changed", {"Product": "NEW"}),
    ]
