"""Lambda entry point of step 4: wires one target's flush queue to the ledger and the planning system."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.deliver.checking import CheckStep, check, check_when_due
from functions.deliver.declaring import Declarations, Declared
from functions.deliver.judging import Judging
from functions.deliver.members import MemberStep, keep_when_due, make_sure
from functions.deliver.members_asked import answer_of
from functions.deliver.pipeline import DeliverReport, DeliverStep, flush
from functions.deliver.settings import DeliverSettings
from tieout.arriving.log import DeliveryLog
from tieout.aws.clients import open_client
from tieout.aws.dynamo import DynamoTable
from tieout.aws.secrets import JsonSecrets
from tieout.delivering import CellWriter, ReadingWriter
from tieout.discovering import TargetChecker
from tieout.errors import PermanentError, TransientError
from tieout.landscape import Landscape
from tieout.ledger.cells import CellLedger
from tieout.ledger.checks import CheckLedger
from tieout.ledger.members import MemberLedger
from tieout.members import MemberKeeper
from tieout.objectives import Objectives
from tieout.system_clock import SystemClock, SystemEntropy
from tieout.systems import capability, has_capability

if TYPE_CHECKING:
    from functions.deliver.before import ReadingBefore

_PAUSE_WITHOUT_CREDENTIALS = timedelta(minutes=1)


class DeliverFunction:
    """What one warm function keeps between flushes."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._settings = DeliverSettings.of_environment(environ)
        service = f"deliver/{self._settings.target}"
        self._logger = Logger(service=service)
        self._metrics = Metrics(namespace=self._settings.metric_namespace, service=service)
        self._clock = SystemClock()
        landscape = Landscape.of_json(Path(self._settings.landscape_file).read_bytes())
        self._landscape = landscape
        self._target = landscape.target(self._settings.target)
        self._table = table = DynamoTable(
            open_client("dynamodb"), self._settings.ledger_table, self._clock, SystemEntropy()
        )
        self._cells = CellLedger(table, landscape.retention.receipts)
        self._checks = CheckLedger(table)
        self._members = MemberLedger(table, landscape.retention.receipts)
        is_by_file = any(source.file for source in self._target.members.values())
        self._declarations = Declarations(
            landscape=landscape,
            target=self._target.name,
            files=json.loads(Path(self._settings.members_file).read_bytes()) if is_by_file else {},
            table=table,
        )
        self._known: dict[tuple[str, str], datetime] = {}
        self._judging = Judging(target=self._settings.target, objectives=Objectives(landscape), tell=self._say_reached)
        self._secrets = JsonSecrets(open_client("secretsmanager"), self._clock)
        self._http = httpx.Client()
        self._behind = ""
        self._opened: tuple[Mapping[str, str], CellWriter] | None = None

    def handle(self, remaining_milliseconds: Any) -> None:  # noqa: ANN401 a method of Lambda's context
        """Flush the target. What one request could not write, the sweeper asks for again: no message is put back."""
        try:
            writer = self._writer()
        except (TransientError, PermanentError) as error:
            now = self._clock.now()
            until = now + _PAUSE_WITHOUT_CREDENTIALS
            self._cells.pause(self._settings.target, until, type(error).__name__, now)
            self._say(DeliverReport(stopped_by=error))
            return

        def has_time(seconds: float) -> bool:
            return bool(remaining_milliseconds() > 1000 * seconds)

        members = self._member_step(has_time)
        self._keep_members_when_due(members)
        self._check_when_due()
        step = DeliverStep(
            target=self._settings.target,
            cells=self._cells,
            writer=writer,
            judging=self._judging,
            clock=self._clock,
            entropy=SystemEntropy(),
            has_time=has_time,
            before=self._before(writer),
            behind=self._behind,
            make_sure=lambda named: make_sure(members, named),
            maintenance=self._target.maintenance,
        )
        report = flush(step)
        self._behind = report.behind
        self._say(report)

    def check(self) -> dict[str, Any]:
        """Compare the target with the planning model now; what was found, as JSON values."""
        try:
            return check(self._checking()).plain()
        except (TransientError, PermanentError) as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def members(self, asked: Mapping[str, Any], remaining_milliseconds: Any) -> dict[str, Any]:  # noqa: ANN401 see above
        """Compare the target's members with what is declared, or keep them so; what was found, as JSON values."""
        step = self._member_step(lambda seconds: remaining_milliseconds() > 1000 * seconds, str(asked["by"]))
        try:
            return answer_of(step, is_applied=asked["apply"] is True)
        except (TransientError, PermanentError) as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def _keep_members_when_due(self, step: MemberStep) -> None:
        """Keep the target's members where that is due; whatever comes of it, cells are written, unless they need one."""
        try:
            kept = keep_when_due(step)
        except (TransientError, PermanentError) as error:
            self._logger.warning("members_not_kept", extra={"error": type(error).__name__})
        except Exception:  # as a check that fails
            self._logger.exception("members_failed")
        else:
            if kept is not None:
                self._metrics.add_metric(name="Unfit", unit=MetricUnit.Count, value=len(kept.findings))

    def _member_step(self, has_time: Callable[[float], bool], by: str = "deliver") -> MemberStep:
        return MemberStep(
            target=self._target.name,
            sources=self._target.members,
            declarations=self._declarations,
            open_keeper=self._keeper,
            ledger=self._members,
            cells=self._cells,
            clock=self._clock,
            entropy=SystemEntropy(),
            known=self._known,
            by=by,
            has_time=has_time,
            maintenance=self._target.maintenance,
            contradicted=self._note_contradictions,
        )

    def _note_contradictions(self, declared: Declared) -> None:
        """Count where other connections contradict owners of master data, where there are any."""
        if not declared.owned:
            return
        from functions.deliver.contradicting import Contradicting  # noqa: PLC0415 most landscapes own no master data
        from tieout.ledger.conflicts import ConflictLedger  # noqa: PLC0415 the same

        Contradicting(
            ledger=ConflictLedger(self._table),
            connections=[each.name for each in self._landscape.connections],
            clock=self._clock,
            namespace=self._settings.metric_namespace,
        ).note(declared)

    def _keeper(self) -> MemberKeeper:
        keeper: MemberKeeper = capability(self._target.system, "members").open_keeper(self._writer())
        return keeper

    def _check_when_due(self) -> None:
        """Compare the target with the planning model where that is due; whatever comes of it, cells are written."""
        try:
            checked = check_when_due(self._checking())
        except Exception:  # a check that fails is no reason to write nothing
            self._logger.exception("check_failed")
            return
        if checked is not None:
            self._metrics.add_metric(name="Unfit", unit=MetricUnit.Count, value=checked.in_the_way)

    def _checking(self) -> CheckStep:
        return CheckStep(
            target=self._target.name,
            landscape=self._landscape,
            open_checker=self._open_checker if has_capability(self._target.system, "discovery") else None,
            checks=self._checks,
            kept=lambda: self._members.last(self._target.name),
            clock=self._clock,
        )

    def _open_checker(self) -> TargetChecker:
        credentials = self._secrets.get(self._settings.secret_arn)
        checker: TargetChecker = capability(self._target.system, "discovery").open_checker(
            self._target, credentials, self._http, self._clock
        )
        return checker

    def _writer(self) -> CellWriter:
        """The target's writer, opened again when its credentials have changed."""
        credentials = self._secrets.get(self._settings.secret_arn)
        if self._opened is None or self._opened[0] != credentials:
            system = capability(self._target.system, "cells")
            self._opened = (credentials, system.open_writer(self._target, credentials, self._http, self._clock))
        return self._opened[1]

    def _say_reached(self, flow: str, changes: int, late: int) -> None:
        """How many changes of a flow are in planning now, and how many of them later than they should: a line, and metrics."""
        log = DeliveryLog(
            "deliver",
            self._settings.target,
            namespace=self._settings.metric_namespace,
            dimension="target",
            beside={"flow": flow},
        )
        log.note("reached", self._clock.now(), {"Changes": changes, "Late": late}, {})

    def _before(self, writer: CellWriter) -> ReadingBefore | None:
        """What reads cells before they are written, where the landscape has that done."""
        if not isinstance(writer, ReadingWriter) or not writer.reads_before:
            return None
        from functions.deliver.before import ReadingBefore  # noqa: PLC0415 most targets never come here
        from tieout.ledger.readbacks import ReadbackLedger  # noqa: PLC0415 the same
        from tieout.telling_differences import DifferenceLog  # noqa: PLC0415 the same

        reporting, namespace = self._landscape.reporting_measures(), self._settings.metric_namespace
        return ReadingBefore(
            writer=writer,
            ledger=ReadbackLedger(self._table),
            clock=self._clock,
            tell=DifferenceLog(reporting, self._clock, namespace).tell,
            note_failure=self._note_failure,
        )

    def _note_failure(self, error: Exception) -> None:
        self._logger.error("not_read_before", extra={"error": type(error).__name__})

    def _say(self, report: DeliverReport) -> None:
        stopped_by = type(report.stopped_by).__name__ if report.stopped_by else None
        self._logger.info(
            "flushed",
            extra={
                "target": self._settings.target,
                "writes": report.writes,
                "written": report.written,
                "refused": report.refused,
                "stopped_by": stopped_by,
            },
        )
        for name, value in {
            "Written": report.written,
            "Refused": report.refused,
            "Stopped": int(bool(stopped_by)),
        }.items():
            self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
        self._metrics.flush_metrics()


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 Lambda's context
    """Flush the target whose queue asked, or answer an operator who asks how it was found, or what its members are like.

    They ask with `{"check": true}`, or `{"members": {"apply": false, "by": "somebody"}}`.
    """
    if "check" in event:
        return _function().check()
    if "members" in event:
        return _function().members(event["members"], context.get_remaining_time_in_millis)
    _function().handle(context.get_remaining_time_in_millis)
    return {"batchItemFailures": []}


@functools.cache
def _function() -> DeliverFunction:
    return DeliverFunction(os.environ)
