"""Beside the line: the ledger's stream goes to the function that keeps every change in the archive."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.journal.settings import JournalSettings
from infra.alarms import FIVE_MINUTES, Alarms, Runbook
from infra.grants import use_key
from infra.ledger import LedgerStack
from infra.python_function import FunctionParts, PythonFunction, Shape
from infra.work_queue import DeadLetterQueue, Parking, send_to
from tieout.ledger.journal import PREFIX, SETTLED_SECONDS

# Nobody waits for the journal, and a minute's changes in one call cost a minute's changes divided by calls.
WAIT_SECONDS = SETTLED_SECONDS // 2
SHAPE = Shape(memory_mb=512, timeout=Duration.seconds(SETTLED_SECONDS - WAIT_SECONDS))
MOST_CHANGES = 10_000  # what Lambda takes; a batch ends at 6 MB before that
RETRY_SECONDS = 6 * 3600  # the stream remembers for 24 hours: what is given up after 6 can be read again for 18
_HALF_AN_HOUR = Duration.minutes(30)


class Journal(Construct):
    """Keeps all changes of the ledger; a part of the stream it cannot keep is named in a queue of its own."""

    def __init__(self, scope: Construct, construct_id: str, *, ledger: LedgerStack, parts: FunctionParts) -> None:
        super().__init__(scope, construct_id)
        archive = ledger.archive_access(["s3:GetObject", "s3:PutObject"], [PREFIX])
        self.unkept = self._unkept(ledger, parts.alarms)
        self.function = PythonFunction(
            self,
            "Journal",
            parts=parts,
            step="journal",
            shape=SHAPE,
            environment=JournalSettings(archive_bucket=ledger.archive.bucket_name).environment(),
            description="Keeps every change of the ledger in the archive.",
            permissions=[
                archive.statement,
                *_read_stream(ledger.stream_arn),
                send_to(self.unkept),
                use_key(ledger.key),
            ],
            needs_dependencies=False,
            no_dead_letters_because="Its stream invokes it: what it cannot keep is named in the trigger's own queue.",
        )
        archive.acknowledge_for(self.function.role)
        self.trigger = self._trigger(ledger.stream_arn)
        self._watch(parts.alarms, ledger)

    def _unkept(self, ledger: LedgerStack, alarms: Alarms) -> sqs.Queue:
        return DeadLetterQueue(
            self,
            "Unkept",
            key=ledger.key,
            alarms=alarms,
            parking=Parking(
                meaning="Changes of the ledger could not be kept in the journal for six hours; the stream forgets them after 24.",
                runbook=Runbook.UNKEPT_CHANGES,
            ),
        ).queue

    def _trigger(self, stream_arn: str) -> lambda_.CfnEventSourceMapping:
        trigger = lambda_.CfnEventSourceMapping(
            self,
            "Trigger",
            function_name=self.function.live.function_arn,
            event_source_arn=stream_arn,
            starting_position="TRIM_HORIZON",
            batch_size=MOST_CHANGES,
            maximum_batching_window_in_seconds=WAIT_SECONDS,
            parallelization_factor=1,
            bisect_batch_on_function_error=True,
            maximum_record_age_in_seconds=RETRY_SECONDS,
            maximum_retry_attempts=10_000,  # what Lambda takes; the age ends it before that
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(
                on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(destination=self.unkept.queue_arn)
            ),
        )
        trigger.node.add_dependency(self.function.role)  # Lambda looks whether the role may read the stream
        return trigger

    def _watch(self, alarms: Alarms, ledger: LedgerStack) -> None:
        alarms.raise_when(
            self,
            "Late",
            metric=self.function.function.metric("IteratorAge", period=FIVE_MINUTES, statistic="Maximum"),
            above=_HALF_AN_HOUR.to_milliseconds(),
            periods=2,
            meaning="The journal is more than 30 minutes behind the ledger; the stream forgets changes after 24 hours.",
            runbook=Runbook.LATE_JOURNAL,
        )
        # A trigger that is off runs nothing, and what does not run has no age.
        runs = self.function.function.metric_invocations(period=_HALF_AN_HOUR, statistic="Sum")
        writes = ledger.table.metric_consumed_write_capacity_units(period=_HALF_AN_HOUR, statistic="Sum")
        alarms.raise_when(
            self,
            "Silent",
            metric=cloudwatch.MathExpression(
                expression="IF(FILL(writes, 0) > 0 AND FILL(runs, 0) == 0, 1, 0)",
                using_metrics={"writes": writes, "runs": runs},
                period=_HALF_AN_HOUR,
                label="Written and not kept",
            ),
            above=0,
            periods=2,
            meaning="For an hour the ledger was written and its journal was not; the stream forgets changes after 24 hours.",
            runbook=Runbook.LATE_JOURNAL,
        )


def _read_stream(stream_arn: str) -> list[iam.PolicyStatement]:
    """What Lambda does with the stream in the name of the function; only listing the streams has no resource to name."""
    actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    return [
        iam.PolicyStatement(actions=actions, resources=[stream_arn]),
        iam.PolicyStatement(actions=["dynamodb:ListStreams"], resources=["*"]),
    ]
