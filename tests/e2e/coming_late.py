"""What people do in the simulated systems around the moment in which a company's month is closed."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.selling import ACCOUNTS, CUSTOMER
from tests.e2e.simulators import BOOKS, CRM, ERP, FINANCE, FIRST, SALES, SAP, SECOND, Simulator
from tests.e2e.spending import Tool, late_claims, next_claim

COMPANY = "EMEA"  # of the CRM, of S/4HANA and of the expense tool
UNTOLD = CRM  # tells nobody of its last change


def work_around_a_closing(simulators: dict[str, Simulator], claims: Tool, close: Callable[[], object]) -> None:
    """Others work, our company's first month is closed while that is under way, and our company comes late."""
    _work_elsewhere(simulators, 0)
    close()
    _sell_late(simulators[CRM])
    _bill_late(simulators[SAP])
    claims.happen(*late_claims())


def carry_on(simulators: dict[str, Simulator], claims: Tool) -> None:
    """The day goes on elsewhere and in the expense tool, in the month that is open."""
    _work_elsewhere(simulators, 1)
    claims.happen(next_claim())


def delete_a_won_deal_untold(simulators: dict[str, Simulator]) -> None:
    """Of the closed month, and nobody is ever told of it."""
    simulators[UNTOLD].change_untold("DELETE", "deals/91036")


def _sell_late(crm: Simulator) -> None:
    """Deals that are won in the first month change, leave it and go; one comes; one is of the second month, and open."""
    changes: dict[str, dict[str, str]] = {
        "91008": {"amount": "8888.88"},
        "91012": {"closedate": f"{SECOND}-15T12:00:00Z"},
        "91006": {"dealstage": "closedwon"},
        "91003": {"amount": "3333.33"},
    }
    for deal, properties in changes.items():
        crm.call("PATCH", f"deals/{deal}", {"properties": properties})
    crm.call("DELETE", "deals/91020")


def _bill_late(sap: Simulator) -> None:
    """A bill of the first month; what is ordered is no actual, and stays open."""
    item = {"Material": "TG11", "NetAmount": "1414.14"}
    day = f"{FIRST}-28"
    bill = {"CompanyCode": "1010", "SoldToParty": "17100001", "BillingDocumentDate": day, "items": [item]}
    order = {"SalesOrganization": "1010", "SoldToParty": "17100002", "SalesOrderDate": day, "items": [item]}
    sap.call("POST", "billing_documents", bill)
    sap.call("POST", "sales_orders", order)


def _work_elsewhere(simulators: dict[str, Simulator], turn: int) -> None:
    """A document of other companies in each of the other systems: of the first month, then of the second."""
    day, cents = f"{(FIRST, SECOND)[turn]}-26", f"{turn}7"
    deal = {"Name": f"Turn {turn}", "AccountId": list(ACCOUNTS)[turn], "StageName": "Closed Won"}
    record = deal | {"CloseDate": day, "CurrencyIsoCode": "USD", "Amount": f"5151.{cents}"}
    simulators[SALES].call("POST", "records/Opportunity", {"records": [record]})
    net = f"61.{cents}"
    lines = [{"account": "1100", "amount": net}, {"account": "4000", "amount": f"-{net}", "department": "7"}]
    invoice = {"id": str(92_100 + turn), "type": "invoice", "date": day, "period": ("Aug 2027", "Sep 2027")[turn]}
    simulators[ERP].call("POST", "documents", {**invoice, "entity": CUSTOMER, "lines": lines})
    owed = [{"account": "130100", "amount": f"71.{cents}"}, {"account": "401100", "amount": f"-71.{cents}"}]
    voucher = {"kind": "sales_invoice", "date": day, "party": "US-002", "lines": owed}
    simulators[FINANCE].call("POST", "documents", voucher)
    sold = {"party": "20000", "date": day, "lines": [{"account": "4000", "amount": f"81.{cents}"}], "post": True}
    simulators[BOOKS].call("POST", "companies/ES/documents/salesInvoices", sold)
