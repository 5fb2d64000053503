"""Lambda entry point of step 3: wires one flow's queue to the ledger, the sources and the flush queues."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.record.drifting import DeliveriesShown, Drifting
from functions.record.listing import Listings
from functions.record.payloads import KeptPayloads
from functions.record.pipeline import RecordStep, record
from functions.record.settings import RecordSettings
from functions.record.settle import Settling
from functions.record.work import Message, Report
from tieout import __version__
from tieout.arriving.log import DeliveryLog
from tieout.aws.clients import open_client
from tieout.aws.dynamo import DynamoTable
from tieout.aws.queues import FifoFlushQueue, SqsQueue
from tieout.aws.secrets import JsonSecrets
from tieout.aws.store import S3ObjectStore
from tieout.errors import TransientError
from tieout.facts.reading import SourceReader
from tieout.landscape import Landscape
from tieout.ledger.drifts import DriftLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.gate import Gate
from tieout.ledger.outcomes import OutcomeLedger
from tieout.planning.model import PlanningModel
from tieout.sources import Sources
from tieout.system_clock import SystemClock, SystemEntropy


class RecordFunction:
    """What one warm function keeps between batches."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._settings = RecordSettings.of_environment(environ)
        self._logger = Logger(service=f"record/{self._settings.flow}")
        self._metrics = Metrics(namespace=self._settings.metric_namespace, service=f"record/{self._settings.flow}")
        landscape = Landscape.of_json(Path(self._settings.landscape_file).read_bytes())
        self._queue = SqsQueue(open_client("sqs"), self._settings.queue_url)
        self.step = self._step(landscape)

    def handle(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Work a batch of queue messages; the answer names those to be delivered again."""
        messages = [_message(each) for each in event["Records"]]
        report = record(self.step, messages)
        self._say(len(messages), report)
        for message in messages:
            if message.message_id in report.retries:
                self._put_off(message, report.retries[message.message_id])
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in report.retries]}

    def _step(self, landscape: Landscape) -> RecordStep:
        settings, clock, entropy = self._settings, SystemClock(), SystemEntropy()
        table = DynamoTable(open_client("dynamodb"), settings.ledger_table, clock, entropy)
        secrets = JsonSecrets(open_client("secretsmanager"), clock)

        readers: Sources[SourceReader] = Sources("reader", landscape, settings.directory_arn, secrets, clock)

        def fetch(key: str) -> bytes:
            return S3ObjectStore(open_client("s3"), settings.archive_bucket).get(key)

        settling = Settling(
            ledger=FactLedger(table, Gate(table, int(entropy.token(), 16))),
            model=PlanningModel.of(landscape),
            reader_of=readers,
            clock=clock,
            entropy=entropy,
            code_version=__version__,
            closing=landscape.closing,
        )
        outcomes = OutcomeLedger(table, landscape.retention.outcomes)
        return RecordStep(
            entities=frozenset(
                each for flow in landscape.flows if flow.name == settings.flow for each in flow.entities
            ),
            settling=settling,
            payloads=KeptPayloads(landscape.connections, fetch),
            listings=Listings(settling.reader, self._queue, outcomes),
            outcomes=outcomes,
            drifting=Drifting(
                readers, DeliveriesShown(landscape.connections), DriftLedger(table), clock, entropy.token()
            ),
            dead_letters=SqsQueue(open_client("sqs"), settings.dead_letter_queue_url),
            flush_queue=FifoFlushQueue(
                open_client("sqs"), settings.flush_queue_urls, clock, settings.coalescing_seconds
            ),
            fetch=fetch,
            clock=clock,
            entropy=entropy,
            max_attempts=settings.max_attempts,
        )

    def _put_off(self, message: Message, seconds: int) -> None:
        try:
            self._queue.change_visibility(message.receipt_handle, seconds)
        except TransientError as error:  # it then comes back when the queue's own time-out ends
            self._logger.warning("not put off", extra={"error": type(error).__name__})

    def _say(self, received: int, report: Report) -> None:
        """One log line and one metric document per batch: counts, never contents."""
        outcomes = {str(outcome): count for outcome, count in report.outcomes.items()}
        errors = dict(report.errors)
        self._logger.info(
            "recorded",
            extra={
                "messages": received,
                "retried": len(report.retries),
                "parked_messages": report.parked_messages,
                "listed": report.listed,
                "outcomes": outcomes,
                "errors": errors,
            },
        )
        for outcome, count in outcomes.items():
            self._metrics.add_metric(name=outcome.capitalize(), unit=MetricUnit.Count, value=count)
        self._metrics.add_metric(name="Retried", unit=MetricUnit.Count, value=len(report.retries))
        self._metrics.flush_metrics()
        for connection, count in report.drifts.items():
            log = DeliveryLog("record", connection, namespace=self._settings.metric_namespace)
            log.note("drifted", self.step.clock.now(), {"Drifted": count}, {})


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Work a batch of queue messages: see `RecordFunction.handle`."""
    return _function().handle(event)


@functools.cache
def _function() -> RecordFunction:
    return RecordFunction(os.environ)


def _message(plain: Mapping[str, Any]) -> Message:
    return Message(
        message_id=plain["messageId"],
        receipt_handle=plain["receiptHandle"],
        body=plain["body"],
        attempt=int(plain["attributes"]["ApproximateReceiveCount"]),
    )
