"""Lambda entry point of reading planning back: wires the schedule to the ledger and the planning systems."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from aws_lambda_powertools import Logger

from functions.readback.hurry import Hurry
from functions.readback.pipeline import ReadbackReport, ReadbackStep, read_back
from functions.readback.settings import EVERY_MINUTES, ReadbackSettings
from tieout.arriving.log import DeliveryLog
from tieout.aws.clients import open_client
from tieout.aws.dynamo import DynamoTable
from tieout.aws.secrets import JsonSecrets
from tieout.delivering import CellReader
from tieout.landscape import Landscape, Target
from tieout.ledger.cells import CellLedger
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.receipts import ReceiptLedger
from tieout.system_clock import SystemClock, SystemEntropy
from tieout.systems import capability
from tieout.telling_differences import DifferenceLog

_KEPT_BACK_SECONDS = 15  # of a run: to keep what the last page found
_PAGES_SHARE = 0.6  # of a target's time: a page begun at its end has the rest


class ReadbackFunction:
    """What one warm function keeps between runs."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._settings = ReadbackSettings.of_environment(environ)
        landscape = Landscape.of_json(Path(self._settings.landscape_file).read_bytes())
        self._targets = [landscape.target(name) for name in sorted(self._settings.secret_arns)]
        self._clock = SystemClock()
        self._differences = DifferenceLog(landscape.reporting_measures(), self._clock, self._settings.metric_namespace)
        table = DynamoTable(open_client("dynamodb"), self._settings.ledger_table, self._clock, SystemEntropy())
        self._cells, self._receipts = CellLedger(table), ReceiptLedger(table)
        self._ledger = ReadbackLedger(table, landscape.retention.receipts)
        self._secrets = JsonSecrets(open_client("secretsmanager"), self._clock)
        self._hurry = Hurry(self._clock)
        self._http = httpx.Client(event_hooks={"request": [self._hurry]})
        self._logger = Logger(service="readback")
        self._opened: dict[str, tuple[Mapping[str, str], CellReader]] = {}

    def handle(self, remaining_milliseconds: Callable[[], int]) -> None:
        """Read every target back in turn, each in its share of the time, and say of each what came of it."""
        for number, target in enumerate(self._targets):
            seconds = (remaining_milliseconds() / 1000 - _KEPT_BACK_SECONDS) / (len(self._targets) - number)
            self._say(target.name, read_back(self._step(target, timedelta(seconds=seconds))))

    def _step(self, target: Target, time: timedelta) -> ReadbackStep:
        now = self._clock.now()
        self._hurry.until = now + time
        return ReadbackStep(
            target=target.name,
            declared=target.readback,
            budget=target.readback.cells_per_minute * EVERY_MINUTES,
            ledger=self._ledger,
            cells=self._cells,
            receipts=self._receipts,
            open_reader=functools.partial(self._reader, target),
            clock=self._clock,
            give_up_at=now + time * _PAGES_SHARE,
            tell=self._differences.tell,
            note_failure=functools.partial(self._note_failure, target.name),
            maintenance=target.maintenance,
        )

    def _reader(self, target: Target) -> CellReader:
        """The target's reader, opened again when its credentials have changed."""
        credentials = self._secrets.get(self._settings.secret_arns[target.name])
        opened = self._opened.get(target.name)
        if opened is None or opened[0] != credentials:
            system = capability(target.system, "cells")  # whoever writes cells reads them too
            reader = system.open_writer(target, credentials, self._http, self._clock)
            opened = self._opened[target.name] = (credentials, reader)
        return opened[1]

    def _note_failure(self, target: str, error: Exception) -> None:
        self._logger.error("failed", extra={"target": target, "error": type(error).__name__})

    def _say(self, target: str, report: ReadbackReport) -> None:
        """One line a target, which is its metrics too: counts, never contents."""
        counts = {
            "ReadBack": report.read,
            "NotCompared": report.under_way,
            "Repaired": report.repaired,
            "CyclesFinished": report.finished,
            "ReadbackFailed": int(bool(report.failing)),
            "ReadbackLate": int(report.is_late),
        }
        if any(counts.values()):
            self._note(target, "unavailable" if report.failing else "compared", counts, error=report.failing)

    def _note(self, target: str, outcome: str, counts: Mapping[str, int], error: str = "") -> None:
        log = DeliveryLog("readback", target, namespace=self._settings.metric_namespace, dimension="target")
        log.note(outcome, self._clock.now(), counts, {"error": error})


def lambda_handler(_event: dict[str, Any], context: Any) -> None:  # noqa: ANN401 Lambda's context
    """Read planning back: see `ReadbackFunction.handle`."""
    _function().handle(context.get_remaining_time_in_millis)


@functools.cache
def _function() -> ReadbackFunction:
    return ReadbackFunction(os.environ)
