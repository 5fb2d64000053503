"""Who may read the simulated tenant, how much, and what is answered when it is not to be had; and who may write."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.systems.sap_s4hana.billing import Billing
from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from sandbox.systems.sap_s4hana.tokens import TOKEN_PATH
from tests.support.sap_tenant import BILL, BILLS, CUBE, ORDER, ORDERS, Scene

FORM = {
    "grant_type": "client_credentials",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-not-a-secret-of-reads",
}


def test_who_may_not_see_something_gets_a_list_without_it() -> None:
    """A whole service is refused; a set, or a company code, is only left out, which looks as if there was nothing."""
    scene = Scene()
    scene.do(Billing.create, BILL)
    scene.do(Billing.create, BILL | {"CompanyCode": "1110"})
    scene.settings.change({"hidden_company_codes": ["1110"]})
    assert {row["CompanyCode"] for row in scene.rows(CUBE)} == {"1010"}
    assert len(scene.rows(BILLS)) == 1
    assert scene.get(f"{BILLS}('90000002')").status_code == 404
    scene.settings.change({"hidden_sets": ["A_BillingDocument"]})
    assert scene.rows(BILLS) == []
    assert scene.rows(CUBE)
    scene.settings.change({"forbidden_services": ["API_BILLING_DOCUMENT_SRV"]})
    answer = scene.get(BILLS)
    assert (answer.status_code, "No authorization" in answer.json()["error"]["message"]["value"]) == (403, True)


def test_outages_are_planted() -> None:
    """A page for people, an allowance that is used up, a list without rows, a token that ended: once each, and then it is over."""
    scene = Scene()
    scene.do(SalesOrders.create, ORDER)
    scene.fault("maintenance")
    answer = scene.get(ORDERS)
    assert (answer.status_code, answer.headers["content-type"].startswith("text/html")) == (503, True)
    scene.fault("too_many_requests", seconds=7)
    answer = scene.get(ORDERS)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    scene.fault("empty_answer", times=2)
    assert scene.rows(ORDERS) == []
    assert scene.get(f"{ORDERS}('3000001')").status_code == 404
    assert len(scene.rows(ORDERS)) == 1
    scene.fault("expire_tokens")
    assert scene.get(ORDERS).status_code == 401
    scene.token = ""
    assert scene.get(ORDERS).status_code == 200


def test_calls_are_counted_by_the_minute() -> None:
    """Beyond the allowance they are refused, with the seconds until there is room again."""
    scene = Scene(calls_a_minute_max=2)
    assert [scene.get(ORDERS).status_code for _ in range(2)] == [200, 200]
    scene.clock.advance(20)
    answer = scene.get(ORDERS)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "40")
    scene.clock.advance(40)
    assert scene.get(ORDERS).status_code == 200
    assert scene.control("GET", "usage") == {"api_calls": 3, "tokens_given": 1}


def test_an_address_has_an_end() -> None:
    """Path and query together; whoever asks for too many at once must ask twice."""
    scene = Scene()
    room = scene.settings.address_bytes_max - len(f"{ORDERS}?$filter=")
    answers = [scene.ask("GET", f"{ORDERS}?$filter={'x' * size}").status_code for size in (room - 1, room, room + 1)]
    assert answers == [401, 401, 414]


@pytest.mark.parametrize(
    ("request_parts", "status"),
    [
        ({"data": FORM}, 200),
        ({"data": {"grant_type": "client_credentials"}, "auth": ("sandbox-client", FORM["client_secret"])}, 200),
        ({"data": FORM | {"grant_type": "password"}}, 400),
        ({"data": FORM | {"client_id": "other"}}, 401),
        ({"data": FORM | {"client_secret": "other"}}, 401),
        ({"data": {"grant_type": "client_credentials"}}, 401),
        ({"data": FORM, "headers": {"authorization": "Basic ###"}}, 401),
    ],
)
def test_a_token_is_given_for_the_whole_credentials(request_parts: dict[str, Any], status: int) -> None:
    """In the form or by Basic; it holds for its time, which is told as text."""
    scene = Scene(token_seconds=60)
    answer = scene.ask("POST", TOKEN_PATH, **request_parts)
    assert answer.status_code == status
    if status != 200:
        assert answer.json()["error"] in {"unsupported_grant_type", "invalid_client"}
        return
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", "60")
    scene.token = answer.json()["access_token"]
    assert scene.get(ORDERS).status_code == 200
    assert scene.get(ORDERS, {"authorization": scene.token}).status_code == 401
    scene.clock.advance(60)
    assert scene.get(ORDERS).status_code == 401


def test_whoever_writes_fetches_a_token_and_keeps_the_cookie() -> None:
    """Neither of the two alone is enough, and both end when sessions do."""
    scene = Scene()
    fetched = scene.get(ORDERS, {"x-csrf-token": "Fetch"})
    guard, cookie = fetched.headers["x-csrf-token"], fetched.headers["set-cookie"].partition(";")[0]
    own = {"authorization": f"Bearer {scene.token}", "accept": "application/json"}
    body = {
        "d": {
            "SalesOrganization": "1010",
            "SalesOrderDate": "/Date(1772409600000)/",
            "to_Item": [{"NetAmount": "5.00"}],
        }
    }
    for headers in ({}, {"x-csrf-token": guard}, {"cookie": cookie}, {"x-csrf-token": "other", "cookie": cookie}):
        answer = scene.ask("POST", ORDERS, headers=own | headers, json=body)
        assert (answer.status_code, answer.headers["x-csrf-token"]) == (403, "Required")
    both = own | {"x-csrf-token": guard, "cookie": cookie}
    created = scene.ask("POST", ORDERS, headers=both, json=body)
    assert created.status_code == 201
    number, etag = created.json()["d"]["SalesOrder"], created.json()["d"]["__metadata"]["etag"]
    assert scene.entity(f"{ORDERS}('{number}')")["TotalNetAmount"] == "5.00"
    assert [name for name, _ in scene.told()] == ["SalesOrder.Created"]
    change = {"PurchaseOrderByCustomer": "PO-2"}
    path = f"{ORDERS}('{number}')"
    answers = [
        scene.ask("PATCH", path, headers=both | headers, json=change).status_code
        for headers in ({}, {"if-match": etag[:-2]}, {"if-match": etag}, {"if-match": etag}, {"if-match": "*"})
    ]
    assert answers == [428, 412, 204, 412, 204]
    assert scene.entity(path)["PurchaseOrderByCustomer"] == "PO-2"
    for wrong in ({"SalesOrganization": "0000"}, {"SalesOrganization": "1010", "Colour": "red"}, [1]):
        answer = scene.ask("POST", ORDERS, headers=both, json=wrong)
        assert (answer.status_code, "error" in answer.json()) == (400, True)
    assert scene.ask("POST", BILLS, headers=both, json={}).status_code == 400
    assert scene.ask("PATCH", f"{ORDERS}('1')", headers=both, json=change).status_code == 404
    scene.fault("expire_sessions")
    assert scene.ask("POST", ORDERS, headers=both, json=body).status_code == 403
