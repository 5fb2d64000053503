"""The stack of the door: the API, one receive function per connection, and who watches them. It holds no state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack

from infra.alarms import Alarms
from infra.ids import pascal
from infra.ledger import LedgerStack
from infra.line import LineStack
from infra.observe import ObserveDoor
from infra.outputs import Told, tell
from infra.python_function import Bundler, FunctionParts
from infra.receive import Door, Receive
from infra.stage import Stage
from tieout.landscape import Landscape

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
        self.receives = {
            connection.name: Receive(
                self,
                f"{pascal(connection.name)}Receive",
                connection=connection,
                landscape=landscape,
                door=self.door,
                bus=line.bus,
                ledger=ledger,
                parts=parts,
            )
            for connection in landscape.connections
        }
        self.door.watch(alarms)
        self.door.watch_connections(alarms)
        observe = ObserveDoor(self, "Observe", door=self.door, receives=list(self.receives.values()), alarms=alarms)
        plain = {
            "ApiUrl": self.door.api.api_endpoint,
            "ApiId": self.door.api.api_id,
            "DoorDashboardName": observe.dashboard.dashboard_name,
        }
        tell(self, {**plain, **self._connections_told()})

    def _connections_told(self) -> Told:
        """One output per connection, because a single one would outgrow what CloudFormation carries."""
        return {f"Connection{pascal(name)}": self._connection_told(receive) for name, receive in self.receives.items()}

    def _connection_told(self, receive: Receive) -> dict[str, object]:
        settings = receive.settings
        told: dict[str, object] = {
            "name": settings.connection,
            "system": settings.system,
            "arrival": self.landscape.connection(settings.connection).arrival,
            "completion": settings.completion,
            "url": settings.public_url,
            "flows": dict(settings.flows),
            "options": dict(settings.options),
            "webhook_secret_arn": self.ledger.webhook_secrets[settings.connection],
            "function_name": receive.function.function.function_name,
        }
        api_secret_arn = self.ledger.api_secrets.get(settings.connection)  # what its payloads complete is not read
        return told | ({"api_secret_arn": api_secret_arn} if api_secret_arn else {})
