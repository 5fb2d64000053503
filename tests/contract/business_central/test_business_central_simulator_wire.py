"""The simulated environment over HTTP, held against the shapes that Business Central's documentation and tenants show.

No reader of OData v4 is among our dependencies: what is expected here is written down from those shapes, not taken from the
line's own reader.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.systems.business_central.app import create_app
from sandbox.systems.business_central.joining import join_connection
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.serving import serve
from tests.support.central_environment import ACCRUAL, INVOICE, MOROCCO, PORTUGAL, SPAIN
from tests.support.clock import ManualClock
from tests.support.one_server import OneServer
from tieout.landscape import Connection

if TYPE_CHECKING:
    from starlette.requests import Request

TENANT = EnvironmentSettings().tenant_id
API = f"/v2.0/{TENANT}/Production/api/v2.0"
FORM = {
    "grant_type": "client_credentials",
    "client_id": EnvironmentSettings().client_id,
    "client_secret": EnvironmentSettings().client_secret,
    "scope": "https://api.businesscentral.dynamics.com/.default",
}


class Central:
    """An environment at an address, a caller of its API, and its people."""

    def __init__(self, url: str, http: httpx.Client, house: OneServer) -> None:
        self.url = url
        self.clock = ManualClock()
        self.settings = EnvironmentSettings(delay_seconds=0.0)
        house.app = create_app(self.settings, now=self.clock.now)
        self._http = http
        self.token = self.sign_in().json()["access_token"]

    def sign_in(self, tenant: str = TENANT, **changes: str) -> httpx.Response:
        """Ask for a token."""
        return self._http.post(f"{self.url}/{tenant}/oauth2/v2.0/token", data=FORM | changes)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Call the API at a path below its own, or at an address."""
        address = path if path.startswith("http") else self.url + API + path
        told = {"Authorization": f"Bearer {self.token}"} | {
            name.replace("_", "-"): each for name, each in headers.items()
        }
        return self._http.request(method, address, json=body, headers=told)

    def get(self, path: str, **headers: str) -> dict[str, Any]:
        """What a path answers."""
        answer = self.call("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def people(self, method: str, path: str, /, **body: Any) -> Any:  # noqa: ANN401 JSON
        """Have people do something, and see what came of it."""
        answer = self.ask(method, path, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, method: str, path: str, /, **body: Any) -> httpx.Response:  # noqa: ANN401 JSON
        """Have people try something."""
        return self._http.request(method, f"{self.url}/_control/{path}", json=body)

    def invoice(self, company: str = "ES", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
        """Post a sales invoice; its row."""
        path = f"companies/{company}/documents/salesInvoices"
        row: dict[str, Any] = self.people("POST", path, post=True, **{**INVOICE, **changes})
        return row


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[OneServer, str, httpx.Client]]:
    """The server for all tests of this module, its base URL and a client."""
    house = OneServer()
    with serve(house) as url, httpx.Client(trust_env=False) as http:
        yield house, url, http


@pytest.fixture
def central(server: tuple[OneServer, str, httpx.Client]) -> Central:
    """A new environment that answers at the server's address."""
    house, url, http = server
    return Central(url, http, house)


class Hook:
    """An address of ours.

    Attributes:
        asked: the tokens it was asked to repeat, with the methods.
        bodies: what it was notified of.
        status: what it answers to notifications.
        wait_seconds: before it repeats a token.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        self.status = 200
        self.wait_seconds = 0.0
        self.app = Starlette(routes=[Route("/hook", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        token = request.query_params.get("validationToken")
        if token is None:
            self.bodies.append(json.loads(await request.body()))
            return Response(status_code=self.status)
        self.asked.append((request.method, token))
        await asyncio.sleep(self.wait_seconds)
        return Response(token, media_type="text/plain")


@pytest.fixture
def hook() -> Iterator[tuple[Hook, str]]:
    """An address that is notified, and its URL."""
    made = Hook()
    with serve(made.app) as url:
        yield made, f"{url}/hook"


def test_a_token_is_given_for_the_secret_and_ends_when_it_said(central: Central) -> None:
    """As Entra answers: seconds as a number, and nothing of the API before or after."""
    answer = central.sign_in()
    assert answer.json().keys() == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3599)
    central.get("/companies")
    central.clock.advance(3_599)
    refused = central.call("GET", "/companies")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "Authentication_InvalidCredentials")
    assert refused.json()["error"].keys() == {"code", "message"}


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "wrong"}, 400, "unauthorized_client", 700016),
        ({"scope": "openid"}, 400, "invalid_scope", 1002012),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"tenant": "wrong"}, 400, "invalid_request", 90002),
    ],
)
def test_a_token_is_refused_as_entra_refuses_it(
    central: Central, changes: dict[str, str], status: int, error: str, number: int
) -> None:
    """With the number of what was wrong."""
    refused = central.sign_in(**changes)
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert refused.json()["error_codes"] == [number]
    assert refused.json()["error_description"].startswith(f"AADSTS{number}: ")


def test_an_environment_has_several_companies_with_books_of_their_own(central: Central) -> None:
    """What is posted in one is in no other."""
    companies = central.get("/companies")["value"]
    assert {each["id"] for each in companies} == {SPAIN, PORTUGAL, MOROCCO}
    assert central.get(f"/companies({SPAIN})")["displayName"] == "Example España SL"
    central.invoice()
    found = [len(central.get(f"/companies({each})/generalLedgerEntries")["value"]) for each in (SPAIN, PORTUGAL)]
    assert found == [4, 0]


def test_an_invoice_has_the_shape_of_the_documentation(central: Central) -> None:
    """Every property of the vendor's sample that we keep, plain numbers, the empty GUID for the local currency."""
    row = central.invoice()
    invoice = central.get(f"/companies({SPAIN})/salesInvoices({row['id']})?$expand=salesInvoiceLines")
    assert invoice.pop("@odata.context") == (
        f"{central.url}{API}/$metadata#companies({SPAIN})/salesInvoices({row['id']})/$entity"
    )
    lines = invoice.pop("salesInvoiceLines")
    assert invoice.pop("@odata.etag").startswith('W/"')
    expected = {
        "id": row["id"], "number": "PS-INV103001", "invoiceDate": "2026-03-31", "postingDate": "2026-03-31",
        "dueDate": "2026-03-31", "customerNumber": "10000", "customerName": "Ejemplo SA", "externalDocumentNumber": "",
        "currencyId": "00000000-0000-0000-0000-000000000000", "currencyCode": "EUR", "pricesIncludeTax": False,
        "remainingAmount": 12100, "totalAmountExcludingTax": 10000, "totalTaxAmount": 2100,
        "totalAmountIncludingTax": 12100, "discountAmount": 0, "status": "Open",
    }  # fmt: skip
    assert {name: invoice[name] for name in expected} == expected
    assert [(each["lineType"], each["lineObjectNumber"], each["netAmount"]) for each in lines] == [
        ("Account", "4000", 9900), ("Account", "4100", 100),
    ]  # fmt: skip
    assert not invoice.keys() & {"rate", "remaining", "_company"}


def test_a_ledger_entry_has_the_shape_of_the_documentation(central: Central) -> None:
    """All properties, and the dimensions of the line where they are asked for."""
    central.invoice()
    path = f"/companies({SPAIN})/generalLedgerEntries?$filter=accountNumber eq '4000'&$expand=dimensionSetLines"
    (entry,) = central.get(path)["value"]
    assert entry.keys() == {
        "@odata.etag", "id", "entryNumber", "postingDate", "documentNumber", "documentType", "accountId", "accountNumber",
        "description", "debitAmount", "creditAmount", "additionalCurrencyDebitAmount", "additionalCurrencyCreditAmount",
        "lastModifiedDateTime", "dimensionSetLines",
    }  # fmt: skip
    (dimension,) = entry["dimensionSetLines"]
    assert {name: dimension[name] for name in ("code", "valueCode", "parentId", "parentType", "valueDisplayName")} == {
        "code": "DEPARTMENT", "valueCode": "SALES", "parentId": entry["id"], "parentType": "General_x0020_Ledger_x0020_Entry",
        "valueDisplayName": "Sales",
    }  # fmt: skip
    alone = central.get(f"/companies({SPAIN})/generalLedgerEntries({entry['id']})/dimensionSetLines")["value"]
    assert alone == [dimension]
    number = central.get(f"/companies({SPAIN})/accounts({entry['accountId']})?$select=number,category")
    assert (number["number"], number["category"]) == ("4000", "Income")


def test_pages_are_followed_by_their_links(central: Central) -> None:
    """As many as the caller prefers; the link is an address, which keeps what was asked."""
    for _ in range(3):
        central.invoice()
    path = f"/companies({SPAIN})/generalLedgerEntries?$filter=creditAmount gt 0&$orderby=entryNumber desc&$select=entryNumber"
    found, sizes, link = [], [], path
    while link:
        body = central.get(link, prefer="odata.maxpagesize=4")
        sizes.append(len(body["value"]))
        found += [each["entryNumber"] for each in body["value"]]
        link = body.get("@odata.nextLink", "")
        assert not link or link.startswith(
            f"{central.url}{API}/companies({SPAIN})/generalLedgerEntries?aid=FIN&$filter="
        )
    assert sizes == [4, 4, 1]
    assert found == [11, 10, 9, 7, 6, 5, 3, 2, 1]
    central.settings.page_size = 5
    assert len(central.get(f"/companies({SPAIN})/accounts", prefer="maxpagesize=20000")["value"]) == 5


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (
            f"/companies({SPAIN})/generalLedgerEntries?$filter=lastDateTimeModified gt 2026-01-01T00:00:00Z",
            400,
            "BadRequest",
        ),
        (
            f"/companies({SPAIN})/accounts?$filter=number eq '1' or category eq 'Income'",
            501,
            "BadRequest_MethodNotImplemented",
        ),
        (f"/companies({SPAIN})/customerLedger", 404, "BadRequest_ResourceNotFound"),
        (f"/companies({SPAIN})/payments", 404, "BadRequest_ResourceNotFound"),
        ("/customers", 404, "BadRequest_ResourceNotFound"),
        (f"/companies({SPAIN})/customers(b18aed47-0000-4000-8000-000000000000)", 404, "Internal_RecordNotFound"),
        (f"/companies({SPAIN})/customers(10000)", 404, "BadRequest_NotFound"),
        ("/companies(b18aed47-0000-4000-8000-000000000000)/customers", 404, "Internal_CompanyNotFound"),
        (f"/companies({SPAIN})/salesInvoiceLines", 400, "Application_DialogException"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_the_vendors_words(
    central: Central, path: str, status: int, code: str
) -> None:
    """A code, and a text that names the call."""
    refused = central.call("GET", path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert "CorrelationId:" in refused.json()["error"]["message"]


def test_what_a_caller_may_not_read_is_refused(central: Central) -> None:
    """By the tables of its permission sets; another environment is none; nothing is written but subscriptions."""
    central.people("POST", "settings", forbidden=["generalLedgerEntries"])
    refused = central.call("GET", f"/companies({SPAIN})/generalLedgerEntries")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "Authorization_Forbidden")
    assert central.call("GET", f"/companies({SPAIN})/accounts").status_code == 200
    assert central.call("DELETE", f"/companies({SPAIN})/accounts").status_code == 405
    elsewhere = central.call("GET", f"{central.url}/v2.0/{TENANT}/Sandbox/api/v2.0/companies")
    assert elsewhere.status_code == 404
    assert central.call("GET", f"{central.url}/v2.0/Production/api/v2.0/companies").status_code == 200
    assert central.call("GET", f"{central.url}/v2.0/other/Production/api/v2.0/companies").status_code == 401
    assert central.call("GET", f"/companies?$filter=name eq '{'x' * 17_000}'").status_code == 414


def test_calls_above_the_limit_are_refused_for_a_while(central: Central) -> None:
    """With 429 and when to come again; the token address has no such limit."""
    central.people("POST", "settings", requests_max=2)
    assert [central.call("GET", "/companies").status_code for _ in range(3)] == [200, 200, 429]
    refused = central.call("GET", "/companies")
    assert refused.headers["retry-after"] == "10"
    assert refused.json()["error"].keys() == {"code", "message"}
    assert central.sign_in().status_code == 200
    central.clock.advance(300)
    central.token = central.sign_in().json()["access_token"]
    assert central.call("GET", "/companies").status_code == 200
    assert central.people("GET", "usage") == {"recent": 1, "refused": 2, "tokens_given": 3}


def test_calls_wait_for_their_turn_and_not_for_ever(central: Central) -> None:
    """One at a time here: the second waits and is answered 503, the third finds no place to wait and is answered 429."""
    central.people("POST", "settings", concurrent_requests=1, queued_requests=1, queue_seconds=0.3)
    central.people("POST", "faults", kind="slow", seconds=1.0)
    statuses = []
    first, second = (
        threading.Thread(target=lambda: statuses.append(central.call("GET", "/companies").status_code))
        for _ in range(2)
    )
    first.start()
    threading.Event().wait(0.1)
    second.start()
    threading.Event().wait(0.1)
    statuses.append(central.call("GET", "/companies").status_code)
    for each in (second, first):
        each.join()
    assert statuses == [429, 503, 200]
    assert central.call("GET", "/companies").status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"), [("throttle", 429), ("unavailable", 503), ("gateway_timeout", 504), ("expire_tokens", 401)]
)
def test_faults_can_be_planted(central: Central, kind: str, status: int) -> None:
    """Each strikes once, and then all is well for whoever has a token."""
    central.people("POST", "faults", kind=kind, path="/companies")
    assert central.call("GET", "/companies").status_code == status
    central.token = central.sign_in().json()["access_token"]
    assert central.call("GET", "/companies").status_code == 200


def test_subscriptions_are_kept_by_their_handshakes(central: Central, hook: tuple[Hook, str]) -> None:
    """Made with 201, read, renewed and deleted under their tags; the address is asked by POST each time."""
    listening, url = hook
    wanted = {
        "notificationUrl": url,
        "resource": f"/api/v2.0/companies({SPAIN})/salesInvoices",
        "clientState": "state-1",
    }
    made = central.call("POST", "/subscriptions", wanted)
    assert made.status_code == 201
    subscription = made.json()
    assert subscription["expirationDateTime"] == "2026-03-05T09:00:00Z"
    key = f"/subscriptions('{subscription['subscriptionId']}')"
    assert central.get("/subscriptions")["value"] == [subscription] == [central.get(key)]
    central.clock.advance(3_000)
    assert central.call("PATCH", key, {}).status_code == 400
    assert central.call("PATCH", key, {}, if_match='W/"other"').status_code == 409
    renewed = central.call("PATCH", key, {"notificationUrl": url}, if_match=subscription["@odata.etag"])
    assert (renewed.status_code, renewed.json()["expirationDateTime"]) == (200, "2026-03-05T09:50:00Z")
    assert [method for method, _ in listening.asked] == ["POST", "POST"]
    bare = f"/subscriptions({subscription['subscriptionId']})"
    assert central.call("DELETE", bare, if_match="*").status_code == 400
    assert central.call("DELETE", key).status_code == 400
    assert central.call("DELETE", key, if_match=renewed.json()["@odata.etag"]).status_code == 204
    assert central.call("DELETE", key, if_match="*").status_code == 404
    assert central.people("GET", "subscriptions")["living"] == []


def test_an_address_that_does_not_answer_in_time_is_no_subscriber(central: Central, hook: tuple[Hook, str]) -> None:
    """Five seconds, here a tenth; nor is one where nobody listens, or what is no JSON."""
    listening, url = hook
    resource = f"/api/v2.0/companies({SPAIN})/salesInvoices"
    central.people("POST", "settings", handshake_seconds=0.1)
    listening.wait_seconds = 0.5
    late = central.call("POST", "/subscriptions", {"notificationUrl": url, "resource": resource})
    nobody = central.call("POST", "/subscriptions", {"notificationUrl": f"{url}/nobody", "resource": resource})
    assert [late.status_code, nobody.status_code] == [400, 400]
    assert central.call("POST", "/subscriptions", ["x"]).status_code == 400
    handshakes = central.people("GET", "subscriptions")["handshakes"]
    assert [(each["status"], each["error"], each["taken"]) for each in handshakes] == [
        (None, "ReadTimeout", False), (404, "", False),
    ]  # fmt: skip


def test_people_are_heard_of_at_the_address(central: Central, hook: tuple[Hook, str]) -> None:
    """Everything they can do, by the control routes; what is lost is lost."""
    listening, url = hook
    for name in ("salesInvoices", "generalLedgerEntries"):
        resource = f"{central.url}{API}/companies({SPAIN})/{name}"
        made = central.call(
            "POST", "/subscriptions", {"notificationUrl": url, "resource": resource, "clientState": "s"}
        )
        assert made.status_code == 201
    row = central.invoice()
    central.people("POST", "companies/ES/journals", **ACCRUAL)
    central.people("POST", "drop", records=[row["id"]])
    attempts = central.people("POST", "deliver")["attempts"]
    assert [(each["status"], each["taken"]) for each in attempts] == [(200, True)]
    (body,) = listening.bodies
    assert len(body["value"]) == 6
    assert all(f"companies({SPAIN})/generalLedgerEntries(" in each["resource"] for each in body["value"])
    assert parse_qs(urlsplit(body["value"][0]["resource"]).query) == {}
    listening.status = 401
    central.people("POST", "companies/ES/journals/ACC-03/reverse")
    (refused,) = central.people("POST", "deliver")["attempts"]
    assert len(refused["deleted"]) == 1
    assert len(central.get("/subscriptions")["value"]) == 1
    state = central.people("GET", "deliveries")
    assert (state["waiting"], len(state["attempts"]), len(state["dropped"])) == (0, 2, 1)
    assert central.people("DELETE", "deliveries")["attempts"] == []
    assert len(central.people("POST", "subscriptions/delete")["deleted"]) == 1


def test_an_environment_notifies_by_itself_where_it_is_joined(hook: tuple[Hook, str]) -> None:
    """With credentials that open it, and a state that can be agreed on."""
    listening, url = hook
    connection = Connection(
        name="central-iberia", system="business_central", legal_entity="IBERIA", time_zone="Europe/Madrid",
        default_currency="EUR", api_base_url="https://example.test",
    )  # fmt: skip
    joined = join_connection(connection, url)
    with serve(joined.app) as base, httpx.Client(trust_env=False, base_url=base) as http:
        credentials = joined.credentials
        form = FORM | {name: credentials[name] for name in ("client_id", "client_secret")}
        token = http.post(f"/{credentials['tenant_id']}/oauth2/v2.0/token", data=form).json()["access_token"]
        api = f"/v2.0/{credentials['tenant_id']}/{credentials['environment']}/api/v2.0"
        wanted = {
            "notificationUrl": url,
            "resource": f"{api}/companies({SPAIN})/customers",
            "clientState": joined.webhook_secret,
        }
        wanted["resource"] = f"/api/v2.0/companies({SPAIN})/customers"
        headers = {"Authorization": f"Bearer {token}"}
        assert http.post(f"{api}/subscriptions", json=wanted, headers=headers).status_code == 201
        added = {"number": "60000", "displayName": "Nuevo"}
        assert http.post("/_control/companies/ES/records/customers", json=added).status_code == 200
        waited = threading.Event()
        for _ in range(100):
            if listening.bodies:
                break
            waited.wait(0.05)
    (item,) = listening.bodies[0]["value"]
    assert (item["changeType"], item["clientState"]) == ("created", joined.webhook_secret)


def test_people_can_do_everything_that_bites(central: Central) -> None:
    """Drafts changed and deleted, bills, payments, cancellations, corrections, year-ends, delegated administrators, other days."""
    documents = "companies/ES/documents/salesInvoices"
    draft = central.people("POST", documents, **INVOICE)
    changed = central.people("PATCH", f"{documents}/{draft['id']}", date="2026-04-01", by="delegated_admin")
    assert (changed["postingDate"], changed["status"]) == ("2026-04-01", "Draft")
    posted = central.people("POST", f"{documents}/{draft['id']}/post")
    corrected = central.people("POST", f"{documents}/{draft['id']}/correct", date="2026-04-02")
    central.people("DELETE", f"{documents}/{corrected['id']}")
    second = central.invoice()
    memo = central.people("POST", f"{documents}/{second['id']}/cancel", date="2026-04-02")["number"]
    third = central.invoice()
    payment = central.people("POST", "companies/ES/payments", party="10000", date="2026-04-03", amount="13000")[
        "number"
    ]
    central.people(
        "POST", f"companies/ES/payments/{payment}/apply", date="2026-04-04", apply={third["number"]: "12100"}
    )
    central.people("POST", "companies/ES/close_year", date="2026-12-31", number="CLOSE-1")
    invoices = central.get(f"/companies({SPAIN})/salesInvoices?$select=number,status")["value"]
    assert {each["number"]: each["status"] for each in invoices} == {
        posted["number"]: "Canceled", second["number"]: "Canceled", third["number"]: "Paid",
    }  # fmt: skip
    assert memo in {each["number"] for each in central.get(f"/companies({SPAIN})/salesCreditMemos")["value"]}
    customer = central.people("POST", "companies/ES/records/customers", number="60000", displayName="Nuevo")["id"]
    central.people("PATCH", f"companies/ES/records/customers/{customer}", displayName="Nuevo SA")
    assert central.get(f"/companies({SPAIN})/customers({customer})")["displayName"] == "Nuevo SA"
    central.people("DELETE", f"companies/ES/records/customers/{customer}")
    assert central.call("GET", f"/companies({SPAIN})/customers({customer})").status_code == 404
    assert central.people("POST", "clock", seconds=60.0)["now"] == "2026-03-02T09:01:00+00:00"
    assert central.people("POST", "tokens/expire") == {"ended": 1}
    assert central.call("GET", "/companies").status_code == 401


def test_what_people_cannot_do_is_said(central: Central) -> None:
    """404 for what is not there, 400 for what is wrong, and nothing has changed."""
    assert central.ask("POST", "companies/XX/journals", **ACCRUAL).status_code == 404
    assert central.ask("POST", "companies/ES/journals/NONE/reverse").status_code == 404
    assert central.ask("POST", "companies/ES/journals", date="x", number="J", lines=[]).status_code == 400
    unbalanced = {**ACCRUAL, "lines": ACCRUAL["lines"][:1]}
    assert central.ask("POST", "companies/ES/journals", **unbalanced).status_code == 400
    assert central.ask("POST", "clock", seconds=-1).status_code == 400
    assert central.people("GET", "tables/generalLedgerEntries") == []


def test_the_tables_can_be_read_as_they_are(central: Central) -> None:
    """For whoever computes from the state what must come of it: amounts as texts, and what the API does not show."""
    assert {"payments", "generalLedgerEntries", "companies"} <= set(central.people("GET", "tables"))
    central.people("POST", "companies/PT/journals", **ACCRUAL)
    rows = central.people("GET", "tables/generalLedgerEntries")
    assert [(each["_company"], each["accountNumber"], each["debitAmount"], each["creditAmount"]) for each in rows] == [
        (PORTUGAL, "6000", "300.00", "0"), (PORTUGAL, "2300", "0", "300.00"),
    ]  # fmt: skip
    assert {(each["origin"], each["closing"], each["transaction_number"]) for each in rows} == {("journal", 0, 1)}
