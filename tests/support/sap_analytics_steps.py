"""A SAP Analytics Cloud tenant without HTTP, that takes everything but what a test has it answer at one step of a write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from tests.support.clock import NotedClock
from tests.support.sap_analytics import analytics_writer
from tieout.systems.sap_analytics.cells import AnalyticsWriter

URL = "https://tenant.test"
TOKEN = "canary-token"

Handler = Callable[[httpx.Request], httpx.Response]


def good(request: httpx.Request) -> httpx.Response:
    """What a tenant answers that takes everything: `create`, `add`, `validate`, `run`, `status`, `invalid`, `remove`."""
    answers: dict[str, Any] = {
        "create": {"JobID": "J/1"},
        "add": {"upsertedNumberRows": 1, "failedNumberRows": 0, "failedRows": []},
        "validate": {"jobStatus": "READY_FOR_WRITE", "totalNumberRowsInJob": 1, "failedNumberRows": 0},
        "run": {"jobStatus": "PROCESSING"},
        "status": {"jobStatus": "COMPLETED", "additionalInformation": {"failedNumberRows": 0}},
        "invalid": {"failedRows": []},
        "remove": {},
    }
    return httpx.Response(200, json=answers[step_of(request)])


def step_of(request: httpx.Request) -> str:
    """Which step of a write a request is."""
    if request.method == "DELETE":
        return "remove"
    last = request.url.path.rpartition("/")[2]
    named = {"factData": "create", "validate": "validate", "run": "run", "status": "status", "invalidRows": "invalid"}
    return named.get(last, "add")


def writer_meeting(**at: Handler | dict[str, Any]) -> AnalyticsWriter:
    """A writer whose login succeeds, and that meets something else at the named steps: an answer's body, or whatever answers."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 3600})
        if request.url.path == "/api/v1/csrf":
            return httpx.Response(200, headers={"x-csrf-token": "canary-csrf"})
        met = at.get(step_of(request), good)
        return met(request) if callable(met) else httpx.Response(200, json=met)

    return analytics_writer(URL, httpx.Client(transport=httpx.MockTransport(handle)), NotedClock())
