"""`make sandbox` as a person finds it: whatever is changed in a simulated system is planned, with nothing else done."""

from __future__ import annotations

import threading
import time
from decimal import Decimal
from typing import Any

import httpx

from ops import mapping_tables
from ops.place import sandbox_place
from sandbox.places import ROOT
from sandbox.running import Sandbox
from sandbox.systems.zuora.joining import CUSTOMERS

DEAL = {"dealname": "Live", "pipeline": "default", "dealstage": "qualifiedtobuy", "amount": "700.00"}
INVOICE = {"id": "48900", "type": "invoice", "date": "2026-10-20", "period": "Oct 2026", "entity": "7938"}
BILL = {"CompanyCode": "1010", "SoldToParty": "17100001", "BillingDocumentDate": "2027-01-20"}
OPPORTUNITY = {
    "name": "Live",
    "_parentaccountid_value": "0a000000-0000-4000-8000-000000000901",
    "stepname": "1-Qualify",
}
REPORT = {
    "id": "live",
    "number": "live",
    "revision": 1,
    "status": "approved",
    "currency": "EUR",
    "cost_center": "sales",
}
RECEIPT = {"id": "1", "category": "travel", "spent_on": "2027-01-09", "gross": "71.00", "merchant": "rail"}
ORDER = {"company": "10", "orderNumber": "live", "state": "RELEASED", "modifiedAt": "2027-01-02T09:00:00Z"}
POSITION = {"position": "1", "open": True, "glAccount": "630000", "neededOn": "2027-01-20", "costCentre": "K-100"}
RUN = {"sequence": 1, "runName": "live", "paidAt": "2027-01-26T12:00:00+01:00"}
SUM = {"key": "1", "wageType": "gross", "department": "vertrieb", "cents": 73_00}

CHANGES = {
    "hubspot": (
        "deals",
        {"id": "9301", "properties": {**DEAL, "deal_currency_code": "EUR", "closedate": "2027-01-15"}},
    ),
    "netsuite": (
        "documents",
        {**INVOICE, "lines": [{"account": "1100", "amount": "70.00"}, {"account": "4000", "amount": "-70.00"}]},
    ),
    "salesforce": (
        "records/Opportunity",
        {"records": [{"Name": "Live", "StageName": "Prospecting", "Amount": "74.00", "CloseDate": "2027-01-15"}]},
    ),
    "dynamics_sales": (
        "opportunities",
        {**OPPORTUNITY, "estimatedvalue": "76.00", "currency": "USD", "estimatedclosedate": "2027-01-15"},
    ),
    "stripe": (
        "invoices",
        {"customer": "cus_901", "currency": "usd", "lines": [{"amount": 77_00, "product": "prod_1"}]},
    ),
    "chargebee": (
        "invoices",
        {
            "customer_id": "16Bcust902",
            "currency_code": "EUR",
            "lines": [{"amount": 88_00, "discount": 10_00, "tax": 14_82, "entity_id": "SUPPORT-EUR-M"}],
        },
    ),
    "zuora": (
        "invoices",
        {
            "account": next(iter(CUSTOMERS)),
            "date": "2027-01-15",
            "items": [{"amount": "78", "tax": "16", "product": "8ad00000000000000000000000000b01"}],
        },
    ),
    "sap_s4hana": ("billing_documents", {**BILL, "items": [{"Material": "TG11", "NetAmount": "75.00"}]}),
    "expenses-emea": (
        "events",
        {"events": [{"type": "expense_report.approved", "data": {"report": {**REPORT, "lines": [RECEIPT]}}}]},
    ),
    "procurement-emea": (
        "events",
        {
            "events": [
                {
                    "type": "sandbox.procurement.order.changed.v1",
                    "data": {
                        **ORDER,
                        "supplier": {"code": "L-4711"},
                        "positions": [{**POSITION, "openValue": "72.00", "currency": "EUR"}],
                    },
                }
            ]
        },
    ),
    "payroll-emea": (
        "events",
        {"events": [{"type": "payroll.run.closed", "subject": "live", "data": {**RUN, "sums": [SUM]}}]},
    ),
}
SUBSCRIBED = {
    "customer": "cus_902",
    "currency": "usd",
    "items": [{"unit_amount": 39_50, "quantity": 2, "product": "prod_2"}],
}
AGREED = {
    "customer_id": "16Bcust901",
    "currency_code": "EUR",
    "items": [{"item_price_id": "PRO-EUR-M", "unit_price": 16_00, "quantity": 5}],
}
TERMED = {
    "account": list(CUSTOMERS)[1],
    "start": "2027-01-15",
    "charges": [{"price": "40.50", "quantity": 2, "product": "8ad00000000000000000000000000b02"}],
}
EVERY_CHANGE = (
    *CHANGES.items(),
    ("stripe", ("subscriptions", SUBSCRIBED)),
    ("chargebee", ("subscriptions", AGREED)),
    ("zuora", ("subscriptions", TERMED)),
)
AUTOMATIC = {"hubspot", "salesforce", "sap_s4hana"}
CLOCKS = {  # they stamp what happens; others are told on which day it does
    "stripe": {"frozen_time": "2027-01-15T12:00:00Z"},
    "chargebee": {"time_machine": "2027-01-15T12:00:00Z"},
}
PLANNED = {
    ("Pipeline", "Amount", "NO_CUSTOMER/SOFTWARE/EMEA/EUR/Jan 27/Forecast"): Decimal("700.00"),
    ("Pipeline", "Amount", "NO_CUSTOMER/NO_PRODUCT/APAC/USD/Jan 27/Forecast"): Decimal("74.00"),
    ("Pipeline", "Amount", "ACME/NO_PRODUCT/AMERICAS/USD/Jan 27/Forecast"): Decimal("76.00"),
    ("Recurring revenue", "Monthly", "TYRELL/SERVICES/new/AMERICAS/USD/Jan 27/Actual"): Decimal("79.00"),
    ("Recurring revenue", "Monthly", "ACME/SOFTWARE/new/EMEA/EUR/Jan 27/Actual"): Decimal("80.00"),
    ("Billings", "Billed", "TYRELL/SERVICES/EMEA/EUR/Jan 27/Actual"): Decimal("78.00"),
    ("Actuals", "Revenue", "4020/NO_COST_CENTRE/ACME/GROUP/NO_PARTNER/USD/Oct 26/Actual"): Decimal("70.00"),
    ("Billings", "Billed", "ACME/SOFTWARE/EMEA/EUR/Jan 27/Actual"): Decimal("75.00"),
    ("Billings", "Billed", "ACME/SOFTWARE/AMERICAS/USD/Jan 27/Actual"): Decimal("77.00"),
    ("Billings", "Billed", "ACME/SOFTWARE/SPAIN/EUR/Jan 27/Actual"): Decimal("78.00"),
    ("Recurring revenue", "Monthly", "TYRELL/SERVICES/new/SPAIN/EUR/Jan 27/Actual"): Decimal("81.00"),
    ("Actuals", "Revenue", "4000/NO_COST_CENTRE/ACME/EMEA/NO_PARTNER/EUR/Jan 27/Actual"): Decimal("75.00"),
    ("Operating expenses", "Expense", "6100/CC_SALES/TRAVEL_AGENCY/EMEA/NO_PARTNER/EUR/Jan 27/Actual"): Decimal(
        "71.00"
    ),
    ("Commitments", "Committed", "6300/CC_SALES/HOSTING_HOUSE/EMEA/EUR/Jan 27/Forecast"): Decimal("72.00"),
    ("Operating expenses", "Expense", "6000/CC_SALES/NO_SUPPLIER/EMEA/NO_PARTNER/EUR/Jan 27/Actual"): Decimal("73.00"),
}


def test_a_change_in_each_simulated_system_reaches_planning_by_itself(sandbox: Sandbox) -> None:
    """Each sends on its own and in its own way, and planning holds what it told of."""
    mapping_tables.put(
        sandbox_place(sandbox.endpoints()), mapping_tables.read_file(ROOT / "landscape/mappings/sandbox.csv")
    )
    with httpx.Client(timeout=60) as http:
        for system, (route, change) in EVERY_CHANGE:
            # Unless the demo took it over.
            usual = {"automatic": True} if system in AUTOMATIC else {"send": "immediately"}
            http.post(
                f"{sandbox.systems[system]}/_control/settings", json=usual | CLOCKS.get(system, {})
            ).raise_for_status()
            http.post(f"{sandbox.systems[system]}/_control/{route}", json=change).raise_for_status()
        deadline = time.monotonic() + 120
        while (found := planned(http, sandbox)) != PLANNED and time.monotonic() < deadline:
            threading.Event().wait(1)
    assert found == PLANNED


def planned(http: httpx.Client, sandbox: Sandbox) -> dict[tuple[str, str, str], Decimal]:
    """Those of the expected cells that planning holds."""
    cells: list[dict[str, Any]] = http.get(f"{sandbox.systems['anaplan']}/_control/cells").json()["cells"]
    held = {
        (each["module"], each["line_item"], "/".join(each["members"].values())): Decimal(each["value"])
        for each in cells
    }
    return {place: value for place, value in held.items() if place in PLANNED}
