"""The simulated files and jobs of a Planning environment on the wire: shapes of answers as documented, and what needs a role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.systems.oracle_epm.app import create_app
from sandbox.systems.oracle_epm.loading import packed
from sandbox.systems.oracle_epm.settings import EnvironmentSettings
from sandbox.systems.serving import serve

SETTINGS = EnvironmentSettings()
JOBS = "/HyperionPlanning/rest/v3/applications/Group/jobs"
FILES = "/interop/rest/11.1.2.3.600/applicationsnapshots"
HEADING = "Entity,Amount,Point-of-View,Data Load Cube Name\n"
POV = '"Working,BaseData,ACME,SOFTWARE,EUR,FY26,Mar,Forecast",Pipeline\n'


@pytest.fixture(scope="module")
def served() -> Iterator[httpx.Client]:
    """A client of the service administrator."""
    login = (SETTINGS.administrator, SETTINGS.administrator_password)
    with serve(create_app(SETTINGS)) as url, httpx.Client(base_url=url, auth=login) as client:
        yield client


@pytest.fixture
def client(served: httpx.Client) -> httpx.Client:
    """The same, on an emptied environment."""
    served.post("/_control/reset").raise_for_status()
    return served


def run(client: httpx.Client, rows: str, *, heading: str = HEADING, name: str = "a.zip") -> dict[str, Any]:
    """A file that is imported, and what its job says then."""
    content = packed({"data1-1.csv": heading + rows})
    client.post(f"{FILES}/{name}/contents", content=content).raise_for_status()
    parameters = {"importFileName": name, "errorFile": f"errors-{name}"}
    started = client.post(JOBS, json={"jobType": "IMPORT_DATA", "parameters": parameters}).raise_for_status().json()
    assert (started["status"], started["descriptiveStatus"]) == (-1, "Processing")
    told = client.get(f"{JOBS}/{started['jobId']}").raise_for_status().json()
    assert isinstance(told, dict)
    return told


def held(client: httpx.Client) -> list[str]:
    """The values of all cells."""
    return sorted(each["value"] for each in client.get("/_control/cells").json()["cells"])


def test_a_file_is_put_once_fetched_and_removed(client: httpx.Client) -> None:
    """One of a name that is there is refused, and stays what it was."""
    path = f"{FILES}/a%20b.zip"
    assert client.post(f"{path}/contents", content=b"one").json()["status"] == 0
    refused = client.post(f"{path}/contents", content=b"two")
    assert (refused.status_code, "already exists" in refused.json()["detail"]) == (400, True)
    assert client.get(f"{path}/contents").content == b"one"
    assert client.delete(path).json()["status"] == 0
    assert [client.delete(path).status_code, client.get(f"{path}/contents").status_code] == [404, 404]


def test_an_import_sets_what_its_records_say(client: httpx.Client) -> None:
    """However often; `#missing` clears, and a job says by its code how it ended."""
    for name in ("a.zip", "b.zip"):
        assert run(client, f"EMEA,2.50,{POV}", name=name)["status"] == 0
        assert held(client) == ["2.50"]
    assert run(client, f"EMEA,#missing,{POV}", name="c.zip")["descriptiveStatus"] == "Completed"
    assert held(client) == []


def test_a_success_counts_and_keeps_the_records_it_rejected(client: httpx.Client) -> None:
    """Details say how many by files, the file of errors which, and why."""
    job = run(client, f"EMEA,1,{POV}NOWHERE,2,{POV}EMEA,x,{POV}")
    assert job["status"] == 0
    [counts] = client.get(f"{JOBS}/{job['jobId']}/details").json()["items"]
    assert [counts[f"records{each}"] for each in ("Read", "Rejected", "Processed")] == [3, 2, 1]
    assert client.get(f"{JOBS}/{job['jobId']}/details?offset=1&limit=1").json()["items"] == []
    errors = client.get(f"{FILES}/errors-a.zip/contents").content
    assert errors.startswith(b"PK")
    assert b"NOWHERE" in errors
    assert held(client) == ["1"]


def test_an_import_of_no_file_or_of_another_layout_ends_in_error(client: httpx.Client) -> None:
    """It says why in words for people."""
    assert run(client, f"EMEA,1,{POV}", heading="Entity,Amount,Cube\n")["status"] == 1
    started = client.post(JOBS, json={"jobType": "IMPORT_DATA", "parameters": {"importFileName": "no.zip"}}).json()
    assert client.get(f"{JOBS}/{started['jobId']}").json()["status"] == 1
    assert client.post(JOBS, json={"jobType": "DATARULE"}).status_code == 400
    assert client.get(f"{JOBS}/99").status_code == 404


def test_files_and_jobs_need_a_service_administrator(client: httpx.Client) -> None:
    """The user who sets cells is none."""
    user = httpx.BasicAuth(SETTINGS.username, SETTINGS.password)
    assert client.post(f"{FILES}/a.zip/contents", content=b"", auth=user).status_code == 403
    assert client.post(JOBS, json={"jobType": "IMPORT_DATA"}, auth=user).status_code == 403
