"""The second task of a file, once for each chunk: it becomes a delivery on the bus, while its flow has little else to do.

A chunk that is sent twice is the same delivery twice, and what records make of that is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from functions.intake.chunks import delivered, lines_of_chunk
from functions.intake.errors import FlowBusyError
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.publishing import Bus, entries_of, publish
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.file_runs import FileRun, FileState
from tieout.ledger.files import FileLedger
from tieout.ports import Clock, Entropy, ObjectStore

SENT = "sent"


class Chunk(NamedTuple):
    """What a manifest says of a chunk."""

    connection: str
    run: str
    chunk: int
    key: str


class Sent(NamedTuple):
    """How a chunk was dealt with, and how many notices of it the bus was told just now: none where it had them already."""

    outcome: str
    notices: int = 0


@dataclass(frozen=True, kw_only=True)
class SendStep:
    """Everything the task works with.

    Attributes:
        flows: ledger entity to the flow that carries it.
        is_busy: whether so much waits in a flow's queue that what can wait has to.
        store: the archive.
    """

    ledger: FileLedger
    flows: Mapping[str, str]
    is_busy: Callable[[str], bool]
    bus: Bus
    store: ObjectStore
    clock: Clock
    entropy: Entropy


def send_chunk(step: SendStep, chunk: Chunk) -> Sent:
    """`sent` once the bus has the chunk; where nothing more is to be sent of its run, the state that run is in.

    Raises:
        FlowBusyError: not yet.
        TieoutError: the bus may not have it; to be asked again.
    """
    run, is_sent = step.ledger.seen(chunk.connection, chunk.run, chunk.chunk)
    if run is None:
        raise UnreadableRecordError("no such run")
    if run.state is not FileState.ACCEPTED:
        return Sent(str(run.state))
    if is_sent:
        return Sent(SENT)
    flow = step.flows.get(run.entity)
    if flow is not None and step.is_busy(flow):
        raise FlowBusyError("what came from elsewhere goes first")
    notices = _publish(step, run, chunk)
    step.ledger.note_sent(chunk.connection, chunk.run, chunk.chunk, step.clock.now())
    return Sent(SENT, notices)


def _publish(step: SendStep, run: FileRun, chunk: Chunk) -> int:
    lines = lines_of_chunk(step.store.get(chunk.key))
    notices = [
        Notice(
            key=RecordKey(run.connection, run.entity, each.record_id),
            notice_id=run.run,
            kind=f"file.{run.feed}",
            deleted=each.is_gone,
            payload=chunk.key,
        )
        for each in lines
    ]
    entries = entries_of(notices, delivered(run, chunk.chunk), run.connection, step.flows, step.store)
    if publish(entries, step.bus, step.clock, step.entropy):
        raise UnavailableError("the bus does not take the chunk")
    return len(notices)
