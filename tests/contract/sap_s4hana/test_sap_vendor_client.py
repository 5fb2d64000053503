"""The simulated tenant against others' libraries: what they understand, S/4HANA and Event Mesh would have said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jwt
import pyodata
import pytest
import requests
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from pyodata.exceptions import HttpError
from pyodata.v2.model import Config
from pyodata.v2.service import GetEntitySetFilter

from sandbox.systems.sap_s4hana.billing import Billing
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from sandbox.systems.serving import serve
from tests.support.one_server import OneServer
from tests.support.sap_tenant import BILL, ODATA, ORDER, Scene

if TYPE_CHECKING:
    from pyodata.v2.service import Service

SALES, BILLING, CUBE = "API_SALES_ORDER_SRV", "API_BILLING_DOCUMENT_SRV", "API_OPLACCTGDOCITEMCUBE_SRV"
PARTNERS, PRODUCTS = "API_BUSINESS_PARTNER", "API_PRODUCT_SRV"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[OneServer, str]]:
    """The server for all tests of this module."""
    house = OneServer()
    with serve(house) as url:
        yield house, url


@pytest.fixture
def scene(server: tuple[OneServer, str]) -> Scene:
    """A tenant without documents that answers at the server's address."""
    scene = Scene()
    server[0].app = scene.app
    return scene


@pytest.fixture
def http(scene: Scene) -> Iterator[requests.Session]:
    """What the client sends with: a session with a token."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers["authorization"] = f"Bearer {scene.sign_in()}"
        yield session


def open_service(server: tuple[OneServer, str], http: requests.Session, name: str) -> Service:
    """The client of a service, which has read what the service says of itself."""
    config = Config(retain_null=True)  # the client would take a day in 1753 for one that is not there
    return pyodata.Client(f"{server[1]}{ODATA}/{name}", http, config=config)


def entry(amount: str, currency: str = "EUR", **more: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """An entry of two lines."""
    items = [{"account": "61003000", "amount": amount}, {"account": "21200000", "amount": f"-{amount}"}]
    return {"company_code": "1010", "posting_date": "2026-03-31", "currency": currency, "items": items, **more}


@pytest.mark.parametrize(
    ("name", "sets"),
    [
        (SALES, {"A_SalesOrder", "A_SalesOrderItem"}),
        (BILLING, {"A_BillingDocument", "A_BillingDocumentItem"}),
        (CUBE, {"A_OperationalAcctgDocItemCube"}),
        (PARTNERS, {"A_BusinessPartner"}),
        (PRODUCTS, {"A_Product", "A_ProductDescription"}),
    ],
)
@pytest.mark.usefixtures("scene")
def test_the_client_reads_what_a_service_says_of_itself(
    server: tuple[OneServer, str], http: requests.Session, name: str, sets: set[str]
) -> None:
    """All of it: a flaw in the metadata would be an error."""
    service = open_service(server, http, name)
    assert service.schema.is_valid
    assert {each.name for each in service.schema.entity_sets} == sets
    for each in service.schema.entity_sets:
        assert each.entity_type.key_proprties


def test_the_client_reads_an_order_with_its_items(
    server: tuple[OneServer, str], scene: Scene, http: requests.Session
) -> None:
    """Amounts as texts, days at midnight UTC, moments to the millisecond; its ETag as the body has it."""
    number = scene.do(SalesOrders.create, ORDER)
    orders = open_service(server, http, SALES).entity_sets.A_SalesOrder
    order = orders.get_entity(number).expand("to_Item").execute()
    assert (order.SalesOrder, order.TotalNetAmount) == (number, "1000.50")
    assert order.SalesOrderDate == datetime(2026, 3, 2, tzinfo=UTC)
    assert order.LastChangeDateTime == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert order.etag == "W/\"datetimeoffset'2026-03-02T09%3A00%3A00.0000000Z'\""
    assert [(item.SalesOrderItem, item.NetAmount) for item in order.to_Item] == [
        ("10", "900.00"),
        ("20", "100.50"),
    ]
    items = orders.get_entity(number).nav("to_Item").get_entities().execute()
    assert [item.Material for item in items] == ["TG11", "SV20"]
    with pytest.raises(HttpError, match="404"):
        orders.get_entity("1").execute()


def test_the_client_filters_in_its_own_words(
    server: tuple[OneServer, str], scene: Scene, http: requests.Session
) -> None:
    """Texts, moments, days and amounts as it writes them; selected, ordered, counted, some of them only."""
    for number in range(1, 6):
        scene.clock.advance(1)
        scene.do(SalesOrders.create, ORDER | {"items": [{"NetAmount": f"{number}00.00"}]})
    orders = open_service(server, http, SALES).entity_sets.A_SalesOrder
    since = datetime(2026, 3, 2, 9, 0, 3, tzinfo=UTC)

    def found(condition: str) -> str:
        query = orders.get_entities().filter(condition).select("SalesOrder").order_by("TotalNetAmount desc")
        return "".join(each.SalesOrder[-1] for each in query.execute())

    asked = orders.get_entities()
    assert found(asked.LastChangeDateTime >= since) == "543"
    assert found(GetEntitySetFilter.and_(asked.LastChangeDateTime > since, asked.TotalNetAmount < Decimal(500))) == "4"
    assert found(GetEntitySetFilter.or_(asked.SalesOrder == "3000001", asked.SalesOrder == "0003000005")) == "51"
    assert found(asked.SalesOrderDate < datetime(2026, 3, 2, tzinfo=UTC)) == ""
    some = orders.get_entities().skip(1).top(2).count(inline=True).execute()
    assert ([each.SalesOrder[-1] for each in some], some.total_count) == (["2", "3"], 5)
    with pytest.raises(HttpError, match="400"):
        orders.get_entities().filter("Colour eq 'red'").execute()


def test_the_client_reads_page_after_page(server: tuple[OneServer, str], scene: Scene, http: requests.Session) -> None:
    """Where the next is, an answer says itself."""
    scene.settings.change({"page_size": 2})
    made = [scene.do(Billing.create, BILL) for _ in range(5)]
    bills = open_service(server, http, BILLING).entity_sets.A_BillingDocument
    read, page = [], bills.get_entities().filter("CompanyCode eq '1010'").execute()
    while True:
        read += [each.BillingDocument for each in page]
        if page.next_url is None:
            break
        page = bills.get_entities().next_url(page.next_url).execute()
    assert read == made


def test_the_client_reads_the_lines_of_the_books(
    server: tuple[OneServer, str], scene: Scene, http: requests.Session
) -> None:
    """Amounts in two currencies, flags as flags, days that are not there as none."""
    scene.do(Journal.post, entry("1234567.89", "GBP", exchange_rate="1.15"))
    lines = open_service(server, http, CUBE).entity_sets.A_OperationalAcctgDocItemCube
    condition = (
        "CompanyCode eq '1010' and FiscalYear eq '2026' and AccountingDocument eq '0100000001' and Ledger eq '0L'"
    )
    debit, credit, *rest = lines.get_entities().filter(condition).execute()
    assert rest == []
    assert (debit.AmountInTransactionCurrency, debit.AmountInCompanyCodeCurrency) == (
        "1234567.890",
        "1419753.070",
    )
    assert (credit.AmountInTransactionCurrency, credit.DebitCreditCode) == ("-1234567.890", "H")
    assert (debit.IsReversed, debit.ClearingDate, debit.FiscalPeriod) == (False, None, "003")
    assert debit.PostingDate == datetime(2026, 3, 31, tzinfo=UTC)


@pytest.mark.usefixtures("scene")
def test_the_client_reads_partners_and_products(server: tuple[OneServer, str], http: requests.Session) -> None:
    """By their keys, and what products are called in each language."""
    partner = open_service(server, http, PARTNERS).entity_sets.A_BusinessPartner.get_entity("17100001").execute()
    assert (partner.BusinessPartnerFullName, partner.Customer) == ("Acme GmbH", "17100001")
    products = open_service(server, http, PRODUCTS).entity_sets
    product = products.A_Product.get_entity("TG11").expand("to_Description").execute()
    assert {each.Language: each.ProductDescription for each in product.to_Description} == {
        "EN": "Platform",
        "DE": "Plattform",
    }
    german = products.A_ProductDescription.get_entity(Product="TG11", Language="DE").execute()
    assert german.ProductDescription == "Plattform"


def test_the_client_is_told_who_may_not_read(
    server: tuple[OneServer, str], scene: Scene, http: requests.Session
) -> None:
    """Without a token nothing; without an authorization no service, or a list without rows."""
    service = open_service(server, http, SALES)
    scene.do(SalesOrders.create, ORDER)
    scene.settings.change({"hidden_sets": ["A_SalesOrder"]})
    assert service.entity_sets.A_SalesOrder.get_entities().execute() == []
    scene.settings.change({"forbidden_services": [SALES]})
    with pytest.raises(HttpError, match="403"):
        service.entity_sets.A_SalesOrder.get_entities().execute()
    scene.control("POST", "tokens/expire")
    with pytest.raises(HttpError, match="401"):
        service.entity_sets.A_SalesOrder.get_entities().execute()


def test_the_client_writes_an_order_and_changes_it(
    server: tuple[OneServer, str], scene: Scene, http: requests.Session
) -> None:
    """With the token it fetched before and the session's cookie; a change names the state that it is of."""
    orders = open_service(server, http, SALES).entity_sets.A_SalesOrder
    fetched = http.get(f"{server[1]}{ODATA}/{SALES}/$metadata", headers={"x-csrf-token": "Fetch"}, timeout=5)
    draft = {"SalesOrganization": "1010", "SalesOrderDate": datetime(2026, 3, 1, tzinfo=UTC)}
    with pytest.raises(HttpError, match="403"):
        orders.create_entity().set(**draft).execute()
    http.headers["x-csrf-token"] = fetched.headers["x-csrf-token"]
    created = orders.create_entity().set(**draft, to_Item=[{"Material": "TG11", "NetAmount": "7.00"}]).execute()
    order = orders.get_entity(created.SalesOrder).execute()
    assert (order.TotalNetAmount, order.SalesOrderDate) == ("7.00", datetime(2026, 3, 1, tzinfo=UTC))
    change = orders.update_entity(created.SalesOrder).set(PurchaseOrderByCustomer="PO-2")
    change.add_headers({"if-match": order.etag})
    change.execute()
    with pytest.raises(HttpError, match="412"):
        change.execute()
    assert [name for name, _ in scene.told()] == ["SalesOrder.Created", "SalesOrder.Changed"]


@pytest.mark.parametrize("mode", ["structured", "binary"])
def test_events_are_cloud_events(scene: Scene, mode: str) -> None:
    """As the library of their project reads them, with a time of whole seconds in UTC."""
    scene.settings.change({"mode": mode})
    scene.clock.advance(0.9)
    scene.do(Journal.post, entry("1"))
    scene.deliver()
    (pushed,) = scene.receiver.pushed()
    event = from_http_event(HTTPMessage(dict(pushed.headers), pushed.body))
    assert event.get_type() == "sap.s4.beh.journalentry.v1.JournalEntry.Created.v1"
    assert (event.get_source(), event.get_specversion()) == ("/default/sap.s4.beh/100200300", "1.0")
    assert event.get_time() == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert event.get_data() == {"CompanyCode": "1010", "FiscalYear": "2026", "AccountingDocument": "0100000001"}
    assert event.get_id()


def test_every_event_of_a_batch_is_one(scene: Scene) -> None:
    """The library reads no batches: each element is an event in its structured form."""
    scene.settings.change({"mode": "batched"})
    for _ in range(3):
        scene.do(SalesOrders.create, ORDER)
    scene.deliver()
    (pushed,) = scene.receiver.pushed()
    assert pushed.headers["content-type"].startswith("application/cloudevents-batch+json")
    headers = {"content-type": "application/cloudevents+json"}
    events = [from_http_event(HTTPMessage(headers, json.dumps(each).encode())) for each in pushed.plain()]
    assert len({each.get_id() for each in events}) == 3


def test_tokens_of_pushes_are_verified_by_what_the_issuer_publishes(
    server: tuple[OneServer, str], scene: Scene
) -> None:
    """From its name alone, as API Gateway does: discovery, keys, signature, audience."""
    url = server[1]
    with requests.Session() as session:
        session.trust_env = False
        found = session.get(f"{url}/.well-known/openid-configuration", timeout=5).json()
        assert found["issuer"] == url
        keys = jwt.PyJWKSet.from_dict(session.get(found["jwks_uri"], timeout=5).json())
    scene.do(SalesOrders.create, ORDER)
    scene.deliver()
    token = scene.receiver.pushed()[0].headers["authorization"].removeprefix("Bearer ")
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience="tieout",
        issuer=url,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["client_id"] == scene.settings.mesh_client_id
