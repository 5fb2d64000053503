"""Beside the line: the sweeper, run every minute, and the alarms for what it finds or for its silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.sweep.settings import SweepSettings
from infra.alarms import FIVE_MINUTES, Alarms, Runbook
from infra.grants import change_items, find_cells, list_items, use_ledger_key
from infra.ids import pascal
from infra.ledger import LedgerStack
from infra.python_function import FunctionParts, PythonFunction, Shape
from infra.receive import publish_as
from infra.schedule import Schedule
from infra.work_queue import send_to
from tieout.arriving.envelope import SOURCE_PREFIX
from tieout.landscape import Landscape

SHAPE = Shape(memory_mb=256, timeout=Duration.seconds(50))
DIRTY_METRIC = "OldestDirtySeconds"
UNPUBLISHABLE_METRIC = "Unpublishable"
_LATE_SECONDS = 30 * 60


class Sweep(Construct):
    """Puts back on the line what was left lying: spooled deliveries, dirty cells, receipts that were never closed."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bus: events.IEventBus,
        ledger: LedgerStack,
        flush_queues: Mapping[str, sqs.IQueue],
        landscape: Landscape,
        parts: FunctionParts,
    ) -> None:
        super().__init__(scope, construct_id)
        self._namespace = parts.stage.metric_namespace
        self.settings = SweepSettings(
            ledger_table=ledger.table.table_name,
            archive_bucket=ledger.archive.bucket_name,
            bus_name=bus.event_bus_name,
            flush_queue_urls={target: queue.queue_url for target, queue in flush_queues.items()},
            maintenance={each.name: asdict(each.maintenance) for each in landscape.targets if each.maintenance},
            coalescing_seconds=parts.stage.coalescing_seconds,
            receipt_days=landscape.retention.receipts,
        )
        self.function = self._function(bus, ledger, flush_queues, parts)
        self.schedule = Schedule(
            self,
            "Schedule",
            function=self.function,
            every=Duration.minutes(1),
            what="The sweeper",
            silence="spooled deliveries and dirty cells stay where they are.",
            runbook=Runbook.SILENT_SWEEPER,
            key=ledger.key,
            alarms=parts.alarms,
        )
        self.oldest_dirty = {target: self._oldest_dirty(target) for target in flush_queues}
        self._watch(parts.alarms)

    def _function(
        self,
        bus: events.IEventBus,
        ledger: LedgerStack,
        flush_queues: Mapping[str, sqs.IQueue],
        parts: FunctionParts,
    ) -> PythonFunction:
        spool = ledger.archive_access(["s3:GetObject", "s3:DeleteObject"], ["spool/"])
        function = PythonFunction(
            self,
            "Sweep",
            parts=parts,
            step="sweep",
            shape=SHAPE,
            environment=self.settings.environment(),
            description="Puts back on the line what was left lying.",
            permissions=[
                spool.statement,
                iam.PolicyStatement(
                    actions=["s3:ListBucket"],
                    resources=[ledger.archive.bucket_arn],
                    conditions={"StringLike": {"s3:prefix": ["spool/*"]}},
                ),
                publish_as(bus, f"{SOURCE_PREFIX}*"),
                send_to(*flush_queues.values()),
                change_items(ledger.table),
                list_items(ledger.table),
                find_cells(ledger.table),
                use_ledger_key(ledger.key),
            ],
            no_dead_letters_because="Its event says nothing: the next minute's run does the same work.",
        )
        spool.acknowledge_for(function.role)
        return function

    def _oldest_dirty(self, target: str) -> cloudwatch.Metric:
        logs.MetricFilter(
            self,
            f"{pascal(target)}Dirty",
            log_group=self.function.log_group,
            filter_pattern=logs.FilterPattern.all(
                logs.FilterPattern.string_value("$.target", "=", target),
                logs.FilterPattern.number_value("$.oldest_dirty_seconds", ">=", 0),
            ),
            metric_namespace=self._namespace,
            metric_name=DIRTY_METRIC,
            metric_value="$.oldest_dirty_seconds",
            dimensions={"Target": "$.target"},
        )
        return cloudwatch.Metric(
            namespace=self._namespace,
            metric_name=DIRTY_METRIC,
            dimensions_map={"Target": target},
            period=Duration.minutes(1),
            statistic="Maximum",
        )

    def _unpublishable(self) -> cloudwatch.Metric:
        logs.MetricFilter(
            self,
            "Unpublished",
            log_group=self.function.log_group,
            filter_pattern=logs.FilterPattern.number_value("$.unpublishable", ">", 0),
            metric_namespace=self._namespace,
            metric_name=UNPUBLISHABLE_METRIC,
            metric_value="$.unpublishable",
        )
        return cloudwatch.Metric(
            namespace=self._namespace, metric_name=UNPUBLISHABLE_METRIC, period=FIVE_MINUTES, statistic="Maximum"
        )

    def _watch(self, alarms: Alarms) -> None:
        alarms.raise_when(
            self,
            "Unpublishable",
            metric=self._unpublishable(),
            above=0,
            meaning="Objects among the spooled deliveries cannot be published, now or later: they wait for a person.",
            runbook=Runbook.SPOOLED_DELIVERIES,
        )
        for target, metric in self.oldest_dirty.items():
            alarms.raise_when(
                self,
                f"{pascal(target)}Late",
                metric=metric,
                above=_LATE_SECONDS,
                periods=3,
                meaning=f"Target {target}: cells changed more than {_LATE_SECONDS // 60} minutes ago are not written.",
                runbook=Runbook.LATE_PLANNING,
            )
