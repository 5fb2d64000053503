"""What a simulated Event Mesh sends, at our door: consent, every mode, and tokens that are not for us."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from functions.receive.pipeline import receive
from sandbox.systems.sap_s4hana.app import create_app
from sandbox.systems.sap_s4hana.event_mesh import EventMesh
from sandbox.systems.sap_s4hana.posting import Answer, Orders
from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.tenant import Tenant
from tests.support.clock import ManualClock
from tests.support.receiving import Door, api_event
from tests.support.sap_cases import FLOWS
from tests.support.sap_reading import ORDER

ISSUER = "https://my300000-api.s4hana.example"
OPTIONS = {
    "issuer": ISSUER,
    "audience": ["tieout"],
    "allowed_origins": ["eventmesh.sandbox.example"],
    "requests_per_minute": 300,
}


class Told:
    """A tenant whose Event Mesh posts to a connection of ours, through a gateway that hands on the claims of every token."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        self.door = Door(system="sap_s4hana", options=OPTIONS, flows=FLOWS, secret_text=None)
        clock = ManualClock()
        stated = {"webhook_url": "https://hooks.example.com/webhooks/sap-europe", "issuer": ISSUER, **settings}
        app = create_app(TenantSettings(**stated), send=self._send, now=clock.now)
        self.mesh: EventMesh = app.state.mesh
        self.tenant: Tenant = app.state.tenant

    def change(self) -> str:
        """Create an order, which Event Mesh tells of; its number."""
        with self.tenant.saving() as work:
            return SalesOrders(work).create(ORDER)

    def deliver(self, token: str = "") -> list[int | None]:
        """The statuses that what is pushed now is answered with, under a token with this flaw."""
        return [each.status for each in self.mesh.deliver(Orders(token=token))]

    def noted(self) -> list[str]:
        """The record ids of the notices on the bus."""
        return [notice.key.record_id for envelope in self.door.published() for notice in envelope.notices]

    def _send(self, method: str, _address: str, body: bytes, headers: Mapping[str, str], _seconds: float) -> Answer:
        event = api_event(body, headers, method=method)
        token = {name.lower(): value for name, value in headers.items()}.get("authorization", "").removeprefix(
            "Bearer "
        )
        if token:
            claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
            stated = {name: str(value) for name, value in claims.items()}
            event["requestContext"]["authorizer"] = {"jwt": {"claims": stated, "scopes": None}}
        answer = receive(event, self.door.receiver)
        return Answer(answer.status, dict(answer.headers))


@pytest.mark.parametrize("mode", ["structured", "binary", "batched"])
def test_an_event_of_every_mode_becomes_a_notice(mode: str) -> None:
    """After the handshake, which both sides hold to the same rules."""
    told = Told(mode=mode)
    number = told.change()
    assert told.mesh.ask()
    assert told.deliver() == [202]
    assert set(told.noted()) == {number}


@pytest.mark.parametrize("flaw", ["wrong_issuer", "wrong_audience", "none"])
def test_a_token_that_is_not_for_us_proves_nothing(flaw: str) -> None:
    """Nor does none: the event stays in SAP's queue."""
    told = Told(exempt_handshake=True)
    told.change()
    assert told.deliver(token=flaw) == [401]
    assert told.noted() == []


def test_a_stranger_is_not_welcome() -> None:
    """Without consent Event Mesh pushes nothing."""
    told = Told(origin="stranger.example")
    told.change()
    assert not told.mesh.ask()
    assert told.deliver() == [403]
    assert told.noted() == []
