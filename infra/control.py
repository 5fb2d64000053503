"""The stack of finance control: what compares the stages of a value. It reads the ledger and writes what does not tie out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from functions.reconcile.settings import EVERY_MINUTES, RUN_SECONDS, ReconcileSettings
from infra.alarms import Alarms, Runbook, counted_of_each
from infra.grants import change_items, go_through, list_items, use_ledger_key
from infra.ids import pascal
from infra.landscape import compile_landscape
from infra.observe import Board, graph
from infra.outputs import Told, tell
from infra.python_function import Bundler, FunctionParts, PythonFunction, Shape
from infra.schedule import Schedule

if TYPE_CHECKING:
    from constructs import Construct

    from infra.ledger import LedgerStack
    from infra.line import LineStack
    from infra.people import PeopleRoles
    from infra.stage import Stage
    from tieout.landscape import Landscape

SHAPE = Shape(
    memory_mb=1024, timeout=Duration.seconds(RUN_SECONDS)
)  # a hundred thousand records on either side: 300 MB


class ControlStack(Stack):
    """Beside the line, and in nobody's way: whatever fails here, planning goes on."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        landscape: Landscape,
        ledger: LedgerStack,
        line: LineStack,
        bundler: Bundler,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"Tieout {stage.name}: whether the stages of a value tie out.",
            synthesizer=stage.synthesizer(),
        )
        self._alarms = Alarms(line.alarms.topic)
        self._namespace = stage.metric_namespace
        self.settings = ReconcileSettings(ledger_table=ledger.table.table_name, metric_namespace=stage.metric_namespace)
        parts = FunctionParts(self, "ControlParts", stage=stage, bundler=bundler, alarms=self._alarms)
        self.function = self._function(ledger, parts, compile_landscape(landscape))
        self.schedule = self._schedule(ledger)
        self._watch()
        board = Board(self, "Control", alarms=self._alarms)
        counts = [counted_of_each(self._namespace, name, "reconciliation") for name in ("NewBreaks", "OpenBreaks")]
        board.row("Reconciliation", [graph("Breaks by reconciliation", counts)], [self.function])
        names = {
            "ControlDashboardName": board.dashboard.dashboard_name,
            "OperatorLogBucketName": ledger.operator_log.bucket_name,
            "CertificateKeyArn": _signing_key(self, stage, line.people).key_arn,
        }
        tell(self, {**names, **self._told(landscape)})

    def _function(self, ledger: LedgerStack, parts: FunctionParts, landscape: str) -> PythonFunction:
        return PythonFunction(
            self,
            "ReconcileFunction",
            parts=parts,
            step="reconcile",
            shape=SHAPE,
            environment=self.settings.environment(),
            description="Compares the stages of a value, and keeps what does not tie out.",
            permissions=[
                change_items(ledger.table),
                list_items(ledger.table),
                go_through(ledger.table),
                use_ledger_key(ledger.key),
            ],
            extra_files={self.settings.landscape_file: landscape},
            no_dead_letters_because="Its event says nothing: the next run does the same work.",
        )

    def _schedule(self, ledger: LedgerStack) -> Schedule:
        return Schedule(
            self,
            "ReconcileSchedule",
            function=self.function,
            every=Duration.minutes(EVERY_MINUTES),
            what="The reconciliation",
            silence="nobody finds out where stages of a value do not tie out.",
            runbook=Runbook.SILENT_RECONCILIATION,
            key=ledger.key,
            alarms=self._alarms,
        )

    def _watch(self) -> None:
        self._alarms.raise_when(
            self,
            "NewBreaks",
            metric=counted_of_each(self._namespace, "NewBreaks", "reconciliation"),
            above=0,
            meaning="A reconciliation, which the notification names: stages of a value do not tie out any more.",
            runbook=Runbook.NEW_BREAKS,
        )

    def _told(self, landscape: Landscape) -> Told:
        told: Told = {
            f"Reconciliation{pascal(each.name)}": {"name": each.name, "left": each.left.name, "right": each.right.name}
            for each in landscape.reconciliations
        }
        told["Reconcile"] = {
            "function_name": self.function.function.function_name,
            "reporting_currency": landscape.reporting_currency,
            "undelivered_queue_url": self.schedule.undelivered.queue_url,
        }
        return told


def _signing_key(scope: Construct, stage: Stage, people: PeopleRoles) -> kms.Key:
    """What controllers sign certificates with, and whoever else the account lets use it (`kms:Sign`): no function may."""
    key = kms.Key(
        scope,
        "CertificateKey",
        description=f"Tieout {stage.name}: signs certificates that a period ties out.",
        key_spec=kms.KeySpec.ECC_NIST_P256,
        key_usage=kms.KeyUsage.SIGN_VERIFY,
        pending_window=Duration.days(30 if stage.protected else 7),
        removal_policy=stage.removal_policy,
    )
    # The roles are made in a stack that this one follows: so the key names them, and not they the key.
    for roles, actions in (
        ([people.controller], ["kms:Sign"]),
        (people.all(), ["kms:DescribeKey", "kms:GetPublicKey"]),
    ):
        principals = [iam.ArnPrincipal(each.role_arn) for each in roles]
        key.add_to_resource_policy(iam.PolicyStatement(actions=actions, resources=["*"], principals=[*principals]))
    return key
