"""Lambda entry point of the sweep: wires the minute's schedule to the archive, the bus, the ledger and the flush queues."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger

from functions.sweep.pipeline import SweepReport, SweepStep, publish_spooled, sweep
from functions.sweep.settings import SweepSettings
from tieout.aws.clients import open_client
from tieout.aws.dynamo import DynamoTable
from tieout.aws.queues import FifoFlushQueue
from tieout.aws.store import S3ObjectStore
from tieout.aws.without_sdk import EventBus
from tieout.ledger.cells import CellLedger
from tieout.maintenance import Maintenance
from tieout.system_clock import SystemClock, SystemEntropy


class SweepFunction:
    """What one warm function keeps between sweeps."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        settings = SweepSettings.of_environment(environ)
        clock, entropy = SystemClock(), SystemEntropy()
        self._logger = Logger(service="sweep")
        bus = EventBus(settings.bus_name, environ, clock, entropy)
        self._step = SweepStep(
            targets=sorted(settings.flush_queue_urls),
            cells=CellLedger(
                DynamoTable(open_client("dynamodb"), settings.ledger_table, clock, entropy), settings.receipt_days
            ),
            flush_queue=FifoFlushQueue(
                open_client("sqs"), settings.flush_queue_urls, clock, settings.coalescing_seconds
            ),
            store=S3ObjectStore(open_client("s3"), settings.archive_bucket),
            publish=functools.partial(publish_spooled, bus),
            clock=clock,
            stale_after=timedelta(minutes=settings.stale_receipt_minutes),
            maintenance={
                target: Maintenance(**plain)
                for target, plain in settings.maintenance.items()
                if isinstance(plain, dict)
            },
        )

    def handle(self) -> None:
        """Sweep once, and say what was found: a line for the sweep, and one per target for the alarm on its lag."""
        report = sweep(self._step)
        self._logger.info("swept", extra=_counts(report))
        for target, seconds in report.oldest_dirty_seconds.items():
            self._logger.info("planning lags", extra={"target": target, "oldest_dirty_seconds": seconds})


def lambda_handler(_event: dict[str, Any], _context: object) -> None:
    """Sweep: see `SweepFunction.handle`."""
    _function().handle()


def _counts(report: SweepReport) -> dict[str, Any]:
    return {name: value for name, value in asdict(report).items() if isinstance(value, int)}


@functools.cache
def _function() -> SweepFunction:
    return SweepFunction(os.environ)
