"""Step 1 for events of another bus: a rule on it, a queue, and the function that relays them onto ours, per connection."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from constructs import Construct

from functions.relay.settings import RelaySettings
from infra.alarms import Alarms, Runbook
from infra.door_options import door_options
from infra.grants import use_key
from infra.ledger import LedgerStack
from infra.python_function import FunctionParts, PythonFunction, Shape
from infra.receive import archive_prefixes, publish_as
from infra.route import rule_onto
from infra.work_queue import Parking, WorkQueue
from tieout.arriving.envelope import SOURCE_PREFIX
from tieout.landscape import Connection, Landscape

SHAPE = Shape(memory_mb=256, timeout=Duration.seconds(60))
VISIBILITY_TIMEOUT = Duration.seconds(6 * 60)  # six times the function's, as AWS advises
MAX_CONCURRENCY = 5  # ten events each: more than a partner relays in a second, and few enough for the bus behind it
_LATE_MINUTES = 15


class Relay(Construct):
    """The way of one connection's events from the other bus onto ours; what does not get there waits in the queue."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        connection: Connection,
        landscape: Landscape,
        bus: events.IEventBus,
        ledger: LedgerStack,
        parts: FunctionParts,
    ) -> None:
        super().__init__(scope, construct_id)
        self._connection = connection
        self.work = self._queue(ledger, parts.alarms)
        self.rule = self._rule()
        self.settings = RelaySettings(
            connection=connection.name,
            system=connection.system,
            bus_name=bus.event_bus_name,
            archive_bucket=ledger.archive.bucket_name,
            flows=landscape.flows_by_entity(),
            options=door_options(connection),
            completion=connection.completion,
            metric_namespace=parts.stage.metric_namespace,
        )
        self.function = self._function(bus, ledger, parts)
        self.trigger = self.work.trigger(self, self.function.live, max_concurrency=MAX_CONCURRENCY)
        self.work.raise_when_late(
            self,
            parts.alarms,
            minutes=_LATE_MINUTES,
            waiting=f"Connection {connection.name}: the oldest event of its bus",
            runbook=Runbook.UNRELAYED_EVENTS,
        )

    def _queue(self, ledger: LedgerStack, alarms: Alarms) -> WorkQueue:
        meaning = f"Connection {self._connection.name}: events of its bus are parked because nobody could relay them."
        return WorkQueue(
            self,
            "Work",
            key=ledger.key,
            alarms=alarms,
            parking=Parking(meaning=meaning, runbook=Runbook.UNRELAYED_EVENTS),
            visibility_timeout=VISIBILITY_TIMEOUT,
        )

    def _function(self, bus: events.IEventBus, ledger: LedgerStack, parts: FunctionParts) -> PythonFunction:
        connection = self._connection
        archive = ledger.archive_access(["s3:PutObject"], archive_prefixes(connection))
        function = PythonFunction(
            self,
            "Relay",
            parts=parts,
            step="relay",
            shape=SHAPE,
            environment=self.settings.environment(),
            description=f"Relays what {connection.system} connection {connection.name} puts on its bus.",
            permissions=[
                self.work.consume(),
                publish_as(bus, f"{SOURCE_PREFIX}{connection.name}"),
                archive.statement,
                use_key(ledger.key),
            ],
            needs_dependencies=False,  # only proofs and SOAP need a library, and events of a bus have neither
            no_dead_letters_because="Its queue invokes it: what it cannot relay goes to that queue's dead-letter queue.",
        )
        archive.acknowledge_for(function.role)
        return function

    def _rule(self) -> events.CfnRule:
        """What the bus delivers of ours; what it cannot put on the queue goes to its dead letters, from where it goes back."""
        bus = self._connection.bus
        assert bus is not None
        return rule_onto(
            self,
            self.work.queue,
            undelivered=self.work.dead_letters,
            bus_name=bus.name,
            pattern={"source": [{"prefix": each} for each in bus.sources or ("",)]},
            description=f"Events of connection {self._connection.name}.",
        )
