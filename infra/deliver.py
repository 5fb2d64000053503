"""Step 4: the flush queue and the one writer of a target."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from functions.deliver.settings import RUN_SECONDS, UNSEEN_SECONDS, DeliverSettings
from infra.alarms import Alarms, Runbook, counted, counted_of_each
from infra.grants import change_items, find_cells, go_through, list_items, read_secrets, use_ledger_key
from infra.ledger import LedgerStack
from infra.python_function import FunctionParts, PythonFunction, Shape
from infra.stage import Stage
from infra.work_queue import Parking, WorkQueue
from tieout.landscape import Target

SHAPE = Shape(memory_mb=256, timeout=Duration.seconds(RUN_SECONDS))


class FlushQueue(Construct):
    """Requests to flush one target: first in, first out, so there is one writer; delayed, so that requests join."""

    def __init__(
        self, scope: Construct, construct_id: str, *, target: Target, stage: Stage, ledger: LedgerStack, alarms: Alarms
    ) -> None:
        super().__init__(scope, construct_id)
        self.target = target
        self.work = WorkQueue(
            self,
            "Work",
            key=ledger.key,
            alarms=alarms,
            parking=Parking(
                meaning=f"Target {target.name}: requests to write changed cells failed until they were parked.",
                runbook=Runbook.PARKED_FLUSHES,
            ),
            visibility_timeout=Duration.seconds(UNSEEN_SECONDS),
            fifo=True,
            delivery_delay=Duration.seconds(stage.coalescing_seconds),
        )
        alarms.raise_when(
            self,
            "Late",
            metric=self.work.queue.metric_approximate_age_of_oldest_message(
                period=Duration.minutes(1), statistic="Maximum"
            ),
            above=30 * 60,
            periods=3,
            meaning=f"Target {target.name}: a request to write changed cells waits longer than 30 minutes.",
            runbook=Runbook.LATE_PLANNING,
        )


class Deliver(Construct):
    """Writes the changed cells of one target; it reads one secret and writes the ledger.

    Where its members follow owners of master data, it goes through what all connections say of that.
    """

    def __init__(  # noqa: PLR0913 keyword-only parts of one construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        flushes: FlushQueue,
        ledger: LedgerStack,
        landscape: str,
        members: str,
        follows_owners: bool,
        parts: FunctionParts,
    ) -> None:
        super().__init__(scope, construct_id)
        target = flushes.target.name
        secret_arn = ledger.target_secrets[target]
        self.settings = DeliverSettings(
            target=target,
            ledger_table=ledger.table.table_name,
            secret_arn=secret_arn,
            metric_namespace=parts.stage.metric_namespace,
        )
        self.function = PythonFunction(
            self,
            "Deliver",
            parts=parts,
            step="deliver",
            shape=SHAPE,
            environment=self.settings.environment(),
            description=f"Writes changed cells to target {target}.",
            permissions=[
                flushes.work.consume(),
                change_items(ledger.table),
                find_cells(ledger.table),
                list_items(ledger.table),
                *([go_through(ledger.table)] if follows_owners else []),
                *read_secrets([secret_arn]),
                use_ledger_key(ledger.key),
            ],
            extra_files={self.settings.landscape_file: landscape, self.settings.members_file: members},
            no_dead_letters_because="Its queue invokes it: what it cannot work off goes to that queue's dead-letter queue.",
        )
        self.trigger = flushes.work.trigger(self, self.function.live)
        self.written, self.refused = (self._metric(name) for name in ("Written", "Refused"))
        self.contradicted = counted_of_each(self.settings.metric_namespace, "Conflicts", "connection")
        self._watch(target, parts.alarms)

    def _watch(self, target: str, alarms: Alarms) -> None:
        alarms.raise_when(
            self,
            "Unfit",
            metric=self._metric("Unfit"),
            above=0,
            meaning=f"Target {target}: it lacks what the planning model writes to, so cells are refused: `tieout targets check`.",
            runbook=Runbook.UNFIT_TARGET,
        )
        alarms.raise_when(
            self,
            "Refused",
            metric=self.refused,
            above=0,
            meaning=f"Target {target}: it refuses cells, so planning lacks their values: a member is unknown or calculated.",
            runbook=Runbook.REFUSED_CELLS,
        )

    def _metric(self, name: str) -> cloudwatch.Metric:
        return counted(self.settings.metric_namespace, name, service=f"deliver/{self.settings.target}")
