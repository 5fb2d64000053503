"""What accountants do in the simulated ERPs while all systems are live."""

from __future__ import annotations

from collections.abc import Iterator

from tests.e2e.selling import CUSTOMER
from tests.e2e.simulators import BOOKS, ERP, FINANCE, FIRST, MONTHS, SAP, SECOND, Simulator


def post(simulators: dict[str, Simulator]) -> None:
    """A busy day in all ERPs."""
    _bill_in(simulators[ERP])
    _order_and_bill_in(simulators[SAP])
    _post_in(simulators[FINANCE])
    _keep_books_in(simulators[BOOKS])
    for name, spend in _SPENDING.items():
        spend(simulators[name])


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


def _spend_by_netsuite(erp: Simulator) -> None:
    """Four bills of a vendor, of which one is edited and one deleted, and two payments of the customer."""

    def lines(net: str) -> list[dict[str, str]]:
        return [{"account": "2000", "amount": f"-{net}"}, {"account": "6000", "amount": net, "department": "8"}]

    for number in range(4):
        head = {"id": str(92_500 + number), "type": "vendorbill", "date": f"{FIRST}-21", "period": "Aug 2027"}
        erp.change("POST", "documents", {**head, "entity": "8100", "lines": lines(f"{21 + number}.15")})
    erp.change("PATCH", "documents/92501", {"lines": lines("33.15")})
    erp.change("DELETE", "documents/92502")
    for number in range(2):
        paid = [{"account": "1000", "amount": f"{90 + number}.60"}, {"account": "1100", "amount": f"-{90 + number}.60"}]
        head = {"id": str(92_600 + number), "type": "customerpayment", "date": f"{FIRST}-22", "period": "Aug 2027"}
        erp.change("POST", "documents", {**head, "entity": CUSTOMER, "lines": paid})


def _spend_by_sap(sap: Simulator) -> None:
    """Four invoices of a supplier, and two payments of a customer that clear nothing yet."""
    for number in range(4):
        item = {"account": "61003000", "amount": f"{25 + number}.25", "CostCenter": "10101201"}
        bought = {"Supplier": "17300001", "items": [item], "posting_date": f"{list(MONTHS)[number % 2]}-23"}
        sap.change("POST", "supplier_invoices", {"company_code": "1010", **bought})
    for number in range(2):
        paid = {"Customer": "17100001", "amount": f"{70 + number}.70", "posting_date": f"{list(MONTHS)[number % 2]}-24"}
        sap.change("POST", "payments", {"company_code": "1010", **paid})


def _spend_by_dynamics(finance: Simulator) -> None:
    """Four invoices of a vendor, of which one is reversed, and two payments of a customer."""
    posted = []
    for number in range(4):
        net = f"{27 + number}.35"
        lines = [{"account": "200100", "amount": f"-{net}"}, {"account": "600100", "amount": net, "cost_centre": "024"}]
        bought = {
            "kind": "supplier_invoice",
            "date": f"{list(MONTHS)[number % 2]}-14",
            "party": "V-001",
            "lines": lines,
        }
        posted.append(finance.change("POST", "documents", bought)["voucher"])
    finance.change("POST", f"documents/usmf/{posted[2]}/reverse", {"date": f"{SECOND}-26"})
    for number in range(2):
        net = f"{80 + number}.80"
        lines = [{"account": "110110", "amount": net}, {"account": "130100", "amount": f"-{net}"}]
        paid = {"kind": "customer_payment", "date": f"{list(MONTHS)[number % 2]}-16", "party": "US-001", "lines": lines}
        finance.change("POST", "documents", paid)


def _spend_by_central(books: Simulator) -> None:
    """Four invoices of a vendor, of which one is cancelled, and two payments of a customer."""
    route, posted = "companies/ES/documents/purchaseInvoices", []
    for number in range(4):
        lines = [{"account": "6000", "amount": f"{29 + number}.45"}]
        bought = {"party": "30000", "date": f"{list(MONTHS)[number % 2]}-13", "lines": lines, "post": True}
        posted.append(books.change("POST", route, bought)["id"])
    books.change("POST", f"{route}/{posted[1]}/cancel", {"date": f"{SECOND}-28"})
    for number in range(2):
        paid = {"party": "10000", "date": f"{list(MONTHS)[number % 2]}-17", "amount": f"{60 + number}.90"}
        books.change("POST", "companies/ES/payments", paid)


_SPENDING = {ERP: _spend_by_netsuite, SAP: _spend_by_sap, FINANCE: _spend_by_dynamics, BOOKS: _spend_by_central}
