"""The simulated tenant over HTTP: what people do in it by its control routes, and what it does by itself."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.systems.joining import join_connection
from sandbox.systems.serving import serve
from tests.support.control_desk import Desk
from tests.support.one_server import OneServer
from tests.support.sap_tenant import BILL, CUBE, ORDER, ORDERS, Scene
from tieout.landscape import Connection

if TYPE_CHECKING:
    from starlette.requests import Request


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[OneServer, str, httpx.Client]]:
    """The server for all tests of this module, its base URL and a client."""
    house = OneServer()
    with serve(house) as url, httpx.Client(trust_env=False) as http:
        yield house, url, http


@pytest.fixture
def scene(server: tuple[OneServer, str, httpx.Client]) -> Scene:
    """A new tenant that answers at the server's address."""
    scene = Scene()
    server[0].app = scene.app
    return scene


@pytest.fixture
def desk(server: tuple[OneServer, str, httpx.Client], scene: Scene) -> Desk:
    """Where people work in it."""
    del scene
    return Desk(server[1], server[2])


def test_people_sell(desk: Desk, scene: Scene) -> None:
    """Orders with their items from the first to the last; what cannot be done is refused with a reason, and changes nothing."""
    number = desk("POST", "sales_orders", **ORDER)["SalesOrder"]
    order = f"sales_orders/{number}"
    desk("PATCH", order, PurchaseOrderByCustomer="PO-2")
    assert desk("POST", f"{order}/items", Material="TG11", NetAmount="5.00") == {"SalesOrderItem": "30"}
    desk("PATCH", f"{order}/items/30", NetAmount="6.00")
    desk("DELETE", f"{order}/items/20")
    desk("POST", f"{order}/deliver", items=["10"])
    row = scene.entity(f"{ORDERS}('{number}')")
    assert (row["TotalNetAmount"], row["PurchaseOrderByCustomer"], row["OverallDeliveryStatus"]) == (
        "906.00",
        "PO-2",
        "B",
    )
    assert desk.ask("DELETE", order).status_code == 400
    other = desk("POST", "sales_orders", **ORDER)["SalesOrder"]
    desk("DELETE", f"sales_orders/{other}")
    assert desk.ask("PATCH", f"sales_orders/{other}", PurchaseOrderByCustomer="1").status_code == 404
    assert desk.ask("POST", "sales_orders", **ORDER, Colour="red").status_code == 400
    assert [row["SalesOrder"] for row in desk("GET", "tables/A_SalesOrder")] == [number]
    assert len(scene.told()) == 9


def test_people_bill_and_keep_the_books(desk: Desk, scene: Scene) -> None:
    """Bills that wait, are posted, paid and cancelled; entries between companies, reversals, purchases, years that end."""
    waiting = desk("POST", "billing_documents", **BILL, posted=False)
    assert waiting["AccountingDocument"] == ""
    posted = desk("POST", f"billing_documents/{waiting['BillingDocument']}/post")
    named = [{"fiscal_year": posted["FiscalYear"], "document": posted["AccountingDocument"]}]
    paid = {"company_code": "1010", "posting_date": "2026-04-01", "Customer": "17100001", "amount": "11781.00"}
    payment = desk("POST", "payments", **paid, clears=named)
    assert (
        desk.ask("POST", f"billing_documents/{waiting['BillingDocument']}/cancel", date="2026-04-02").status_code == 400
    )
    path = "/".join(payment.values())
    assert len(desk("POST", f"journal_entries/{path}/reset_clearing")) == 2
    cancelling = desk("POST", f"billing_documents/{waiting['BillingDocument']}/cancel", date="2026-04-02")
    assert cancelling["AccountingDocument"] != posted["AccountingDocument"]
    ours = [
        {"account": "12513000", "amount": "50.00", "PartnerCompany": "1110"},
        {"account": "41900000", "amount": "-50.00"},
    ]
    theirs = [
        {"account": "65900000", "amount": "50.00"},
        {"account": "21513000", "amount": "-50.00", "PartnerCompany": "1010"},
    ]
    both = [
        {"company_code": "1010", "posting_date": "2026-03-31", "items": ours},
        {"company_code": "1110", "posting_date": "2026-03-31", "currency": "EUR", "items": theirs},
    ]
    first, second = desk("POST", "intercompany", entries=both)
    shared = {row["IntercompanyTransaction"] for row in scene.rows(CUBE, filter="PartnerCompany ne ''")}
    assert (shared, first["CompanyCode"], second["CompanyCode"]) == ({"IC00000001"}, "1010", "1110")
    desk("POST", f"journal_entries/{'/'.join(first.values())}/reverse", posting_date="2026-04-01")
    bought = {"company_code": "1010", "posting_date": "2026-03-31", "Supplier": "17300001"}
    bill = desk("POST", "supplier_invoices", **bought, items=[{"account": "61003000", "amount": "9.00"}])
    desk("POST", f"supplier_invoices/{'/'.join(bill.values())}/cancel", posting_date="2026-04-01")
    assert desk("POST", "carry_forward", company_code="1110", fiscal_year="2026")["FiscalYear"] == "2027"


def test_people_keep_periods_rates_and_master_data(desk: Desk) -> None:
    """What is set up is set for the whole tenant."""
    entry: dict[str, Any] = {"company_code": "1010", "posting_date": "2026-03-31", "currency": "GBP"}
    entry["items"] = [{"account": "61003000", "amount": "1.00"}, {"account": "21200000", "amount": "-1.00"}]
    desk("POST", "periods", company_code="1010", fiscal_year="2026", period="003", is_open=False)
    assert "not open" in desk.ask("POST", "journal_entries", **entry).json()["error"]
    desk("POST", "periods", company_code="1010", fiscal_year="2026", period="003", is_open=True)
    desk("POST", "rates", currency="GBP", usd="2.1684")
    desk("POST", "journal_entries", **entry)
    (row, *_) = desk("GET", f"tables/{CUBE.rpartition('/')[2]}")
    assert (row["AmountInCompanyCodeCurrency"], row["AmountInAdditionalCurrency1"]) == ("2.00", "2.17")
    desk("POST", "business_partners", BusinessPartner="17100009", BusinessPartnerName="Initech")
    desk("POST", "products", Product="NEW")
    assert desk.ask("POST", "rates", currency="XXX", usd="1").status_code == 404


def test_an_oracle_reads_the_tables_in_sql(desk: Desk) -> None:
    """As they are stored, whatever callers may see: another database can hold them and add them up."""
    desk("POST", "settings", hidden_company_codes=["1010"])
    for _ in range(3):
        desk("POST", "billing_documents", **BILL)
    tables = desk("GET", "tables")
    assert {
        "A_SalesOrder",
        "A_BillingDocumentItem",
        "A_OperationalAcctgDocItemCube",
        "company_code",
        "gl_account",
    } <= tables.keys()
    rows = tables["A_OperationalAcctgDocItemCube"]
    own = sqlite3.connect(":memory:")
    own.execute("CREATE TABLE line (ledger TEXT, account TEXT, period TEXT, amount TEXT)")
    names = ("Ledger", "GLAccount", "FiscalPeriod", "AmountInCompanyCodeCurrency")
    own.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", [tuple(row[name] for name in names) for row in rows])
    asked = "SELECT SUM(amount) FROM line WHERE ledger = '0L' AND account = '41000000' AND period = '003'"
    assert Decimal(str(own.execute(asked).fetchone()[0])) == Decimal(-29700)
    own.close()
    assert desk.ask("GET", "tables/nothing").status_code == 404


def test_settings_are_seen_and_changed_but_for_secrets(desk: Desk) -> None:
    """Each of its own type, and no secret is shown."""
    assert desk("POST", "settings", mode="binary")["mode"] == "binary"
    assert not {"webhook_secret", "client_secret"} & desk("GET", "settings").keys()
    assert desk.ask("POST", "settings", page_size="many").status_code == 400


def test_what_was_pushed_is_seen_and_forgotten(desk: Desk, scene: Scene) -> None:
    """Handshakes too, each with what it was answered."""
    assert desk("POST", "handshake") == {"consent": True}
    desk("POST", "sales_orders", **ORDER)
    (attempt,) = desk("POST", "deliver", repeat=1)["attempts"]
    assert (attempt["kind"], attempt["status"], attempt["taken"], len(attempt["event_ids"])) == ("push", 202, True, 1)
    found = desk("GET", "deliveries")
    assert ([each["kind"] for each in found["attempts"]], found["consent"], found["waiting"]) == (
        ["handshake", "push"],
        True,
        [],
    )
    desk("DELETE", "deliveries")
    assert desk("GET", "deliveries")["attempts"] == []
    assert desk.ask("POST", "deliver", token="rusty").status_code == 400
    assert len(scene.receiver.sent) == 2


class House:
    """A webhook that consents, takes what is posted after refusing the first, and remembers it."""

    def __init__(self) -> None:
        self.taken = threading.Event()
        self.posted: list[tuple[dict[str, str], bytes]] = []
        self.asked = 0
        self.app = Starlette(routes=[Route("/hook", self.answer, methods=["OPTIONS", "POST"])])

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method == "OPTIONS":
            self.asked += 1
            origin = request.headers["webhook-request-origin"]
            headers = {
                "webhook-allowed-origin": origin,
                "webhook-allowed-rate": request.headers["webhook-request-rate"],
            }
            return Response(status_code=200, headers=headers)
        self.posted.append((dict(request.headers), await request.body()))
        if len(self.posted) > 1:
            self.taken.set()
        return Response(status_code=202 if len(self.posted) > 1 else 503)


def test_a_joined_tenant_pushes_by_itself_until_it_is_taken() -> None:
    """To the webhook of its connection, with a token for the connection's audience, and with credentials that open its services."""
    house = House()
    connection = Connection(
        name="sap-europe",
        system="sap_s4hana",
        legal_entity="EMEA",
        time_zone="Europe/Berlin",
        default_currency="EUR",
        options={"issuer": "http://127.0.0.1:1", "audience": ["tieout-tests"]},
    )
    with serve(house.app) as hook, httpx.Client(trust_env=False) as http:
        joined = join_connection(connection, f"{hook}/hook")
        with serve(joined.app) as url:
            desk = Desk(url, http)
            desk("POST", "settings", retry_seconds=0.05)
            number = desk("POST", "sales_orders", **ORDER)["SalesOrder"]
            assert house.taken.wait(10)
            keys = jwt.PyJWKSet.from_dict(http.get(f"{url}/oauth/jwks").json())
            form = {"grant_type": "client_credentials", **joined.credentials}
            token = http.post(f"{url}/sap/bc/sec/oauth2/token", data=form).json()["access_token"]
            own = {"authorization": f"Bearer {token}", "accept": "application/json"}
            assert http.get(f"{url}{ORDERS}('{number}')", headers=own).json()["d"]["SalesOrder"] == number
    (_, refused), (headers, body) = house.posted
    assert (json.loads(body)["data"]["SalesOrder"], refused == body, house.asked) == (number, True, 1)
    pushed = headers["authorization"].removeprefix("Bearer ")
    key = keys[jwt.get_unverified_header(pushed)["kid"]]
    assert (
        jwt.decode(pushed, key, algorithms=["RS256"], audience="tieout-tests", issuer=url)["client_id"]
        == "sandbox-event-mesh"
    )
