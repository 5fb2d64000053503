"""The record step over a ledger in memory: what every line in one process is built around."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from functions.record.drifting import DeliveriesShown, Drifting
from functions.record.listing import Listings
from functions.record.payloads import KeptPayloads
from functions.record.pipeline import RecordStep
from functions.record.settle import Settling
from tests.support.memory_queue import MemoryFifoQueue, MemoryFlushQueue, MemoryQueue
from tests.support.memory_table import MemoryTable
from tieout.closing import Closing
from tieout.facts.reading import SourceReader
from tieout.landscape import Connection
from tieout.ledger.drifts import DriftLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.outcomes import OutcomeLedger
from tieout.planning.model import PlanningModel
from tieout.ports import Clock, Entropy


def record_step(
    table: MemoryTable,
    *,
    entities: Collection[str],
    model: PlanningModel,
    reader_of: Callable[[str], SourceReader],
    payloads: KeptPayloads,
    dead_letters: MemoryQueue,
    queue: MemoryQueue | None = None,
    fetch: Callable[[str], bytes],
    clock: Clock,
    entropy: Entropy,
    connections: Iterable[Connection] = (),
    closing: Closing | None = None,
) -> RecordStep:
    """A step whose requests to flush nobody answers; `queue` is the flow's own, if anybody looks at it.

    Deliveries of these connections alone are compared with what their systems declare. `closing` says what becomes of what
    comes too late; without it everything waits.
    """
    settling = Settling(
        ledger=FactLedger(table),
        model=model,
        reader_of=reader_of,
        clock=clock,
        entropy=entropy,
        code_version="test",
        closing=closing or Closing(),
    )
    outcomes = OutcomeLedger(table)
    return RecordStep(
        entities=frozenset(entities),
        settling=settling,
        payloads=payloads,
        listings=Listings(settling.reader, queue or MemoryQueue(clock, name="own"), outcomes),
        outcomes=outcomes,
        drifting=Drifting(reader_of, DeliveriesShown(connections), DriftLedger(table), clock, "test"),
        dead_letters=dead_letters,
        flush_queue=MemoryFlushQueue(MemoryFifoQueue(clock), clock),
        fetch=fetch,
        clock=clock,
        entropy=entropy,
    )
