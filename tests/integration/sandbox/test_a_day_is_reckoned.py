"""The oracle of the day on which all systems are live can fail: whichever of them has a minor unit more, its cells say so."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from infra.landscape import read_landscape
from sandbox.places import ROOT
from sandbox.systems.joining import join_connection
from tests.e2e.collecting import set_clock
from tests.e2e.reckoning import Cells, Known, known, reckoned
from tests.e2e.simulators import (
    BOOKS,
    CHARGEBEE,
    CRM,
    DATAVERSE,
    ERP,
    FINANCE,
    SALES,
    SAP,
    STRIPE,
    SYSTEMS,
    ZUORA,
    Simulator,
    keep_waiting,
)
from tests.e2e.spending import EXPENSES, PAYROLL, PROCUREMENT

DAY = "2027-08-25"
ITEM = {"Material": "TG11", "NetAmount": "14.00"}
ACCOUNT = "8ad00000000000000000000000000901"
LAST = ("", "")
CHANGES: Mapping[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    CRM: (("deals", {"id": "1", "properties": {"pipeline": "default", "dealstage": "qualifiedtobuy", "amount": "10.00",
                                               "deal_currency_code": "USD", "closedate": f"{DAY}T12:00:00Z"}}),),
    SALES: (("records/Opportunity", {"records": [{"Name": "One", "StageName": "Closed Won", "Amount": "11.00",
                                                  "CurrencyIsoCode": "USD", "CloseDate": DAY}]}),
            ("records/Contract", {"records": [{"AccountId": "001000000000701AAA", "Status": "Activated", "StartDate": "2026-08-01",
                                               "ContractTerm": 12, "CurrencyIsoCode": "USD", "Contract_Value__c": "12.00"}]})),
    DATAVERSE: (("opportunities", {"name": "One", "estimatedvalue": "13.00", "estimatedclosedate": DAY, "currency": "USD"}),),
    ERP: (("documents", {"id": "99001", "type": "invoice", "date": DAY, "period": "Aug 2027", "entity": "7999", "lines": [
        {"account": "1100", "amount": "15.00"}, {"account": "4000", "amount": "-15.00", "department": "7"}]}),
        ("documents", {"id": "99002", "type": "vendorbill", "date": DAY, "period": "Aug 2027", "entity": "8100", "lines": [
            {"account": "2000", "amount": "-15.10"}, {"account": "6000", "amount": "15.10", "department": "8"}]}),
        ("documents", {"id": "99003", "type": "customerpayment", "date": DAY, "period": "Aug 2027", "entity": "7999", "lines": [
            {"account": "1100", "amount": "-15.20"}, {"account": "1000", "amount": "15.20"}]})),
    SAP: (("billing_documents", {"CompanyCode": "1010", "SoldToParty": "17100001", "BillingDocumentDate": DAY, "items": [ITEM]}),
          ("sales_orders", {"SalesOrganization": "1010", "SoldToParty": "17100001", "SalesOrderDate": DAY, "items": [ITEM]}),
          ("supplier_invoices", {"company_code": "1010", "posting_date": DAY, "Supplier": "17300001", "items": [
              {"account": "61003000", "amount": "14.10"}]}),
          ("payments", {"company_code": "1010", "posting_date": DAY, "Customer": "17100001", "amount": "14.20"})),
    FINANCE: (("documents", {"kind": "sales_invoice", "date": DAY, "party": "US-001", "lines": [
        {"account": "130100", "amount": "16.00"}, {"account": "401100", "amount": "-16.00"}]}),
        ("documents", {"kind": "supplier_invoice", "date": DAY, "party": "V-001", "lines": [
            {"account": "200100", "amount": "-16.10"}, {"account": "600100", "amount": "16.10"}]}),
        ("documents", {"kind": "customer_payment", "date": DAY, "party": "US-001", "lines": [
            {"account": "130100", "amount": "-16.20"}, {"account": "110110", "amount": "16.20"}]})),
    BOOKS: (("companies/ES/documents/salesInvoices", {"party": "10000", "date": DAY, "post": True,
                                                      "lines": [{"account": "4000", "amount": "17.00"}]}),
            ("companies/ES/documents/salesCreditMemos", {"party": "10000", "date": DAY, "post": True,
                                                         "lines": [{"account": "4000", "amount": "5.00"}]}),
            ("companies/ES/documents/purchaseInvoices", {"party": "30000", "date": DAY, "post": True,
                                                         "lines": [{"account": "6000", "amount": "17.10"}]}),
            ("companies/ES/documents/purchaseCreditMemos", {"party": "30000", "date": DAY, "post": True,
                                                            "lines": [{"account": "6000", "amount": "5.10"}]}),
            ("companies/ES/payments", {"party": "10000", "date": DAY, "amount": "17.20"})),
    STRIPE: (("invoices", {"customer": "cus_901", "currency": "usd", "lines": [{"amount": 18_00, "product": "prod_1"}]}),
             ("charges", {"customer": "cus_901", "currency": "usd", "amount": 19_00}),
             ("subscriptions", {"customer": "cus_901", "currency": "usd", "items": [{"unit_amount": 20_00, "product": "prod_1"}]})),
    CHARGEBEE: (("invoices", {"customer_id": "16Bcust902", "currency_code": "USD", "lines": [{"amount": 21_00}]}),
                ("payments", {"customer_id": "16Bcust902", "currency_code": "USD", "amount": 22_00}),
                ("subscriptions", {"customer_id": "16Bcust902", "currency_code": "USD",
                                   "items": [{"item_price_id": "PRO-EUR-M", "unit_price": 23_00}]})),
    ZUORA: (("invoices", {"account": ACCOUNT, "date": DAY, "items": [{"amount": "24.00"}]}),
            ("payments", {"account": ACCOUNT, "date": DAY, "amount": "25.00"}),
            ("subscriptions", {"account": ACCOUNT, "start": DAY, "charges": [{"price": "26.00", "quantity": 1}]})),
}  # fmt: skip
JOURNAL = b"H;BR02;202708;71;0;1;0,00;0,00\nD;BR02;J1;1;4000;VENDAS;25.08.2027;BRL;H;27,00\n"
TOLD: Mapping[str, dict[str, Any]] = {
    EXPENSES: {"type": "expense_report.approved", "data": {"report": {
        "id": "1", "revision": 1, "status": "approved", "currency": "USD", "cost_center": "sales", "lines": [
            {"category": "travel", "spent_on": DAY, "gross": "28.00", "merchant": "rail", "cost_center": None}]}}},
    PROCUREMENT: {"type": "sandbox.procurement.order.changed.v1", "data": {
        "company": "10", "orderNumber": "1", "state": "RELEASED", "modifiedAt": f"{DAY}T09:00:00Z", "supplier": {"code": "L-4711"},
        "positions": [{"open": True, "openValue": "29.00", "glAccount": "630000", "neededOn": DAY, "currency": "EUR"}]}},
    PAYROLL: {"type": "payroll.run.closed", "subject": "1", "data": {"sequence": 1, "paidAt": f"{DAY}T12:00:00+02:00", "sums": [
        {"wageType": "gross", "department": "vertrieb", "cents": 30_00}]}},
}  # fmt: skip
# Where the amounts of each kind stand: in which rows, on which way in one of them, and by what that is known; else it is the last.
AMOUNTS: tuple[tuple[str, tuple[str | int, ...], tuple[str, str]], ...] = (
    ("deals", ("properties", "amount"), LAST),
    ("salesforce_opportunities", ("Amount",), LAST),
    ("salesforce_contracts", ("Contract_Value__c",), LAST),
    ("dynamics_opportunities", ("estimatedvalue",), LAST),
    *(("netsuite", ("lines", 1, "amount"), ("id", f"9900{number}")) for number in (1, 2, 3)),
    ("sap_bill_items", ("NetAmount",), LAST),
    ("sap_order_items", ("NetAmount",), LAST),
    *(
        ("sap_entries", ("AmountInTransactionCurrency",), ("GLAccount", each))
        for each in ("41000000", "61003000", "11001000")
    ),
    *(("finance_lines", ("amount",), ("account", each)) for each in ("401100", "600100", "110110")),
    ("central_entries", ("creditAmount",), ("accountNumber", "4000")),
    *(("central_entries", ("debitAmount",), ("accountNumber", each)) for each in ("6000", "1100")),
    ("stripe_invoice", ("lines", 0, "amount"), LAST),
    ("stripe_balance_transaction", ("net",), LAST),
    ("stripe_balance_transaction", ("fee",), LAST),
    ("stripe_event", ("data", "object", "items", "data", 0, "price", "unit_amount"), LAST),
    ("chargebee_invoice", ("line_items", 0, "amount"), LAST),
    ("chargebee_transaction", ("amount",), LAST),
    ("chargebee_event", ("content", "subscription", "subscription_items", 0, "amount"), LAST),
    ("zuora_invoice", ("invoiceItems", 0, "chargeAmount"), LAST),
    ("zuora_payment", ("amount",), LAST),
    ("zuora_subscription", ("ratePlans", 0, "ratePlanCharges", 0, "ratePlanChargeTiers", 0, "price"), LAST),
    ("expenses", ("data", "report", "lines", 0, "gross"), LAST),
    ("procurement", ("data", "positions", 0, "openValue"), LAST),
    ("payroll", ("data", "sums", 0, "cents"), LAST),
)
# In which cube what each system of a company has is planned.
PLANNED = {
    ("Pipeline", "EMEA"), ("Bookings", "APAC"), ("Renewals", "APAC"), ("Pipeline", "AMERICAS"), ("Actuals", "GROUP"),
    ("Billings", "EMEA"), ("Orders", "EMEA"), ("Actuals", "EMEA"), ("Actuals", "AMERICAS"), ("Actuals", "SPAIN"),
    ("Billings", "AMERICAS"), ("Cash", "AMERICAS"), ("Operating expenses", "AMERICAS"), ("Recurring revenue", "AMERICAS"),
    ("Cash", "EMEA"), ("Recurring revenue", "EMEA"), ("Billings", "SPAIN"), ("Cash", "SPAIN"), ("Recurring revenue", "SPAIN"),
    ("Actuals", "LATAM_SUL"), ("Operating expenses", "EMEA"), ("Operating expenses", "GROUP"), ("Operating expenses", "SPAIN"),
    ("Cash", "GROUP"), ("Commitments", "EMEA"),
}  # fmt: skip
COMPANIES = {company for _, company in PLANNED}


@pytest.fixture(scope="module")
def sources() -> Known:
    """All systems with a record of each kind that is planned, of one month."""
    simulators = {name: Simulator(http, "http://system") for name, http in _systems()}
    keep_waiting(simulators)
    for name, simulator in simulators.items():
        if name in {STRIPE, CHARGEBEE}:
            set_clock(simulator, name, 0)
        for route, body in CHANGES[name]:
            simulator.call("POST", route, body)
    return known(simulators, {name: [told] for name, told in TOLD.items()}, JOURNAL)


def _systems() -> Iterator[tuple[str, Any]]:
    for connection in read_landscape(ROOT, "sandbox").connections:
        if connection.name in SYSTEMS:
            yield connection.name, TestClient(join_connection(connection, "").app)


def with_a_cent_more(sources: Known) -> Known:
    """The same with a minor unit more in each amount, whatever sign its system keeps."""
    other = copy.deepcopy(sources)._replace(journal=JOURNAL.replace(b"27,00", b"27,01"))
    for name, way, (field, value) in AMOUNTS:
        rows = other.tables.get(name) or other.objects[name]
        place: Any = next((each for each in rows if field and each[field] == value), rows[-1])
        *steps, last = way
        for step in steps:
            place = place[step]
        amount = Decimal(str(place[last]))
        is_minor = isinstance(place[last], int)
        place[last] = place[last] + 1 if is_minor else str(amount + Decimal("0.01").copy_sign(amount))
    return other


def in_own_currency(cells: Cells) -> Cells:
    """Those that are not converted, nor weighted, which may be rounded away."""
    return {at: value for at, value in cells.items() if not (at[1].endswith("USD") or at[1].startswith("Weighted"))}


def test_a_minor_unit_more_in_any_system_is_seen_in_each_cube_of_it(sources: Known, tmp_path: Path) -> None:
    """Each cell is of one record here, and moves by just that; what recurs in a month moves by twelve times as much in a year."""
    cells, more = (in_own_currency(reckoned(tmp_path, each)) for each in (sources, with_a_cent_more(sources)))
    assert {(at[0], *(COMPANIES & set(at))) for at in cells} == PLANNED
    moved = {at: more.get(at, Decimal(0)) - value for at, value in cells.items()}
    assert moved == {at: Decimal("0.12") if at[1] == "Annual" else Decimal("0.01") for at in cells}
    assert more.keys() == cells.keys()
