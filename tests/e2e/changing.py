"""What people do in the simulated systems while all of them are live, a tenth of it told to nobody."""

from __future__ import annotations

from sandbox.systems.zuora.joining import CUSTOMERS
from tests.e2e.collecting import collect
from tests.e2e.posting import post
from tests.e2e.selling import ACCOUNTS, OPPORTUNITIES, sell
from tests.e2e.simulators import (
    BOOKS,
    CHARGEBEE,
    CRM,
    DATAVERSE,
    ERP,
    FILE,
    FINANCE,
    FIRST,
    SALES,
    SAP,
    STRIPE,
    ZUORA,
    Simulator,
)

# In which cube of which company it shows what `change_what_nobody_tells_of` does in each system.
LACKING = {
    CRM: ("Bookings", "EMEA"),
    SALES: ("Pipeline", "APAC"),
    DATAVERSE: ("Pipeline", "AMERICAS"),
    ERP: ("Actuals", "GROUP"),
    SAP: ("Actuals", "EMEA"),
    FINANCE: ("Actuals", "AMERICAS"),
    BOOKS: ("Actuals", "SPAIN"),
    STRIPE: ("Billings", "AMERICAS"),
    CHARGEBEE: ("Billings", "EMEA"),
    ZUORA: ("Billings", "SPAIN"),
}


def work_in_all(simulators: dict[str, Simulator]) -> None:
    """A busy day everywhere."""
    sell(simulators)
    post(simulators)
    collect(simulators)


def drop_a_file(legacy: Simulator) -> None:
    """A journal and its rerun, which lacks some of its documents, has others besides, and the rest otherwise."""
    usual = {"company": "BR02", "posting_date": f"{FIRST}-30", "currency": "BRL", "cost_centre": "VENDAS"}
    for rerun, numbers in enumerate((range(20), range(5, 25))):
        rows = [
            {
                **usual,
                "document": f"J{number}",
                "line": line,
                "account": account,
                "amount": f"{sign}{1000 + number}.{rerun}5",
            }
            for number in numbers
            for line, account, sign in (("1", "1100", ""), ("2", "4000", "-"))
        ]
        stated = {"company": "BR02", "period": FIRST, "batch": 71, "rerun": rerun}
        legacy.call("POST", "files", {"feed": "journals", "name": FILE, "rows": rows, "stated": stated})


def change_what_nobody_tells_of(simulators: dict[str, Simulator]) -> None:
    """One change in each system that no earlier notice is completed with, if the line is at rest."""
    bill = {"CompanyCode": "1010", "SoldToParty": "17100001", "BillingDocumentDate": f"{FIRST}-25"}
    voucher = {"kind": "sales_invoice", "date": f"{FIRST}-25", "party": "US-001"}
    invoice = {
        "party": "10000",
        "date": f"{FIRST}-25",
        "lines": [{"account": "4000", "amount": "11.00"}],
        "post": True,
    }
    owed = [{"account": "130100", "amount": "12.00"}, {"account": "401100", "amount": "-12.00"}]
    deal = {"Name": "Last", "AccountId": next(iter(ACCOUNTS)), "StageName": "Prospecting", "Amount": "13.00"}
    last = {"CloseDate": f"{FIRST}-25", "CurrencyIsoCode": "USD"}
    changes: dict[str, tuple[str, str, object]] = {
        CRM: ("DELETE", "deals/91024", None),
        ERP: ("DELETE", "documents/92002", None),
        SALES: ("POST", "records/Opportunity", {"records": [deal | last]}),
        SAP: ("POST", "billing_documents", bill | {"items": [{"Material": "TG11", "NetAmount": "14.00"}]}),
        FINANCE: ("POST", "documents", voucher | {"lines": owed}),
        BOOKS: ("POST", "companies/ES/documents/salesInvoices", invoice),
        DATAVERSE: ("DELETE", f"opportunities/{OPPORTUNITIES[14]}", None),
        STRIPE: ("POST", "invoices", {"customer": "cus_901", "currency": "usd", "lines": [{"amount": 15_00}]}),
        CHARGEBEE: (
            "POST",
            "invoices",
            {"customer_id": "16Bcust901", "currency_code": "EUR", "lines": [{"amount": 16_00}]},
        ),
        ZUORA: (
            "POST",
            "invoices",
            {"account": next(iter(CUSTOMERS)), "date": f"{FIRST}-25", "items": [{"amount": "17.00"}]},
        ),
    }
    for name, change in changes.items():
        simulators[name].change_untold(*change)
