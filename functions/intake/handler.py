"""Lambda entry points of the tasks of a file, one each: wires them to buckets, ledger, bus and queues."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from functions.intake.check import CheckStep, check_file, place_of
from functions.intake.finish import FinishStep, fail_file, finish_file
from functions.intake.scratch import DiskScratch
from functions.intake.send import Chunk, SendStep, send_chunk
from functions.intake.settings import IntakeSettings
from functions.intake.waiting import still_waits
from tieout.arriving.log import DeliveryLog
from tieout.aws.clients import open_client
from tieout.aws.drops import S3Drops
from tieout.aws.dynamo import DynamoTable
from tieout.aws.queues import SqsQueue
from tieout.aws.store import S3ObjectStore
from tieout.aws.without_sdk import EventBus
from tieout.file_runs import Drop, FileRun, FileState
from tieout.files import FeedReader, FeedReaders, MarkerReader
from tieout.landscape import Connection, Landscape
from tieout.ledger.files import FileLedger
from tieout.system_clock import SystemClock, SystemEntropy
from tieout.systems import capability, has_capability

_SCRATCH = Path("/tmp/files")  # noqa: S108 the only folder a function may write to, and nobody else's


class IntakeFunction:
    """What one warm function keeps between tasks."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._settings = settings = IntakeSettings.of_environment(environ)
        landscape = Landscape.of_json(Path(settings.landscape_file).read_bytes())
        self._clock, entropy = SystemClock(), SystemEntropy()
        table = DynamoTable(open_client("dynamodb"), settings.ledger_table, self._clock, entropy)
        ledger = FileLedger(table, landscape.retention.outcomes)
        store = S3ObjectStore(open_client("s3"), settings.archive_bucket)
        self._at_once = {flow.name: flow.max_concurrency for flow in landscape.flows}
        self.checking = CheckStep(
            connections={each.name: each for each in landscape.connections if has_capability(each.system, "files")},
            open_feed=_open_feed,
            marked_by=_marked_by,
            incoming=S3Drops(open_client("s3")),
            store=store,
            ledger=ledger,
            scratch=lambda size: DiskScratch(_SCRATCH, size),
            clock=self._clock,
            entropy=entropy,
        )
        self.sending = SendStep(
            ledger=ledger,
            flows=landscape.flows_by_entity(),
            is_busy=self._is_busy,
            bus=EventBus(settings.bus_name, environ, self._clock, entropy),
            store=store,
            clock=self._clock,
            entropy=entropy,
        )
        self.finishing = FinishStep(ledger=ledger, clock=self._clock)

    def check(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Check a drop, and say what is to be sent of it; or, of one that has `waited`, whether it still waits."""
        if "waited" in event:
            return self._waited(_drop(event["waited"]))
        run = check_file(self.checking, _drop(event))
        counts = {
            "FileAccepted": int(run.state is FileState.ACCEPTED),
            "FileRefused": int(run.state.is_refusal),
            "FileUnknown": int(run.state is FileState.NOT_A_FEED),
            "Rows": run.rows if run.state is FileState.ACCEPTED else 0,
        }
        self._say(run.connection, str(run.state), counts, run)
        chunks = run.chunks if run.state is FileState.ACCEPTED else 0
        answer = {"connection": run.connection, "run": run.run, "outcome": str(run.state), "chunks": chunks}
        return answer | {"manifest": run.manifest}

    def _waited(self, drop: Drop) -> dict[str, Any]:
        waits = still_waits(self.checking, drop)
        outcome = str(FileState.WAITING) if waits else "no longer waiting"
        self._say(place_of(drop.key)[0], outcome, {"FileWaiting": int(waits)}, None)
        return {"outcome": outcome}

    def send(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Send a chunk. Raises `FlowBusyError` where it has to wait."""
        chunk = Chunk(**event)
        sent = send_chunk(self.sending, chunk)
        self._say(chunk.connection, sent.outcome, {"Accepted": sent.notices}, None)
        return {"outcome": sent.outcome}

    def finish(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Finish a run, and say which drops are to be checked because of it."""
        connection, run = str(event["connection"]), str(event["run"])
        ended = finish_file(self.finishing, connection, run)
        self._say(connection, ended.outcome, {}, self.finishing.ledger.run(connection, run))
        return {"outcome": ended.outcome, "next": [ended.following.plain()] if ended.following else []}

    def fail(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Keep that a drop failed, by what the state machine says of the error."""
        drop = _drop(event)
        state = fail_file(self.finishing, drop, str(event["error"]["Error"]))
        self._say(place_of(drop.key)[0], str(state), {"FileFailed": 1}, None)
        return {"outcome": str(state)}

    def _is_busy(self, flow: str) -> bool:
        """Whether every worker of a flow has a message to come back to already."""
        queue = SqsQueue(open_client("sqs"), self._settings.flow_queue_urls[flow])
        return queue.waiting() >= self._at_once[flow]

    def _say(self, connection: str, outcome: str, counts: Mapping[str, int], run: FileRun | None) -> None:
        fields: dict[str, str | int] = {}
        if run is not None:
            fields = {"run": run.run, "feed": run.feed, "documents": run.documents, "flaws": run.flaws}
        log = DeliveryLog("intake", connection, namespace=self._settings.metric_namespace)
        log.note(outcome, self._clock.now(), counts, fields)


def check(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The first task: see `IntakeFunction.check`."""
    return _function().check(event)


def send(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The task of each chunk: see `IntakeFunction.send`."""
    return _function().send(event)


def finish(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The last task: see `IntakeFunction.finish`."""
    return _function().finish(event)


def fail(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """What is done where a task failed for good: see `IntakeFunction.fail`."""
    return _function().fail(event)


def _drop(event: Mapping[str, Any]) -> Drop:
    return Drop(str(event["bucket"]), str(event["key"]), str(event["etag"]), int(event["size"]))


def _open_feed(connection: Connection, name: str) -> FeedReader | None:
    open_feed: FeedReaders = capability(connection.system, "files").open_feed
    return open_feed(connection, name)


def _marked_by(connection: Connection, name: str) -> str:
    marked_by: MarkerReader = capability(connection.system, "files").marked_by
    return marked_by(connection, name)


@functools.cache
def _function() -> IntakeFunction:
    return IntakeFunction(os.environ)
