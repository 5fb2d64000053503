"""The stack of the door: the API, what receives or relays for each connection, and who watches. It holds no state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack

from functions.census.due import sources_of
from infra.alarms import Alarms
from infra.door_options import door_options
from infra.ids import pascal
from infra.landscape import compile_landscape
from infra.ledger import LedgerStack
from infra.line import LineStack
from infra.observe import ObserveDoor
from infra.outputs import Told, tell
from infra.python_function import Bundler, FunctionParts
from infra.receive import Door, Receive
from infra.relay import Relay
from infra.renew import Renew, subscribed_connections
from infra.stage import Stage
from tieout.landscape import Connection, Landscape

if TYPE_CHECKING:
    from constructs import Construct


class DoorStack(Stack):
    """Where source systems post. It is deployed last and removed first: nothing is accepted that has nowhere to go."""

    def __init__(  # noqa: PLR0913 keyword-only parts of one stack
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        landscape: Landscape,
        ledger: LedgerStack,
        line: LineStack,
        bundler: Bundler,
        public_base_url: str = "",
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"Tieout {stage.name}: webhooks in, notices out.",
            synthesizer=stage.synthesizer(),
        )
        self.landscape = landscape
        self.ledger = ledger
        alarms = Alarms(line.alarms.topic)
        parts = FunctionParts(self, "DoorParts", stage=stage, bundler=bundler, alarms=alarms)
        self.door = Door(self, "Door", stage=stage, public_base_url=public_base_url)
        self.receives = self._receives(line, parts)
        self.relays = self._relays(line, parts)
        self.renew = self._renew(parts)
        self.door.watch(alarms)
        self.door.watch_connections(alarms)
        observe = ObserveDoor(
            self,
            "Observe",
            door=self.door,
            receives=list(self.receives.values()),
            relays=list(self.relays.values()),
            renew=self.renew,
            alarms=alarms,
        )
        plain = {
            "ApiUrl": self.door.api.api_endpoint,
            "ApiId": self.door.api.api_id,
            "DoorDashboardName": observe.dashboard.dashboard_name,
        }
        tell(self, {**plain, **self._connections_told(), **self._relays_told(), **self._renew_told()})

    def _receives(self, line: LineStack, parts: FunctionParts) -> dict[str, Receive]:
        return {
            connection.name: Receive(
                self,
                f"{pascal(connection.name)}Receive",
                connection=connection,
                landscape=self.landscape,
                door=self.door,
                bus=line.bus,
                ledger=self.ledger,
                parts=parts,
            )
            for connection in self.landscape.connections
            if "webhook" in connection.arrivals
        }

    def _relays(self, line: LineStack, parts: FunctionParts) -> dict[str, Relay]:
        return {
            connection.name: Relay(
                self,
                f"{pascal(connection.name)}Relay",
                connection=connection,
                landscape=self.landscape,
                bus=line.bus,
                ledger=self.ledger,
                parts=parts,
            )
            for connection in self.landscape.connections
            if "bus" in connection.arrivals
        }

    def _renew(self, parts: FunctionParts) -> Renew | None:
        """The renewal of subscriptions, where a source wants any; here, since it gives their sources the URLs of the door."""
        connections = subscribed_connections(self.landscape)
        if not connections:
            return None
        return Renew(
            self,
            "KeepSubscribed",
            connections=connections,
            door=self.door,
            ledger=self.ledger,
            landscape=compile_landscape(self.landscape),
            parts=parts,
        )

    def _connections_told(self) -> Told:
        """One output per connection, because a single one would outgrow what CloudFormation carries."""
        return {f"Connection{pascal(each.name)}": self._connection_told(each) for each in self.landscape.connections}

    def _connection_told(self, connection: Connection) -> dict[str, object]:
        told: dict[str, object] = {
            "name": connection.name,
            "system": connection.system,
            "arrivals": list(connection.arrivals),
            "completion": connection.completion,
            "legal_entity": connection.legal_entity,
            "flows": self.landscape.flows_by_entity(),
            "options": dict(door_options(connection)),
        }
        if connection.name in self.receives:  # others are told over their bus alone
            receive = self.receives[connection.name]
            told |= {
                "url": receive.settings.public_url,
                "function_name": receive.function.function.function_name,
            }
        for source in sources_of(self.landscape):
            if source.connection is connection:
                told |= {
                    "listed": list(source.entities),
                    "pages_per_minute": connection.census.pages_per_minute,
                    "pages_per_day": connection.census.pages_per_day,
                }
        webhook_secret_arn = self.ledger.webhook_secrets.get(connection.name)  # a token of an issuer's takes none
        told |= {"webhook_secret_arn": webhook_secret_arn} if webhook_secret_arn else {}
        api_secret_arn = self.ledger.api_secrets.get(connection.name)  # what its payloads complete is not read
        return told | ({"api_secret_arn": api_secret_arn} if api_secret_arn else {})

    def _relays_told(self) -> Told:
        return {
            f"Relay{pascal(name)}": {
                "name": name,
                "queue_url": relay.work.queue.queue_url,
                "dead_letter_queue_url": relay.work.dead_letters.queue_url,
                "function_name": relay.function.function.function_name,
            }
            for name, relay in self.relays.items()
        }

    def _renew_told(self) -> Told:
        if self.renew is None:
            return {}
        return {
            "Renewal": {
                "function_name": self.renew.function.function.function_name,
                "undelivered_queue_url": self.renew.schedule.undelivered.queue_url,
            }
        }
