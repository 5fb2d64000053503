"""Beside the line: the census, run every minute, which finds what never arrived; and the alarms for what it finds."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.census.settings import CensusSettings
from infra.alarms import Alarms, Runbook, counted_of_each
from infra.grants import change_items, go_through, list_items, read_secrets, use_ledger_key
from infra.ledger import LedgerStack
from infra.python_function import FunctionParts, PythonFunction, Shape
from infra.receive import publish_as
from infra.schedule import Schedule
from tieout.arriving.envelope import SOURCE_PREFIX
from tieout.arriving.payload import PAYLOADS_PREFIX

# It works for half a minute. A source that hangs keeps it longer, into the runs of the next minutes: the ledger lets one advance.
SHAPE = Shape(memory_mb=256, timeout=Duration.minutes(5))
# What it counts by connection: above how many, for how many times five minutes, it is somebody's business.
_COUNTS_THAT_ALARM = (
    (
        "Missed",
        0,
        Runbook.MISSED_CHANGES,
        "the census found records that changed without our being told; they are being read.",
    ),
    (
        "ListingStuck",
        0,
        Runbook.STUCK_LISTINGS,
        "its source has refused for an hour to be listed: polls, backfills and censuses of it stand still.",
    ),
    (
        "Silent",
        0,
        Runbook.SILENT_CONNECTION,
        "it has delivered nothing for longer than its source is ever silent in its business hours.",
    ),
)


class Census(Construct):
    """Compares what the sources list with the ledger, and has the line read what differs."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bus: events.IEventBus,
        ledger: LedgerStack,
        flow_queues: Mapping[str, sqs.IQueue],
        landscape: str,
        parts: FunctionParts,
    ) -> None:
        super().__init__(scope, construct_id)
        self.settings = CensusSettings(
            ledger_table=ledger.table.table_name,
            bus_name=bus.event_bus_name,
            archive_bucket=ledger.archive.bucket_name,
            flow_queue_urls={flow: queue.queue_url for flow, queue in flow_queues.items()},
            directory_arn=ledger.directory_arn,
            metric_namespace=parts.stage.metric_namespace,
        )
        self.function = self._function(bus, ledger, flow_queues, landscape, parts)
        self.schedule = Schedule(
            self,
            "Schedule",
            function=self.function,
            every=Duration.minutes(1),
            what="The census",
            silence="nothing is polled, and what never arrived is not found.",
            runbook=Runbook.SILENT_CENSUS,
            key=ledger.key,
            alarms=parts.alarms,
        )
        self._watch(parts.alarms, parts.stage.metric_namespace)

    def _function(
        self,
        bus: events.IEventBus,
        ledger: LedgerStack,
        flow_queues: Mapping[str, sqs.IQueue],
        landscape: str,
        parts: FunctionParts,
    ) -> PythonFunction:
        archive = ledger.archive_access(["s3:PutObject"], ["overflow/", PAYLOADS_PREFIX])
        function = PythonFunction(
            self,
            "Census",
            parts=parts,
            step="census",
            shape=SHAPE,
            environment=self.settings.environment(),
            description="Compares what the sources list with the ledger.",
            permissions=[
                archive.statement,
                publish_as(bus, f"{SOURCE_PREFIX}*"),
                iam.PolicyStatement(
                    actions=["sqs:GetQueueAttributes"], resources=[queue.queue_arn for queue in flow_queues.values()]
                ),
                change_items(ledger.table),
                list_items(ledger.table),
                go_through(ledger.table),
                *read_secrets([ledger.directory_arn, *ledger.api_secrets.values()]),
                use_ledger_key(ledger.key),
            ],
            extra_files={self.settings.landscape_file: landscape},
            no_dead_letters_because="Its event says nothing: the next minute's run does the same work.",
        )
        archive.acknowledge_for(function.role)
        return function

    def _watch(self, alarms: Alarms, namespace: str) -> None:
        for counted_as, above, runbook, meaning in _COUNTS_THAT_ALARM:
            alarms.raise_when(
                self,
                counted_as,
                metric=counted_of_each(namespace, counted_as, "connection"),
                above=above,
                meaning=f"A connection, which the notification names: {meaning}",
                runbook=runbook,
            )
