"""Step 3: the record function of one flow, working off the flow's queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.record.settings import RUN_SECONDS, RecordSettings
from infra.alarms import counted
from infra.grants import change_items, check_items, list_items, read_secrets, use_ledger_key
from infra.ledger import LedgerStack
from infra.python_function import FunctionParts, PythonFunction, Shape
from infra.route import Route
from infra.work_queue import send_to
from tieout.arriving.payload import PAYLOADS_PREFIX
from tieout.file_runs import FILES_PREFIX
from tieout.landscape import Landscape

SHAPE = Shape(memory_mb=256, timeout=Duration.seconds(RUN_SECONDS))

# The words functions/record/handler.py counts by; one more tells how many notices came back to be tried again.
OUTCOMES = ("Applied", "Duplicate", "Superseded", "Ignored", "Held", "Parked", "Retried")


class Record(Construct):
    """Completes, maps and commits the notices of one flow; it reads the sources of the flow and writes the ledger."""

    def __init__(  # noqa: PLR0913 keyword-only parts of one construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        route: Route,
        ledger: LedgerStack,
        reads_sources: bool,
        flush_queues: Mapping[str, sqs.IQueue],
        payloads: Sequence[str],
        landscape: str,
        parts: FunctionParts,
    ) -> None:
        super().__init__(scope, construct_id)
        archive = ledger.archive_access(["s3:GetObject"], ["overflow/", *payloads])
        listed_to = [route.work.queue] if reads_sources else []
        self.settings = RecordSettings(
            flow=route.flow.name,
            ledger_table=ledger.table.table_name,
            queue_url=route.work.queue.queue_url,
            dead_letter_queue_url=route.work.dead_letters.queue_url,
            flush_queue_urls={target: queue.queue_url for target, queue in flush_queues.items()},
            archive_bucket=ledger.archive.bucket_name,
            directory_arn=ledger.directory_arn,
            coalescing_seconds=parts.stage.coalescing_seconds,
            metric_namespace=parts.stage.metric_namespace,
        )
        self.function = PythonFunction(
            self,
            "Record",
            parts=parts,
            step="record",
            shape=SHAPE,
            environment=self.settings.environment(),
            description=f"Records the notices of flow {route.flow.name}.",
            permissions=[
                route.work.consume(),
                route.work.put_off(),
                send_to(route.work.dead_letters, *listed_to, *flush_queues.values()),
                change_items(ledger.table),
                check_items(ledger.table),
                list_items(ledger.table),
                archive.statement,
                *(read_secrets([ledger.directory_arn, *ledger.api_secrets.values()]) if reads_sources else []),
                use_ledger_key(ledger.key),
            ],
            extra_files={self.settings.landscape_file: landscape},
            no_dead_letters_because="Its queue invokes it: what it cannot work off goes to that queue's dead-letter queue.",
        )
        archive.acknowledge_for(self.function.role)
        self.trigger = route.work.trigger(self, self.function.live, max_concurrency=route.flow.max_concurrency)

    def outcomes(self) -> list[cloudwatch.Metric]:
        """How many notices of the flow ended in each outcome."""
        service = f"record/{self.settings.flow}"
        return [counted(self.settings.metric_namespace, outcome, service=service) for outcome in OUTCOMES]


def payload_prefixes(landscape: Landscape) -> list[str]:
    """Where in the archive lies what connections are completed from: what was posted, and what was dropped in files."""
    completed = [each for each in landscape.connections if each.keeps_payloads]
    is_dropped = ["objects" in each.arrivals for each in completed]
    return [*([PAYLOADS_PREFIX] if not all(is_dropped) else []), *([FILES_PREFIX] if any(is_dropped) else [])]
