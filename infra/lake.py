"""Beside the line: what S3 tells of the journal goes by a queue to the function that makes rows of it, and rows into tables."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.lake.settings import LakeSettings
from infra.alarms import Alarms, Runbook
from infra.grants import read_items, use_ledger_key
from infra.lake_machine import LakeMachine
from infra.ledger import LedgerStack
from infra.python_function import FunctionParts, PythonFunction, Shape
from infra.route import rule_onto
from infra.work_queue import DeadLetterQueue, Parking, WorkQueue
from tieout.lake.places import addressed_dimensions
from tieout.lake.tables import PREFIX
from tieout.landscape import Feed
from tieout.ledger.journal import PREFIX as JOURNAL_PREFIX

# Ten of the largest objects there can be, 10,000 changes each, and each derived twice.
SHAPE = Shape(memory_mb=1024, timeout=Duration.minutes(5))
VISIBILITY_TIMEOUT = Duration.minutes(30)  # six times the function's, as AWS advises
MAX_CONCURRENCY = 5  # nobody waits for the lake, and the journal's functions are fewer
_LATE_MINUTES = 60
_DEFAULT_BUS = "default"  # where S3 tells what happens


class Lake(Construct):
    """Keeps the ledger's history as tables that Athena reads, by rows that are derived and rows that are merged."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        feeds: Sequence[Feed],
        ledger: LedgerStack,
        parts: FunctionParts,
    ) -> None:
        super().__init__(scope, construct_id)
        self.work, self.undelivered = self._queues(ledger, parts.alarms)
        rule_onto(
            self,
            self.work.queue,
            undelivered=self.undelivered,
            bus_name=_DEFAULT_BUS,
            pattern=_journal_of(ledger),
            description="Objects of the journal, as they are written.",
        )
        self.settings = LakeSettings(
            archive_bucket=ledger.archive.bucket_name,
            lake_bucket=ledger.lake_bucket,
            ledger_table=ledger.table.table_name,
            dimensions=addressed_dimensions(feeds),
        )
        self.function = self._function(ledger, parts)
        self.trigger = self.work.trigger(self, self.function.live, max_concurrency=MAX_CONCURRENCY)
        self.work.raise_when_late(
            self,
            parts.alarms,
            minutes=_LATE_MINUTES,
            waiting="The lake: the oldest object of the journal",
            runbook=Runbook.UNDERIVED_ROWS,
        )
        self.machine = LakeMachine(self, "Merge", ledger=ledger, stage=parts.stage, alarms=parts.alarms)
        self.parked = (self.work.dead_letters, self.undelivered, self.machine.undelivered)

    def told(self, ledger: LedgerStack) -> dict[str, object]:
        """What the outputs tell of it."""
        return {
            "bucket_name": ledger.lake_bucket,
            "database": ledger.lake_catalogue,
            "workgroup": ledger.lake_catalogue,
            "function_name": self.function.function.function_name,
            "queue_url": self.work.queue.queue_url,
            "dead_letter_queue_url": self.work.dead_letters.queue_url,
            "undelivered_queue_url": self.undelivered.queue_url,
            "state_machine_arn": self.machine.arn,
            "unmerged_queue_url": self.machine.undelivered.queue_url,
        }

    def _queues(self, ledger: LedgerStack, alarms: Alarms) -> tuple[WorkQueue, sqs.Queue]:
        meaning = (
            "Objects of the journal could not be made rows of the lake: it lacks what they tell. Planning is right."
        )
        work = WorkQueue(
            self,
            "Work",
            key=ledger.key,
            alarms=alarms,
            parking=Parking(meaning=meaning, runbook=Runbook.UNDERIVED_ROWS),
            visibility_timeout=VISIBILITY_TIMEOUT,
        )
        meaning = "Nobody could be told of objects of the journal: the lake lacks what they tell. Planning is right."
        parking = Parking(meaning=meaning, runbook=Runbook.UNDELIVERED_EVENTS)
        return work, DeadLetterQueue(self, "Undelivered", key=ledger.key, alarms=alarms, parking=parking).queue

    def _function(self, ledger: LedgerStack, parts: FunctionParts) -> PythonFunction:
        journal = ledger.archive_access(["s3:GetObject"], [JOURNAL_PREFIX])
        rows = ledger.lake_access(["s3:GetObject", "s3:PutObject"], [PREFIX])
        function = PythonFunction(
            self,
            "Lake",
            parts=parts,
            step="lake",
            shape=SHAPE,
            environment=self.settings.environment(),
            description="Makes rows of the lake's tables of what the journal keeps.",
            permissions=[
                self.work.consume(),
                journal.statement,
                rows.statement,
                read_items(ledger.table),
                use_ledger_key(ledger.key),
            ],
            no_dead_letters_because="Its queue invokes it: what it cannot derive goes to that queue's dead-letter queue.",
        )
        journal.acknowledge_for(function.role)
        rows.acknowledge_for(function.role)
        return function


def _journal_of(ledger: LedgerStack) -> dict[str, object]:
    return {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [ledger.archive.bucket_name]},
            "object": {"key": [{"prefix": JOURNAL_PREFIX}]},
        },
    }
