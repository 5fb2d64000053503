"""The simulated tenant on the wire: envelopes, headers and edges that no client library shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from sandbox.systems.anaplan.app import create_app
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.serving import serve
from tests.support.clock import ManualClock

SETTINGS = TenantSettings(requests_per_minute=0)
MODEL = f"/2/0/models/{SETTINGS.model_id}"
PIPELINE = f"{MODEL}/modules/102000000001/data"
LOGIN = (SETTINGS.username, SETTINGS.password)


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    """The tenant's clock."""
    return ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def anonymous(clock: ManualClock) -> Iterator[httpx.Client]:
    """A client that says nothing about who it is."""
    with serve(create_app(SETTINGS, now=clock.now)) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture
def client(anonymous: httpx.Client) -> Iterator[httpx.Client]:
    """A client with a token, on an emptied tenant."""
    anonymous.post("/_control/reset").raise_for_status()
    token = anonymous.post("/token/authenticate", auth=LOGIN).json()["tokenInfo"]["tokenValue"]
    with httpx.Client(base_url=anonymous.base_url, headers={"Authorization": f"AnaplanAuthToken {token}"}) as known:
        yield known


def cell(**members: str) -> dict[str, object]:
    """A cell of Pipeline by code, with some members replaced; one that is empty is left out."""
    all_members = {"Customer": "ACME", "Product line": "SOFTWARE", "Legal entity": "EMEA", "Currency": "EUR"} | members
    dimensions = [{"dimensionName": name, "itemCode": code} for name, code in all_members.items() if code]
    dimensions += [
        {"dimensionName": "Time", "itemName": "Mar 26"},
        {"dimensionName": "Version", "itemName": "Forecast"},
    ]
    return {"lineItemName": "Amount", "dimensions": dimensions, "value": 1}


def test_a_login_answers_201_with_an_end_in_milliseconds(anonymous: httpx.Client, clock: ManualClock) -> None:
    """35 minutes, and the address that would validate the token."""
    answer = anonymous.post("/token/authenticate", auth=LOGIN)
    body = answer.json()
    assert (answer.status_code, body["status"], body["statusMessage"]) == (201, "SUCCESS", "Login successful")
    assert body["tokenInfo"]["expiresAt"] == int(clock.now().timestamp() * 1000) + 2_100_000
    assert body["meta"]["validationUrl"].endswith("/token/validate")


def test_a_token_is_validated_and_logged_out(client: httpx.Client) -> None:
    """200 while it is good, 401 afterwards, 400 for a header that is none."""
    assert client.get("/token/validate").json()["userInfo"]["userId"] == SETTINGS.username
    assert client.get("/token/validate", headers={"Authorization": "Basic x"}).status_code == 400
    assert client.post("/token/logout").status_code == 204
    assert client.get("/token/validate").status_code == 401
    assert client.get(f"{MODEL}/modules").status_code == 401


def test_bearer_is_for_the_api_host_alone(client: httpx.Client) -> None:
    """The other name of the token works there and not for authentication."""
    bearer = {"Authorization": client.headers["authorization"].replace("AnaplanAuthToken", "Bearer")}
    assert client.get(f"{MODEL}/modules", headers=bearer).status_code == 200
    assert client.post("/token/refresh", headers=bearer).status_code == 401


def test_errors_have_the_envelope(client: httpx.Client) -> None:
    """Code, message, path and time."""
    body = client.get(f"{MODEL}/modules/999/lineItems").json()
    assert body["status"] == {"code": 404, "message": "Not Found"}
    assert body["path"] == f"{MODEL}/modules/999/lineItems"
    assert body["timestamp"].endswith("Z")


def test_pages_tell_where_the_next_one_is(client: httpx.Client) -> None:
    """`next` while there is more, `previous` once something lies behind, neither where all is on the page."""
    first = client.get(f"{MODEL}/modules", params={"limit": 5}).json()
    paging = first["meta"]["paging"]
    assert (paging["currentPageSize"], paging["totalSize"], paging["offset"]) == (5, 10, 0)
    second = client.get(paging["next"]).json()
    assert [each["name"] for each in second["modules"]] == [
        "Cash",
        "Operating expenses",
        "Billings",
        "Orders",
        "Commitments",
    ]
    assert "next" not in second["meta"]["paging"]
    assert "previous" in second["meta"]["paging"]
    assert "next" not in client.get(f"{MODEL}/modules").json()["meta"]["paging"]


def test_an_empty_collection_has_no_key(client: httpx.Client) -> None:
    """A page behind the end has no modules, and a write without failures no failures."""
    assert "modules" not in client.get(f"{MODEL}/modules", params={"offset": 10}).json()
    assert "failures" not in client.post(PIPELINE, json=[cell()]).json()


def test_a_cell_is_found_by_code_name_and_id_in_any_case(client: httpx.Client) -> None:
    """Four addresses of one cell."""
    by_id = cell() | {"lineItemId": "206000000001"}
    del by_id["lineItemName"]
    dimensions = by_id["dimensions"]
    assert isinstance(dimensions, list)
    dimensions[0] = {"dimensionId": "101000000001", "itemId": "201000000002"}
    by_name = cell(Customer="")
    assert isinstance(by_name["dimensions"], list)
    by_name["dimensions"].append({"dimensionName": "customer", "itemName": "ACME CORPORATION"})
    answer = client.post(PIPELINE, json=[cell(), cell(Customer="acme"), by_id, by_name]).json()
    assert answer["numberOfCellsChanged"] == 4
    assert len(client.get("/_control/cells").json()["cells"]) == 1


def test_every_dimension_is_needed_once(client: httpx.Client) -> None:
    """A missing, a doubled and a foreign dimension each leave the cell unresolved."""
    doubled = cell()
    assert isinstance(doubled["dimensions"], list)
    doubled["dimensions"].append({"dimensionName": "Customer", "itemCode": "GLOBEX"})
    answer = client.post(PIPELINE, json=[cell(Customer=""), doubled, cell(Account="1000")]).json()
    assert [each["failureType"] for each in answer["failures"]] == ["cellIsInvalid"] * 3
    assert answer["numberOfCellsChanged"] == 0


@pytest.mark.parametrize("value", ["abc", "", True, "NaN"])
def test_a_value_that_is_no_number_fails_its_cell(client: httpx.Client, value: object) -> None:
    """A number format takes numbers and numeric texts."""
    answer = client.post(PIPELINE, json=[cell() | {"value": value}, cell() | {"value": "12.50"}]).json()
    assert [each["requestIndex"] for each in answer["failures"]] == [0]
    assert [each["value"] for each in client.get("/_control/cells").json()["cells"]] == ["12.50"]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"[1]", b'[{"value":1}]', b'[{"lineItemName":"Amount","value":NaN}]', b"["]
)
def test_a_body_that_is_no_array_of_cells_is_a_bad_request(client: httpx.Client, body: bytes) -> None:
    """Nothing of it is set."""
    assert client.post(PIPELINE, content=body).status_code == 400
    assert client.get("/_control/writes").json()["writes"] == []


def test_a_deleted_member_takes_its_cells_along(client: httpx.Client) -> None:
    """As in Anaplan: the cells of a member go when it goes."""
    client.post(PIPELINE, json=[cell(), cell(Customer="GLOBEX")])
    lists = f"/2/0/workspaces/{SETTINGS.workspace_id}/models/{SETTINGS.model_id}/lists/101000000001/items"
    assert client.post(lists, params={"action": "delete"}, json={"items": [{"code": "GLOBEX"}]}).json() == {
        "deleted": 1
    }
    cells = client.get("/_control/cells").json()["cells"]
    assert [each["members"]["Customer"] for each in cells] == ["ACME"]


def test_the_state_of_the_model_is_told_while_everything_else_waits(client: httpx.Client, clock: ManualClock) -> None:
    """`requestStatus` comes bare, by GET and by POST, says `Processing ...` while an import runs, and -1 as progress when idle."""
    assert client.get(f"{MODEL}/status").json()["requestStatus"]["progress"] == -1.0
    client.post("/_control/model", json={"busy_seconds": 30})
    assert client.post(f"{MODEL}/status").json()["requestStatus"]["currentStep"] == "Processing ..."
    assert client.get(MODEL).json()["model"]["modelTransactionRunning"] is True
    clock.advance(31)
    assert client.get(f"{MODEL}/status").json()["requestStatus"]["currentStep"] == "Open"


def test_a_closed_model_still_tells_that_it_is_there(client: httpx.Client) -> None:
    """The model itself answers 200 with its state while everything inside it is closed."""
    client.post("/_control/model", json={"state": "archived"})
    assert client.get(MODEL).json()["model"]["activeState"] == "ARCHIVED"
    assert client.get(f"{MODEL}/modules").status_code == 422
    assert client.post("/_control/model", json={"state": "on fire"}).status_code == 400


def test_the_current_period_ends_on_its_last_day(client: httpx.Client) -> None:
    """The month of the tenant's clock."""
    period = client.get(f"{MODEL}/currentPeriod").json()["currentPeriod"]
    assert (period["periodText"], period["lastDay"]) == ("Mar 26", "2026-03-31")


def test_versions_tell_which_is_actual(client: httpx.Client) -> None:
    """With the periods they may be edited in."""
    versions = client.get(f"{MODEL}/versions").json()["versionMetadata"]
    assert [each["name"] for each in versions if each["isActual"]] == ["Actual"]
    assert {"editFrom", "editTo"} <= versions[0].keys()


def test_the_write_log_remembers_every_write_and_what_became_of_each_cell(client: httpx.Client) -> None:
    """With coordinates, exact values and refusals, for tests that ask what was sent and when."""
    client.post(PIPELINE, json=[cell(), cell(Customer="NOBODY")])
    (write,) = client.get("/_control/writes").json()["writes"]
    assert (write["module"], [each["refused"] for each in write["cells"]]) == ("Pipeline", [None, "cellIsInvalid"])
    assert write["cells"][0]["coordinates"]["Customer"] == "ACME"
    assert datetime.fromisoformat(write["at"]).tzinfo is not None


def test_members_can_be_added_from_outside_once(client: httpx.Client) -> None:
    """A second time adds nothing, and a list that is not there is told."""
    members = {"list": "Product line", "items": [{"code": "TRAINING", "name": "Training"}, {"code": "SOFTWARE"}]}
    assert client.post("/_control/members", json=members).json() == {"added": 1}
    assert client.post("/_control/members", json=members).json() == {"added": 0}
    assert client.post(PIPELINE, json=[cell(**{"Product line": "TRAINING"})]).json()["numberOfCellsChanged"] == 1
    assert client.post("/_control/members", json={"list": "Colour", "items": []}).status_code == 404
