"""What people do in the simulated systems while all of them are live, a tenth of it told to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

CRM, ERP, SALES = "hubspot-emea", "netsuite-group", "salesforce-apac"
SAP, FINANCE, BOOKS = "sap-europe", "dynamics-americas", "central-iberia"
SYSTEMS = {
    CRM: "hubspot",
    ERP: "netsuite",
    SALES: "salesforce",
    SAP: "sap_s4hana",
    FINANCE: "dynamics_finance",
    BOOKS: "business_central",
}
LEGACY, FILE = "ledger-latam", "GL_BR02_202708_71.csv"  # a system that tells nothing, and can be asked nothing
COMPANIES = {"6501": "ACME", "6502": "GLOBEX", "6503": "INITECH"}
ACCOUNTS = {"001000000000701AAA": "ACME", "001000000000702AAA": "TYRELL"}
CUSTOMER = "7999"  # of NetSuite, whom nobody else bills
MONTHS = {"2027-08": "Aug 27", "2027-09": "Sep 27"}  # of nobody else's tests
EVERY = 10  # of so many changes one is told to nobody
_BY_ITSELF: dict[str, dict[str, object]] = {
    **{name: {"automatic": True} for name in (CRM, SALES, SAP, BOOKS)},
    **{name: {"send": "immediately"} for name in (ERP, FINANCE)},
}
_FIRST, _SECOND = MONTHS


@dataclass
class Simulator:
    """A simulated system, worked through its control routes; every tenth change of it is told to nobody."""

    http: httpx.Client
    base_url: str
    _changes: int = 0

    def call(self, method: str, route: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """What a control route answers."""
        answer = self.http.request(method, f"{self.base_url}/_control/{route}", json=body)
        answer.raise_for_status()
        return answer.json()

    def change(self, method: str, route: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """Let something change; every tenth time nobody is told, ever."""
        self._changes += 1
        act = self.call if self._changes % EVERY else self.change_untold
        return act(method, route, body)

    def change_untold(self, method: str, route: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """Let something change that nobody is ever told of."""
        self.call("POST", "settings", {"tells": False})
        try:
            return self.call(method, route, body)
        finally:
            self.call("POST", "settings", {"tells": True})


def tell_by_themselves(simulators: dict[str, Simulator]) -> None:
    """Have each tell by itself of what changes in it: whoever worked with it before may have kept it from that."""
    for name, usual in _BY_ITSELF.items():
        simulators[name].call("POST", "settings", usual)


def work_in_all(simulators: dict[str, Simulator]) -> None:
    """A busy day everywhere."""
    _sell_in(simulators[CRM])
    _sell_by(simulators[SALES])
    _bill_in(simulators[ERP])
    _order_and_bill_in(simulators[SAP])
    _post_in(simulators[FINANCE])
    _keep_books_in(simulators[BOOKS])


def drop_a_file(legacy: Simulator) -> None:
    """A journal and its rerun, which lacks some of its documents, has others besides, and the rest otherwise."""
    usual = {"company": "BR02", "posting_date": f"{_FIRST}-30", "currency": "BRL", "cost_centre": "VENDAS"}
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
        stated = {"company": "BR02", "period": _FIRST, "batch": 71, "rerun": rerun}
        legacy.call("POST", "files", {"feed": "journals", "name": FILE, "rows": rows, "stated": stated})


def change_what_nobody_tells_of(simulators: dict[str, Simulator]) -> None:
    """One change in each system that no earlier notice is completed with, if the line is at rest."""
    bill = {"CompanyCode": "1010", "SoldToParty": "17100001", "BillingDocumentDate": f"{_FIRST}-25"}
    voucher = {"kind": "sales_invoice", "date": f"{_FIRST}-25", "party": "US-001"}
    invoice = {
        "party": "10000",
        "date": f"{_FIRST}-25",
        "lines": [{"account": "4000", "amount": "11.00"}],
        "post": True,
    }
    owed = [{"account": "130100", "amount": "12.00"}, {"account": "401100", "amount": "-12.00"}]
    deal = {"Name": "Last", "AccountId": next(iter(ACCOUNTS)), "StageName": "Prospecting", "Amount": "13.00"}
    last = {"CloseDate": f"{_FIRST}-25", "CurrencyIsoCode": "USD"}
    changes: dict[str, tuple[str, str, object]] = {
        CRM: ("DELETE", "deals/91024", None),
        ERP: ("DELETE", "documents/92002", None),
        SALES: ("POST", "records/Opportunity", {"records": [deal | last]}),
        SAP: ("POST", "billing_documents", bill | {"items": [{"Material": "TG11", "NetAmount": "14.00"}]}),
        FINANCE: ("POST", "documents", voucher | {"lines": owed}),
        BOOKS: ("POST", "companies/ES/documents/salesInvoices", invoice),
    }
    for name, change in changes.items():
        simulators[name].change_untold(*change)


def _sell_in(crm: Simulator) -> None:
    """Forty deals, some changed, won, lost and deleted."""
    for company, name in COMPANIES.items():
        crm.call("POST", "companies", {"id": company, "name": name})
    deals = [str(91_000 + number) for number in range(40)]
    for number, deal in enumerate(deals):
        properties = {
            "dealname": f"Deal {deal}",
            "pipeline": "default",
            "dealstage": "qualifiedtobuy",
            "amount": f"{1000 + number}.25",
            "deal_currency_code": ("EUR", "USD")[number % 2],
            "closedate": f"{list(MONTHS)[number % 2]}-15T12:00:00Z",
        }
        crm.change("POST", "deals", {"id": deal, "company": list(COMPANIES)[number % 3], "properties": properties})
    for number, deal in enumerate(deals):
        crm.change("PATCH", f"deals/{deal}", {"properties": {"amount": f"{2000 + number}.50"}})
    for number, deal in enumerate(deals[::2]):
        stage = ("closedwon", "closedlost")[number % 2]
        crm.change("PATCH", f"deals/{deal}", {"properties": {"dealstage": stage}})
    for deal in deals[1:31:3]:
        crm.change("DELETE", f"deals/{deal}")


def _sell_by(sales: Simulator) -> None:
    """Fourteen opportunities, some changed, won and deleted."""
    sales.call("POST", "records/Account", {"records": [{"Id": key, "Name": name} for key, name in ACCOUNTS.items()]})
    made = []
    for number in range(14):
        record = {
            "Name": f"Deal {number}",
            "AccountId": list(ACCOUNTS)[number % 2],
            "StageName": "Prospecting",
            "CloseDate": f"{list(MONTHS)[number % 2]}-10",
            "Amount": f"{500 + number}.75",
            "CurrencyIsoCode": "USD",
        }
        made += sales.change("POST", "records/Opportunity", {"records": [record]})["ids"]
    for number, each in enumerate(made):
        sales.change("PATCH", "records/Opportunity", {"changes": {each: {"Amount": f"{700 + number}.00"}}})
    for each in made[::3]:
        sales.change("PATCH", "records/Opportunity", {"changes": {each: {"StageName": "Closed Won"}}})
    for each in made[1::4]:
        sales.change("POST", "records/Opportunity/delete", {"ids": [each]})


def _bill_in(erp: Simulator) -> None:
    """Fourteen invoices of NetSuite, some edited and deleted."""

    def lines(net: str) -> list[dict[str, str]]:
        return [{"account": "1100", "amount": net}, {"account": "4000", "amount": f"-{net}", "department": "7"}]

    for number in range(14):
        head = {"id": str(92_000 + number), "type": "invoice", "date": f"{_FIRST}-20", "period": "Aug 2027"}
        erp.change("POST", "documents", {**head, "entity": CUSTOMER, "lines": lines(f"{100 + number}.00")})
    for number in range(0, 14, 2):
        erp.change("PATCH", f"documents/{92_000 + number}", {"lines": lines(f"{300 + number}.10")})
    for number in range(1, 14, 4):
        erp.change("DELETE", f"documents/{92_000 + number}")


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
        sap.change("POST", f"billing_documents/{bill}/cancel", {"date": f"{_SECOND}-28"})


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
        finance.change("POST", f"documents/usmf/{voucher}/reverse", {"date": f"{_SECOND}-27"})


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
        books.change("POST", f"{route}/{each}/cancel", {"date": f"{_SECOND}-29"})
    for each in made[27:]:
        books.change("DELETE", f"{route}/{each}")


def _sold_in_turn(count: int) -> Iterator[tuple[str, str, str, int]]:
    """Day, customer and material of SAP, and the number of the turn."""
    for number in range(count):
        customer, material = ("17100001", "17100002")[number % 2], ("TG11", "SV20")[number % 3 == 0]
        yield f"{list(MONTHS)[number % 2]}-20", customer, material, number
