"""Beside the line: what planning holds, read back every five minutes, and the alarms for what differs from the ledger."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from functions.readback.settings import EVERY_MINUTES, RUN_SECONDS, ReadbackSettings
from infra.alarms import Alarms, Runbook, counted_of_each
from infra.grants import change_items, go_through, list_items, read_secrets, use_ledger_key
from infra.ledger import LedgerStack
from infra.python_function import FunctionParts, PythonFunction, Shape
from infra.schedule import Schedule

SHAPE = Shape(memory_mb=256, timeout=Duration.seconds(RUN_SECONDS))


class ReadPlanningBack(Construct):
    """Compares what planning holds with the ledger; it reads the targets' secrets and writes no planning system."""

    def __init__(
        self, scope: Construct, construct_id: str, *, ledger: LedgerStack, landscape: str, parts: FunctionParts
    ) -> None:
        super().__init__(scope, construct_id)
        self.settings = ReadbackSettings(
            ledger_table=ledger.table.table_name,
            secret_arns=ledger.target_secrets,
            metric_namespace=parts.stage.metric_namespace,
        )
        self.function = PythonFunction(
            self,
            "Function",
            parts=parts,
            step="readback",
            shape=SHAPE,
            environment=self.settings.environment(),
            description="Reads back what planning holds, and compares it with the ledger.",
            permissions=[
                change_items(ledger.table),
                list_items(ledger.table),
                go_through(ledger.table),
                *read_secrets(list(ledger.target_secrets.values())),
                use_ledger_key(ledger.key),
            ],
            extra_files={self.settings.landscape_file: landscape},
            no_dead_letters_because="Its event says nothing: the next run does the same work.",
        )
        self.schedule = Schedule(
            self,
            "Schedule",
            function=self.function,
            every=Duration.minutes(EVERY_MINUTES),
            what="The read-back",
            silence="nobody finds out where planning holds something else than it was given.",
            runbook=Runbook.SILENT_READBACK,
            key=ledger.key,
            alarms=parts.alarms,
        )
        namespace = parts.stage.metric_namespace
        self.different, self.off, self._late = (
            counted_of_each(namespace, name, "target") for name in ("Different", "DifferentMinorUnits", "ReadbackLate")
        )
        self._watch(parts.alarms)

    def _watch(self, alarms: Alarms) -> None:
        self._raise(
            alarms, "Different", self.different, Runbook.DIFFERENT_CELLS, "cells hold something else than given."
        )
        self._raise(
            alarms, "Late", self._late, Runbook.LATE_READBACK, "reading it back takes longer than the landscape allows."
        )

    def _raise(
        self, alarms: Alarms, construct_id: str, metric: cloudwatch.IMetric, runbook: Runbook, meaning: str
    ) -> None:
        alarms.raise_when(
            self,
            construct_id,
            metric=metric,
            above=0,
            meaning=f"A target, which the notification names: {meaning}",
            runbook=runbook,
        )
