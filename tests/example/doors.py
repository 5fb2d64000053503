"""The door of the example's line: what API Gateway makes of a request, and the function of its connection."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx
from starlette.requests import Request
from starlette.responses import Response

from functions.receive.keeping import UnprovenShelf
from functions.receive.pipeline import Receiver, receive
from functions.receive.secret import WebhookSecret
from infra.door_options import door_options
from tests.example.systems import Systems
from tests.support.clock import SeededEntropy
from tests.support.memory_bus import MemoryBus
from tests.support.memory_store import MemoryObjectStore
from tests.support.receiving import api_event
from tieout.arriving.accepting import Intake
from tieout.arriving.log import DeliveryLog
from tieout.landscape import Connection
from tieout.systems import capability

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


class Door:
    """Receives what the group's systems tell.

    Attributes:
        refused: what was not taken, by its connection.
    """

    def __init__(self, systems: Systems, bus: MemoryBus, store: MemoryObjectStore, entropy: SeededEntropy) -> None:
        self._systems, self._bus, self._store, self._entropy = systems, bus, store, entropy
        self.refused: list[str] = []
        self._receivers = {each.name: self._receiver(each) for each in systems.landscape.connections}
        self._requests = itertools.count(1)

    async def __call__(self, scope: Scope, receive_more: Receive, send: Send) -> None:
        """Answer a request as the function of its connection does."""
        request = Request(scope, receive_more)
        name = request.url.path.removeprefix("/webhooks/")
        event = api_event(
            await request.body(),
            dict(request.headers),
            method=request.method,
            query=request.url.query,
            request_id=f"request-{next(self._requests)}",
        )
        answer = receive(event, self._receivers[name]).plain()
        if answer["statusCode"] >= httpx.codes.BAD_REQUEST:
            self.refused.append(f"{name} was answered {answer['statusCode']}")
        response = Response(answer.get("body") or "", answer["statusCode"], answer.get("headers"))
        await response(scope, receive_more, send)

    def _receiver(self, connection: Connection) -> Receiver:
        parts: Mapping[str, Any] = {
            name: capability(connection.system, name) for name in ("options", "signature", "payloads", "door")
        }
        clock, options = self._systems.clock, parts["options"].Options(**door_options(connection))
        url = self._systems.addresses.webhook(connection.name)
        secret = json.dumps({"current": self._systems.secrets[connection.name]})
        return Receiver(
            intake=Intake(
                connection=connection.name,
                flows=self._systems.landscape.flows_by_entity(),
                completion=connection.completion,
                door=parts["door"].open_door(options),
                split=lambda delivery: parts["payloads"].split(delivery, connection.name, options),
                bus=self._bus,
                keeper=self._store,
                clock=clock,
                entropy=self._entropy,
            ),
            verify=lambda delivery, live: parts["signature"].verify(delivery, live, options, url, delivery.received_at),
            secret=WebhookSecret(lambda: secret, clock),
            shelf=UnprovenShelf(self._store, clock, connection.name, 100),
            log=DeliveryLog("receive", connection.name, lambda _: None),
        )
