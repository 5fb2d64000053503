"""The senders of a simulated world, and the receive functions they post to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.simulation.books_system import BOOKS, EVENTS_OF_BOOKS
from tests.simulation.dataverse_system import DATAVERSE
from tests.simulation.finance_system import FINANCE, GRID_OF_FINANCE
from tests.simulation.sales_system import CALLOUTS_OF_SALES, SALES
from tests.simulation.sap_system import SAP
from tests.simulation.senders import Sender
from tests.simulation.signing import CANARY, WebhookSecretBox
from tests.simulation.spending import TOOLS
from tests.simulation.systems import SOURCES, receiving, signer, url, wire
from tests.simulation.telling import EVENTS
from tieout.arriving.door import Answer

if TYPE_CHECKING:
    from tests.simulation.world import World

_RECEIVE_LIFETIME_MS = 10_000
_RENEWED_WITHIN_MS = 30_000


class Doors:
    """What stands between the sources of a world and its line."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._receivers: dict[str, Any] = {}
        self._deliveries = 0
        sources = (
            *SOURCES,
            *([SALES] if world.selling.is_part else []),
            *([BOOKS] if world.bookkeeping.is_part else []),
            *([FINANCE] if world.posting.is_part else []),
            *([DATAVERSE] if world.prospecting.is_part else []),
            *(name for name, each in world.billing.items() if each.is_part),
        )
        self.boxes = {name: WebhookSecretBox(CANARY + name.encode(), CANARY + name.encode()) for name in sources}
        self.senders = {name: self._sender(name, name, box) for name, box in self.boxes.items()}
        if world.selling.is_part:
            self.senders[CALLOUTS_OF_SALES] = self._sender(CALLOUTS_OF_SALES, SALES, self.boxes[SALES])
        if world.bookkeeping.is_part:
            self.senders[EVENTS_OF_BOOKS] = self._sender(EVENTS_OF_BOOKS, BOOKS, self.boxes[BOOKS])
        if world.trading.is_part:  # it has no webhook secret: a token is all, and the gateway's to verify
            self.senders[SAP] = self._sender(SAP, SAP, WebhookSecretBox(CANARY, CANARY))
        if world.posting.is_part:
            self.senders[GRID_OF_FINANCE] = self._sender(GRID_OF_FINANCE, FINANCE, self.boxes[FINANCE])

    def rotate(self) -> None:
        """A new webhook secret: stored first or used first, the old one kept for a while."""
        name = self._world.random.choice(list(self.boxes))
        box = self.boxes[name]
        new = CANARY + b"new" + box.current

        def store() -> None:
            self._world.weather.strike("secret_rotated")
            box.current, box.previous = new, box.current

        def use() -> None:
            box.signing = new

        stored_at, used_at = (self._world.random.randrange(60_000) for _ in range(2))
        if name == BOOKS:  # whoever renews its subscriptions gives it the new one, from where it is stored
            used_at = stored_at + _RENEWED_WITHIN_MS
        self._world.schedule.after(stored_at, store)
        self._world.schedule.after(used_at, use)

    def _sender(self, name: str, connection: str, box: WebhookSecretBox) -> Sender:
        world = self._world
        post = self._post(connection)
        return Sender(
            *(world.random, world.schedule, world.weather, signer(name, box, world.schedule), post, box),
            world.drifting.wire(connection, wire(name, box, may_be_given_up=EVENTS in world.selling.telling.ways)),
            is_kept=self._keeping(name) if name in TOOLS else None,
        )

    def _post(self, name: str) -> Callable[[Mapping[str, Any], Callable[[Answer], None]], None]:
        world = self._world

        def post(event: Mapping[str, Any], answered: Callable[[Answer], None]) -> None:
            self._deliveries += 1
            request_id = f"d{self._deliveries}"
            request = {**event, "requestContext": {**event["requestContext"], "requestId": request_id}}
            world.drifting.post(request_id, request)
            if name not in self._receivers or world.random.random() < 0.2:
                self._receivers[name] = world.line.receiver(
                    name, receiving(name), url(name), lambda: self._secret(name)
                )

            def handle() -> None:
                answer = world.line.receive(request, self._receivers[name])
                world.note(f"{name} {request_id}: {answer.status}")
                answered(answer)

            invocation = world.invoke(f"receive {name}", handle, _RECEIVE_LIFETIME_MS, may_rest=False)
            if invocation.crashed:
                self._receivers.pop(name)
                answered(Answer(502))

        return post

    def _keeping(self, name: str) -> Callable[[bytes], bool]:
        """Whether the archive holds a body as this connection's payload."""

        def is_kept(body: bytes) -> bool:
            objects = self._world.line.archive._objects.items()
            return any(key.startswith(f"payloads/{name}/") and kept.endswith(b"\n" + body) for key, kept in objects)

        return is_kept

    def _secret(self, name: str) -> str | None:
        if name not in self.boxes:
            return None
        self._world.weather.io("before secret.value")
        return self.boxes[name].stored()
