"""What the simulated tenant asks of every caller, over real HTTP: as strict as SAP Analytics Cloud."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.sap_analytics import CREDENTIALS
from tests.support.sap_analytics_tenant import RunningTenant

CUSTOM = {"x-sap-sac-custom-auth": "true"}
JOBS = "/api/v1/dataimport/jobs"
CREATE = "/api/v1/dataimport/models/C_CASH/factData"


@pytest.fixture(name="caller")
def _caller(tenant: RunningTenant) -> Iterator[httpx.Client]:
    """Somebody with a token, and without a session."""
    login = (CREDENTIALS["client_id"], CREDENTIALS["client_secret"])
    given = httpx.post(f"{tenant.url}/oauth/token", data={"grant_type": "client_credentials"}, auth=login)
    bearer = f"Bearer {given.json()['access_token']}"
    with httpx.Client(base_url=tenant.url, headers={"authorization": bearer, **CUSTOM}) as caller:
        yield caller


def test_without_the_header_or_the_token_nobody_is_let_in(caller: httpx.Client) -> None:
    """The one is sent to a login page, the other told that he is nobody."""
    assert caller.get(JOBS).status_code == 200
    assert caller.get(JOBS, headers={"x-sap-sac-custom-auth": "false"}).status_code == 302
    assert caller.get(JOBS, headers={"authorization": "Bearer x"}).status_code == 401
    assert caller.get("/api/v1/csrf", headers={"authorization": "Bearer x", "x-csrf-token": "fetch"}).status_code == 401


def test_a_csrf_token_is_good_in_the_session_it_was_given_in(caller: httpx.Client) -> None:
    """Without it, or without the cookie it came with, nothing is changed."""
    refused = caller.post(CREATE, json={})
    assert (refused.status_code, refused.headers["x-csrf-token"]) == (403, "Required")
    token = caller.get("/api/v1/csrf", headers={"x-csrf-token": "fetch"}).headers["x-csrf-token"]
    cookies = httpx.Cookies(caller.cookies)
    caller.cookies.clear()
    assert caller.post(CREATE, json={}, headers={"x-csrf-token": token}).status_code == 403
    caller.cookies = cookies
    created = caller.post(CREATE, json={}, headers={"x-csrf-token": token})
    assert created.status_code == 201
    job = f"{JOBS}/{created.json()['jobID']}"
    assert [each["jobStatus"] for each in caller.get(JOBS).json()["jobs"]] == ["READY_FOR_DATA"]
    assert caller.delete(job, headers={"x-csrf-token": token}).status_code == 204
    assert caller.get(f"{job}/status").status_code == 404


def test_a_login_that_is_wrong_gets_no_token(tenant: RunningTenant) -> None:
    """Neither another secret nor another grant."""
    url, login = f"{tenant.url}/oauth/token", (CREDENTIALS["client_id"], "guessed")
    assert httpx.post(url, data={"grant_type": "client_credentials"}, auth=login).status_code == 401
    assert httpx.post(url, data={"grant_type": "password"}).status_code == 400


def test_an_export_must_select_every_dimension(caller: httpx.Client) -> None:
    """As the vendor asks; a filter that is none is refused too."""
    facts = "/api/v1/dataexport/providers/sac/C_CASH/FactData"
    assert caller.get(facts).json() == {"value": []}
    assert caller.get(facts, params={"$select": "Date,Collected"}).status_code == 400
    assert caller.get(facts, params={"$filter": "Date gt '202601'"}).status_code == 400
    assert caller.get("/api/v1/dataexport/providers/other/C_CASH/FactData").status_code == 404
