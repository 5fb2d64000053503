"""The simulated Planning environment on the wire: what our adapter never asks for, and the shapes of answers as documented."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.systems.oracle_epm.app import create_app
from sandbox.systems.oracle_epm.settings import EnvironmentSettings
from sandbox.systems.serving import serve

SETTINGS = EnvironmentSettings(most_listed=2)
CUBE = "/HyperionPlanning/rest/v3/applications/Group/plantypes/Pipeline"
POV = ["Working", "BaseData", "SOFTWARE", "EMEA", "EUR", "FY26", "Forecast"]
DETAILS = {"IncludeRejectedCells": True, "IncludeRejectedCellsWithDetails": True}


@pytest.fixture(scope="module")
def served() -> Iterator[httpx.Client]:
    """A client that says who it is."""
    with (
        serve(create_app(SETTINGS)) as url,
        httpx.Client(base_url=url, auth=(SETTINGS.username, SETTINGS.password)) as client,
    ):
        yield client


@pytest.fixture
def client(served: httpx.Client) -> httpx.Client:
    """The same, on an emptied environment."""
    served.post("/_control/reset").raise_for_status()
    return served


def grid(data: list[list[Any]], columns: list[list[str]] | None = None, **parts: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A grid with a row for each customer, and months as columns."""
    customers = ("ACME", "GLOBEX", "HOOLI", "STARK")
    rows = [{"headers": [customer], "data": row} for customer, row in zip(customers, data, strict=False)]
    return {"pov": [*POV, "Amount"], "columns": columns or [["Jan", "Feb"]], "rows": rows} | parts


def imported(client: httpx.Client, data_grid: dict[str, Any], **options: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """The answer to an import."""
    answer = client.post(f"{CUBE}/importdataslice", json={"dataGrid": data_grid, **options})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert isinstance(body, dict)
    return body


def held(client: httpx.Client) -> list[str]:
    """The values of all cells."""
    return sorted(each["value"] for each in client.get("/_control/cells").json()["cells"])


def test_overwriting_sets_and_aggregating_adds(client: httpx.Client) -> None:
    """Which of them a repeated import does is the difference between one amount and two."""
    once = grid([["2", 3.5]])
    counts = {"numAcceptedCells": 2, "numRejectedCells": 0, "rejectedCells": [], "rejectedCellsWithDetails": []}
    assert imported(client, once) == {**counts, "numUpdateCells": 2}
    assert imported(client, once, aggregateEssbaseData=False) == {**counts, "numUpdateCells": 0}
    assert held(client) == ["2", "3.5"]
    assert imported(client, once, aggregateEssbaseData=True) == {**counts, "numUpdateCells": 2}
    assert held(client) == ["4", "7.0"]
    assert [each["adding"] for each in client.get("/_control/writes").json()["writes"]] == [False, False, True]


def test_a_cell_is_cleared_by_missing_in_any_case(client: httpx.Client) -> None:
    """As the page writes it, and as others do."""
    imported(client, grid([["2", "3"]]))
    assert imported(client, grid([["#Missing", "#missing"]]))["numUpdateCells"] == 2
    assert held(client) == []


def test_only_the_first_rejected_cells_are_listed(client: httpx.Client) -> None:
    """All are counted, and details are given to those who ask."""
    client.post("/_control/read_only", json={"members": ["Jan"], "reason": "locked"})
    data = grid([["1", "2"]] * 4)
    body = imported(client, data, customParams=DETAILS)
    assert (body["numAcceptedCells"], body["numRejectedCells"]) == (4, 4)
    names = [*POV, "Amount", "ACME", "Jan"]
    assert body["rejectedCells"][0] == f"[{', '.join(names)}]"
    assert body["rejectedCellsWithDetails"][0] == {
        "memberNames": names,
        "readOnlyReasons": ["locked"],
        "otherReasons": [],
    }
    assert len(body["rejectedCells"]) == len(body["rejectedCellsWithDetails"]) == 2
    assert imported(client, data)["rejectedCells"] == []
    client.post("/_control/read_only", json={"members": []})
    assert imported(client, data)["numRejectedCells"] == 0


def test_what_is_no_number_is_rejected(client: httpx.Client) -> None:
    """A text, nothing at all, and an amount for a Smart List."""
    assert imported(client, grid([["many", None]]))["numRejectedCells"] == 2
    smart_list = grid([["1"]], columns=[["Jan"]], pov=[*POV, "Deal stage"])
    assert imported(client, smart_list)["numRejectedCells"] == 1
    assert held(client) == []


def test_two_header_rows_name_a_column_together(client: httpx.Client) -> None:
    """One inner array for each dimension of the columns."""
    columns = [["Jan", "Jan"], ["Amount", "Amount USD"]]
    body = imported(client, grid([["1", "2"]], columns=columns, pov=POV))
    assert body["numAcceptedCells"] == 2
    accounts = [each["members"]["Account"] for each in client.get("/_control/cells").json()["cells"]]
    assert sorted(accounts) == ["Amount", "Amount USD"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"dataGrid": grid([["1", "2"]], pov=[*POV, "Amount", "Nowhere"])},
        {"dataGrid": grid([["1", "2"]], pov=POV)},
        {"dataGrid": grid([["1", "2"]], pov=[[name] for name in [*POV, "Amount"]])},
        {"dataGrid": grid([["1", "2", "3"]])},
        {"dataGrid": grid([["1", "2"]], columns=[["Jan", "Feb"], ["Amount"]], pov=POV)},
        {"dataGrid": grid([])},
    ],
)
def test_a_grid_that_is_none_is_refused_with_a_detail(client: httpx.Client, body: dict[str, Any]) -> None:
    """Nothing of it is written."""
    answer = client.post(f"{CUBE}/importdataslice", json=body)
    assert answer.status_code == 400
    assert isinstance(answer.json()["detail"], str)
    assert held(client) == []


def exported(client: httpx.Client, **parts: Any) -> httpx.Response:  # noqa: ANN401 JSON
    """The answer to an export of two customers in two months."""
    definition = {
        "pov": {"members": [[name] for name in [*POV, "Amount"]]},
        "columns": [{"members": [["Jan", "Feb"]]}],
        "rows": [{"members": [["ACME", "GLOBEX"]]}],
    }
    return client.post(f"{CUBE}/exportdataslice", json={"gridDefinition": definition | parts})


def test_an_export_is_a_grid_of_texts(client: httpx.Client) -> None:
    """With a row for each combination, and `#Missing` where there is nothing; empty rows can be left out."""
    imported(client, grid([["2.50", "#missing"]]))
    grid_of_both = {"pov": [*POV, "Amount"], "columns": [["Jan", "Feb"]]}
    first, second = (
        {"headers": ["ACME"], "data": ["2.50", "#Missing"]},
        {"headers": ["GLOBEX"], "data": ["#Missing"] * 2},
    )
    assert exported(client).json() == {**grid_of_both, "rows": [first, second]}
    assert exported(client, suppressMissingBlocks=True).json() == {**grid_of_both, "rows": [first]}


@pytest.mark.parametrize(
    "parts",
    [
        {"rows": [{"members": [["Nowhere"]]}]},
        {"rows": [{"dimensions": ["Entity"], "members": [["ACME"]]}]},
        {"rows": [{"dimensions": ["Customer", "Product"], "members": [["ACME"]]}]},
        {"pov": {"members": [[name] for name in POV]}},
    ],
)
def test_an_export_of_what_is_not_there_is_refused(client: httpx.Client, parts: dict[str, Any]) -> None:
    """As a whole: there is no row that could say it."""
    assert exported(client, **parts).status_code == 400


def test_the_cubes_are_listed_as_documented(client: httpx.Client) -> None:
    """By name, with the number of their dimensions."""
    items = client.get(CUBE.removesuffix("/Pipeline")).json()["items"]
    assert items[0] == {
        "planTypeName": "Pipeline", "planType": 1, "cubeName": "Pipeline", "numDimensions": 10, "cubeType": 0,
    }  # fmt: skip
    assert len(items) == 10


def test_who_is_not_known_is_told_so(client: httpx.Client) -> None:
    """As the page shows it of a token that has ended."""
    for headers in ({}, {"Authorization": "Bearer nothing"}, {"Authorization": "Basic no base64"}):
        answer = httpx.post(f"{client.base_url}{CUBE}/importdataslice", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    for form, error in (({}, "invalid_client"), ({"client_id": SETTINGS.client_id}, "unsupported_grant_type")):
        answer = httpx.post(f"{client.base_url}/oauth2/v1/token", data=form)
        assert answer.json()["error"] == error
