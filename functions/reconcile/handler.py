"""Lambda entry point of comparing stages of a value: wires the schedule, or whoever asks, to the ledger."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from functions.reconcile.pipeline import ReconcileStep, compare_stages
from functions.reconcile.settings import ReconcileSettings
from tieout import __version__
from tieout.arriving.log import DeliveryLog
from tieout.aws.clients import open_client
from tieout.aws.dynamo import DynamoTable
from tieout.landscape import Landscape
from tieout.ledger.breaks import BreakLedger
from tieout.ledger.stages import StageLedger
from tieout.planning.model import PlanningModel
from tieout.system_clock import SystemClock, SystemEntropy


class ReconcileFunction:
    """What one warm function keeps between runs."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        settings = ReconcileSettings.of_environment(environ)
        self._text = Path(settings.landscape_file).read_text(encoding="utf-8")
        landscape = Landscape.of_json(self._text.encode())
        self._declared = landscape.reconciliations
        self._namespace = settings.metric_namespace
        self._clock = SystemClock()
        table = DynamoTable(open_client("dynamodb"), settings.ledger_table, self._clock, SystemEntropy())
        entities = tuple(sorted(landscape.flows_by_entity()))
        self._step = ReconcileStep(
            StageLedger(table, PlanningModel.of(landscape), entities),
            BreakLedger(table, landscape.retention.receipts),
            self._clock,
        )

    def handle(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Compare every pair of stages that is declared, or the one that is asked for, as of a day; what came of each.

        Asked for what it goes by, it says that instead: its version, and the compiled landscape as it was deployed.
        """
        if event.get("goes_by"):
            return {"code_version": __version__, "landscape": self._text}
        wanted, as_of = event.get("reconciliation"), event.get("as_of")
        day = date.fromisoformat(as_of) if as_of else self._clock.now().date()
        came = {}
        for each in self._declared:
            if wanted in (None, each.name):
                report = compare_stages(self._step, each, day)
                came[each.name] = asdict(report)
                log = DeliveryLog("reconcile", each.name, namespace=self._namespace, dimension="reconciliation")
                log.note("compared", self._clock.now(), {"NewBreaks": report.found, "OpenBreaks": report.open}, {})
        return came


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Compare: see `ReconcileFunction.handle`."""
    return _function().handle(event)


@functools.cache
def _function() -> ReconcileFunction:
    return ReconcileFunction(os.environ)
