"""Step 1 for files: a rule on the bucket they are dropped into, a state machine for each file, and what does its tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Aws, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.intake.settings import IntakeSettings
from infra.alarms import Alarms, Runbook, counted_of_each
from infra.buckets import BucketAccess
from infra.file_machine import FileMachine
from infra.grants import change_items, check_items, list_items, use_ledger_key
from infra.ids import pascal
from infra.ledger import LedgerStack
from infra.python_function import Failing, FunctionParts, PythonFunction, Shape
from infra.receive import publish_as
from infra.route import admit, target_of_rule
from infra.work_queue import DeadLetterQueue, Parking
from tieout.arriving.envelope import SOURCE_PREFIX
from tieout.file_runs import FILES_PREFIX, INCOMING_PREFIX
from tieout.landscape import Connection

# A processor of its own, since it reads every byte of a file; time and disk are the most that Lambda gives: what is kept of the
# rows of the largest file that may be declared (4 GB) takes twice its size.
CHECK = Shape(memory_mb=1769, timeout=Duration.minutes(15), disk_mb=10_240)
OTHERS = Shape(memory_mb=256, timeout=Duration.minutes(2))
_LOST_SECONDS = 60  # after which Lambda has answered, were it only that the time was up
_OF_THE_EVENT = {
    "bucket": "$.detail.bucket.name",
    "key": "$.detail.object.key",
    "etag": "$.detail.object.etag",
    "size": "$.detail.object.size",
}
# What is counted by connection, and somebody's business as soon as there is any.
_COUNTS_THAT_ALARM = (
    ("FileRefused", Runbook.REFUSED_FILES, "a file it dropped is refused, and nothing of it counts."),
    (
        "FileUnknown",
        Runbook.REFUSED_FILES,
        "something was dropped for it whose name is of none of its feeds, or of no connection.",
    ),
    (
        "FileWaiting",
        Runbook.WAITING_FILES,
        "a file has waited for a day for its marker or the balances before it, or a marker for its file.",
    ),
)
# The machine tries again what ended in an error, and tells of what failed for good: an error alone is nobody's business.
_RETRIED = Failing(
    meaning="for a quarter of an hour tasks of files have ended in errors, whatever file they were of.",
    runbook=Runbook.STOPPED_FILES,
    periods=3,
)
_BUSY = Failing(
    meaning="for an hour chunks of files have not come onto the line: their flow is busy, or they cannot be sent.",
    runbook=Runbook.LATE_FILES,
    periods=12,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing the state machine has done by a function.

    Attributes:
        shape: how much it may take.
        permissions: what it needs beside the ledger.
        objects: what it may do with objects.
        failing: when its errors are somebody's business, before the machine gives up.
    """

    shape: Shape
    permissions: Sequence[iam.PolicyStatement]
    objects: Sequence[BucketAccess]
    failing: Failing = _RETRIED


class Intake(Construct):
    """Takes files that are dropped through the line: one state machine for all connections that drop any."""

    def __init__(  # noqa: PLR0913 keyword-only parts of one construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        connections: Sequence[Connection],
        bus: events.IEventBus,
        ledger: LedgerStack,
        flow_queues: Mapping[str, sqs.IQueue],
        landscape: str,
        parts: FunctionParts,
    ) -> None:
        super().__init__(scope, construct_id)
        self._names = [each.name for each in connections]
        self.settings = IntakeSettings(
            ledger_table=ledger.table.table_name,
            archive_bucket=ledger.archive.bucket_name,
            bus_name=bus.event_bus_name,
            flow_queue_urls={flow: queue.queue_url for flow, queue in flow_queues.items()},
            metric_namespace=parts.stage.metric_namespace,
        )
        tasks = self._tasks(bus, ledger, flow_queues)
        self.functions = {name: self._function(name, task, ledger, landscape, parts) for name, task in tasks.items()}
        self.machine = FileMachine(
            self,
            "Machine",
            functions=self.functions,
            task_seconds=int(CHECK.timeout.to_seconds()) + _LOST_SECONDS,
            lists=FILES_PREFIX,
            ledger=ledger,
            stage=parts.stage,
            alarms=parts.alarms,
        )
        self.undelivered = self._undelivered(ledger, parts.alarms)
        self.rule = self._rule(ledger)
        self.drops = {name: self._drop(name, ledger) for name in self._names}
        self._watch(parts.alarms, parts.stage.metric_namespace)

    def _tasks(
        self, bus: events.IEventBus, ledger: LedgerStack, flow_queues: Mapping[str, sqs.IQueue]
    ) -> dict[str, Task]:
        files, overflow = ([f"{prefix}{name}/" for name in self._names] for prefix in (FILES_PREFIX, "overflow/"))
        queues = [queue.queue_arn for queue in flow_queues.values()]
        return {
            "check": Task(
                shape=CHECK,
                permissions=[ledger.list_incoming(), check_items(ledger.table)],
                objects=[
                    ledger.incoming_access(["s3:GetObject"], [INCOMING_PREFIX]),
                    ledger.archive_access(["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], files),
                ],
            ),
            "send": Task(
                shape=OTHERS,
                permissions=[
                    iam.PolicyStatement(actions=["sqs:GetQueueAttributes"], resources=queues),
                    publish_as(bus, *(f"{SOURCE_PREFIX}{name}" for name in self._names)),
                ],
                objects=[
                    ledger.archive_access(["s3:GetObject"], files),
                    ledger.archive_access(["s3:PutObject"], overflow),
                ],
                failing=_BUSY,
            ),
            "finish": Task(shape=OTHERS, permissions=[], objects=[]),
            "fail": Task(shape=OTHERS, permissions=[], objects=[]),
        }

    def _function(
        self, name: str, task: Task, ledger: LedgerStack, landscape: str, parts: FunctionParts
    ) -> PythonFunction:
        function = PythonFunction(
            self,
            pascal(name),
            parts=parts,
            step="intake",
            entry=name,
            shape=task.shape,
            environment=self.settings.environment(),
            description=f"Of files that are dropped: {name}.",
            permissions=[
                *task.permissions,
                *(each.statement for each in task.objects),
                change_items(ledger.table),
                list_items(ledger.table),
                use_ledger_key(ledger.key),
            ],
            extra_files={self.settings.landscape_file: landscape},
            no_dead_letters_because="A state machine invokes it and waits: what fails is retried there, and told.",
            failing=task.failing,
        )
        for each in task.objects:
            each.acknowledge_for(function.role)
        return function

    def _undelivered(self, ledger: LedgerStack, alarms: Alarms) -> sqs.Queue:
        meaning = "Nobody could be told of a file that was dropped: it lies there, and is not read."
        parking = Parking(meaning=meaning, runbook=Runbook.UNDELIVERED_EVENTS)
        return DeadLetterQueue(self, "Undelivered", key=ledger.key, alarms=alarms, parking=parking).queue

    def _rule(self, ledger: LedgerStack) -> events.CfnRule:
        """What S3 tells of its bucket, also of what is dropped where no connection is: somebody has mistyped a name."""
        role = iam.Role(
            self,
            "Rule",
            assumed_by=iam.ServicePrincipal("events.amazonaws.com"),
            inline_policies={
                "Start": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.machine.arn]),
                    ]
                )
            },
        )
        told = ",".join(f'"{name}":<{name}>' for name in _OF_THE_EVENT)
        rule = events.CfnRule(
            self,
            "Dropped",
            description="Files that sources drop.",
            event_pattern={
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": [ledger.incoming_bucket]},
                    "object": {"key": [{"prefix": INCOMING_PREFIX}]},
                },
            },
            state="ENABLED",
            targets=[
                target_of_rule(
                    "Machine",
                    self.machine.arn,
                    undelivered=self.undelivered,
                    role_arn=role.role_arn,
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map=_OF_THE_EVENT, input_template=f"{{{told}}}"
                    ),
                )
            ],
        )
        admit(self.undelivered, rule)
        return rule

    def _drop(self, name: str, ledger: LedgerStack) -> iam.ManagedPolicy:
        """Leave to drop files of one connection: whoever moves its files is given this policy and no other."""
        access = ledger.incoming_access(["s3:AbortMultipartUpload", "s3:PutObject"], [f"{INCOMING_PREFIX}{name}/"])
        encrypt = iam.PolicyStatement(
            actions=["kms:Decrypt", "kms:GenerateDataKey"],  # S3 decrypts the parts of what is uploaded in several
            resources=[ledger.key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": f"s3.{Aws.REGION}.amazonaws.com"}},
        )
        policy = iam.ManagedPolicy(
            self,
            f"{pascal(name)}Drop",
            description=f"Drops files of connection {name}.",
            statements=[access.statement, encrypt],
        )
        access.acknowledge_for(policy)
        return policy

    def _watch(self, alarms: Alarms, namespace: str) -> None:
        for counted_as, runbook, meaning in _COUNTS_THAT_ALARM:
            alarms.raise_when(
                self,
                counted_as,
                metric=counted_of_each(namespace, counted_as, "connection"),
                above=0,
                meaning=f"A connection, which the notification names: {meaning}",
                runbook=runbook,
            )
