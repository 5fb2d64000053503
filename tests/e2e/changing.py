"""What people do in the simulated systems while all of them are live, a tenth of it told to nobody."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.systems.zuora.joining import CUSTOMERS
from tests.e2e.collecting import collect
from tests.e2e.selling import ACCOUNTS, CUSTOMER, OPPORTUNITIES, sell
from tests.e2e.simulators import (
    BOOKS,
    CHARGEBEE,
    CRM,
    DATAVERSE,
    ERP,
    FILE,
    FINANCE,
    FIRST,
    MONTHS,
    SALES,
    SAP,
    SECOND,
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
    _bill_in(simulators[ERP])
    _order_and_bill_in(simulators[SAP])
    _post_in(simulators[FINANCE])
    _keep_books_in(simulators[BOOKS])
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


def _bill_in(erp: Simulator) -> None:
    """Fourteen invoices of NetSuite, some edited, deleted and void."""

    def lines(net: str) -> list[dict[str, str]]:
        return [{"account": "1100", "amount": net}, {"account": "4000", "amount": f"-{net}", "department": "7"}]

    for number in range(14):
        head = {"id": str(92_000 + number), "type": "invoice", "date": f"{FIRST}-20", "period": "Aug 2027"}
        erp.change("POST", "documents", {**head, "entity": CUSTOMER, "lines": lines(f"{100 + number}.00")})
    for number in range(0, 14, 2):
        erp.change("PATCH", f"documents/{92_000 + number}", {"lines": lines(f"{300 + number}.10")})
    for number in range(1, 14, 4):
        erp.change("DELETE", f"documents/{92_000 + number}")
    for number in (4, 7):
        erp.change("POST", f"documents/{92_000 + number}/void", {"how": "direct"})


def _order_and_bill_in(sap: Simulator) -> None:
    """Eight orders, some changed and deleted, and eight bills, some cancelled a month later."""
    orders, bills = [], []
    for day, customer, material, number in _sold_in_turn(8):
        item = {"Material": material, "NetAmount": f"{400 + number}.40"}
        order = {"SalesOrganization": "1010", "SoldToParty": customer, "SalesOrderDate": day, "items": [item]}
        orders.append(sap.change("POST", "sales_orders", order)["SalesOrder"])
        bill = {"CompanyCode": "1010", "SoldToParty": customer, "BillingDocumentDate": day, "items": [item]}
        bills.append(sap.change("POST", "billing_documents", bill)["BillingDocument"])
    for number, order in enumerate(orders):
        sap.change("PATCH", f"sales_orders/{order}/items/10", {"NetAmount": f"{450 + number}.00"})
    for order in orders[::4]:
        sap.change("DELETE", f"sales_orders/{order}")
    for bill in bills[::3]:
        sap.change("POST", f"billing_documents/{bill}/cancel", {"date": f"{SECOND}-28"})


def _post_in(finance: Simulator) -> None:
    """Fourteen invoices of Dynamics, some reversed a month later."""
    posted = []
    for number in range(14):
        net, customer = f"{600 + number}.60", ("US-001", "US-002")[number % 2]
        lines = [{"account": "130100", "amount": net}, {"account": "401100", "amount": f"-{net}"}]
        document = {
            "kind": "sales_invoice",
            "date": f"{list(MONTHS)[number % 2]}-12",
            "party": customer,
            "lines": lines,
        }
        posted.append(finance.change("POST", "documents", document)["voucher"])
    for voucher in posted[::4]:
        finance.change("POST", f"documents/usmf/{voucher}/reverse", {"date": f"{SECOND}-27"})


def _keep_books_in(books: Simulator) -> None:
    """Thirty invoices of Business Central, some drafted only, some changed before they are posted, some cancelled later."""
    route, made = "companies/ES/documents/salesInvoices", []
    for number in range(30):
        customer, day = ("10000", "20000")[number % 2], f"{list(MONTHS)[number % 2]}-11"
        lines = [{"account": "4000", "amount": f"{800 + number}.80"}]
        made.append(books.change("POST", route, {"party": customer, "date": day, "lines": lines})["id"])
    for number, each in enumerate(made[::5]):
        books.change("PATCH", f"{route}/{each}", {"lines": [{"account": "4000", "amount": f"{900 + number}.00"}]})
    for each in made[:24]:
        books.change("POST", f"{route}/{each}/post")
    for each in made[:24:4]:
        books.change("POST", f"{route}/{each}/cancel", {"date": f"{SECOND}-29"})
    for each in made[27:]:
        books.change("DELETE", f"{route}/{each}")


def _sold_in_turn(count: int) -> Iterator[tuple[str, str, str, int]]:
    """Day, customer and material of SAP, and the number of the turn."""
    for number in range(count):
        customer, material = ("17100001", "17100002")[number % 2], ("TG11", "SV20")[number % 3 == 0]
        yield f"{list(MONTHS)[number % 2]}-20", customer, material, number
