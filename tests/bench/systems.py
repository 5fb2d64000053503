"""The simulated systems as the measured functions meet them: over TLS, with signed deliveries made on request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import uvicorn

from sandbox.simulated import SimulatedSystems
from sandbox.systems.joining import join_connection, join_target
from tieout.landscape import Landscape

if TYPE_CHECKING:
    from starlette.types import ASGIApp

CUSTOMERS = {"hubspot": ("5001", "5002", "5003"), "netsuite": ("7938", "7939", "7940")}
MONTHS = ("2026-10", "2026-11", "2026-12")


class Source(Protocol):
    """A simulated source whose records the benchmark makes and whose webhooks it signs."""

    def records(self, count: int) -> list[str]:
        """The ids of new records, spread over three customers and three months."""
        ...

    def notices(self, ids: list[str]) -> bytes:
        """The body of a delivery with one notice for each id."""
        ...

    def sign(self, body: bytes) -> dict[str, str]:
        """The headers of a delivery sent now."""
        ...


class HubSpotAccount:
    """Deals of 1500 EUR and more, all open; each touches four cells."""

    def __init__(self, app: Any, secret: str, url: str) -> None:  # noqa: ANN401 Starlette's state is untyped
        self._portal = app.state.portal
        self._portal.settings.automatic = False
        self._portal.settings.calls_per_ten_seconds = 100_000
        self._secret, self._url, self._event_id = secret.encode(), url, 0
        for each in CUSTOMERS["hubspot"]:
            self._portal.create_company(f"Customer {each}", each)

    def records(self, count: int) -> list[str]:
        """New deals."""
        return [self._new(number) for number in range(count)]

    def notices(self, ids: list[str]) -> bytes:
        """A property change of each."""
        return json.dumps([self._notice(each) for each in ids]).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        """Signature v3."""
        stamp = str(round(datetime.now(UTC).timestamp() * 1000))
        signed = b"POST" + self._url.encode() + body + stamp.encode()
        signature = base64.b64encode(hmac.digest(self._secret, signed, "sha256")).decode()
        return {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}

    def _new(self, number: int) -> str:
        properties = {
            "dealname": f"Deal {number}",
            "amount": f"{1500 + number}.00",
            "deal_currency_code": "EUR",
            "pipeline": "default",
            "dealstage": "contractsent",
            "closedate": f"{MONTHS[number // 3 % 3]}-15T10:00:00Z",
        }
        return str(self._portal.create_deal(properties, company=CUSTOMERS["hubspot"][number % 3]).deal_id)

    def _notice(self, deal_id: str) -> dict[str, Any]:
        self._event_id += 1
        return {
            "eventId": self._event_id,
            "subscriptionId": 3301,
            "portalId": 20_000_001,
            "appId": 30_000_001,
            "occurredAt": round(datetime.now(UTC).timestamp() * 1000),
            "subscriptionType": "deal.propertyChange",
            "attemptNumber": 0,
            "objectId": int(deal_id),
            "changeSource": "CRM_UI",
            "propertyName": "amount",
            "propertyValue": "2000",
        }


class NetSuiteAccount:
    """Invoices with three lines, one of them revenue; each touches two cells."""

    def __init__(self, url: str, trust: ssl.SSLContext, secret: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/_control", verify=trust, timeout=30)
        self._http.post("/settings", json={"send": "on_request"}).raise_for_status()
        self._secret, self._event_id = secret.encode(), 0

    def records(self, count: int) -> list[str]:
        """New invoices."""
        return [self._new(number) for number in range(count)]

    def notices(self, ids: list[str]) -> bytes:
        """An edit of each."""
        events = [self._notice(each) for each in ids]
        return json.dumps(events[0] if len(events) == 1 else events).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        """HMAC over timestamp and body."""
        stamp = str(round(datetime.now(UTC).timestamp()))
        signature = hmac.new(self._secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"x-timestamp": stamp, "x-signature": f"sha256={signature}"}

    def _new(self, number: int) -> str:
        net = 9900 + number
        month = ("Oct 2026", "Nov 2026", "Dec 2026")[number // 3 % 3]
        invoice = {
            "type": "invoice",
            "date": f"{MONTHS[number // 3 % 3]}-20",
            "period": month,
            "entity": CUSTOMERS["netsuite"][number % 3],
            "subsidiary": "1",
            "currency": "USD",
            "lines": [
                {"account": "1100", "amount": f"{net + 1980}.00"},
                {"account": "4000", "amount": f"-{net}.00", "department": "7", "item": "501"},
                {"account": "2100", "amount": "-1980.00"},
            ],
        }
        answer = self._http.post("/documents", json=invoice).raise_for_status().json()
        return str(answer["id"])

    def _notice(self, document_id: str) -> dict[str, Any]:
        self._event_id += 1
        return {
            "eventId": f"ev-{self._event_id}",
            "eventType": "edit",
            "recordType": "invoice",
            "recordId": document_id,
            "occurredAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }


_MEASURED = frozenset({"hubspot", "netsuite"})


@contextmanager
def serving_systems(landscape: Landscape, certificate: Path, trust: ssl.SSLContext) -> Iterator[Systems]:
    """A simulated system for everything the landscape declares, until the block ends."""
    hooks = {each.name: f"https://hooks.example.com/webhooks/{each.name}" for each in landscape.connections}
    connections = {each.name: join_connection(each, hooks[each.name]) for each in landscape.connections}
    targets = {each.name: join_target(each) for each in landscape.targets}
    with ExitStack() as serving:
        apps = {name: joined.app for name, joined in connections.items()}
        apps |= {name: joined.app for name, joined in targets.items()}
        urls = {name: serving.enter_context(_serving(app, certificate)) for name, app in apps.items()}
        simulated = SimulatedSystems(landscape, connections, targets, urls, hooks)
        yield Systems(simulated, trust)


class Systems:
    """What runs, and the sources that are measured, by connection."""

    def __init__(self, simulated: SimulatedSystems, trust: ssl.SSLContext) -> None:
        self.simulated = simulated
        self.sources: Mapping[str, Source] = {
            each.name: self._source(each.name, each.system, trust)
            for each in simulated.landscape.connections
            if each.system in _MEASURED
        }

    def _source(self, name: str, system: str, trust: ssl.SSLContext) -> Source:
        joined = self.simulated.connections[name]
        if system == "hubspot":
            return HubSpotAccount(joined.app, joined.webhook_secret, self.simulated.webhook_urls[name])
        return NetSuiteAccount(self.simulated.base_urls[name], trust, joined.webhook_secret)


@contextmanager
def _serving(app: ASGIApp, certificate: Path) -> Iterator[str]:
    """The simulated system at an https URL."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_level="critical",
        lifespan="off",
        access_log=False,
        ssl_certfile=certificate,
        ssl_keyfile=certificate.with_name("key.pem"),
        timeout_keep_alive=120,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
