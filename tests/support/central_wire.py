"""A simulated Business Central environment at an address, whoever calls it, and an address of ours that it notifies."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.systems.business_central.app import create_app
from sandbox.systems.business_central.settings import EnvironmentSettings
from tests.support.central_environment import INVOICE
from tests.support.clock import ManualClock
from tests.support.control_desk import Desk
from tests.support.one_server import OneServer

if TYPE_CHECKING:
    import httpx
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
        self.people = Desk(url, http)
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

    def invoice(self, company: str = "ES", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
        """Post a sales invoice; its row."""
        path = f"companies/{company}/documents/salesInvoices"
        row: dict[str, Any] = self.people("POST", path, post=True, **{**INVOICE, **changes})
        return row


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
