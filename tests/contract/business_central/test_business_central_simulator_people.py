"""The simulated environment over HTTP: who subscribes, what people do in it by its control routes, and what it does by itself."""

from __future__ import annotations

import threading
from urllib.parse import parse_qs, urlsplit

import httpx

from sandbox.systems.business_central.joining import join_connection
from sandbox.systems.serving import serve
from tests.support.central_environment import ACCRUAL, INVOICE, PORTUGAL, SPAIN
from tests.support.central_wire import API, FORM, Central, Hook
from tieout.landscape import Connection


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
    assert central.people.ask("POST", "companies/XX/journals", **ACCRUAL).status_code == 404
    assert central.people.ask("POST", "companies/ES/journals/NONE/reverse").status_code == 404
    assert central.people.ask("POST", "companies/ES/journals", date="x", number="J", lines=[]).status_code == 400
    unbalanced = {**ACCRUAL, "lines": ACCRUAL["lines"][:1]}
    assert central.people.ask("POST", "companies/ES/journals", **unbalanced).status_code == 400
    assert central.people.ask("POST", "clock", seconds=-1).status_code == 400
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
