"""A record step around one source that says or fails what it is told to, over a ledger in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.record.payloads import KeptPayloads
from functions.record.pipeline import record
from functions.record.work import Message, Report
from tests.support.clock import FixedEntropy, NotedClock
from tests.support.memory_queue import MemoryQueue
from tests.support.memory_store import MemoryObjectStore
from tests.support.memory_table import MemoryTable
from tests.support.record_step import record_step
from tieout.arriving.envelope import Envelope, read_message
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.reading import ListedPage, Reading
from tieout.facts.statement import Absence, Statement
from tieout.ledger.outcomes import outcomes_of
from tieout.ledger.plan import Outcome
from tieout.planning.model import PlanningModel

CONNECTION, FLOW = "crm", "forecast_to_plan"
VERSION = "2026-03-01T00:00:00.000Z"


def deal(number: int) -> RecordKey:
    """A record of the source."""
    return RecordKey(CONNECTION, "opportunity", str(number))


def gone(key: RecordKey) -> Statement:
    """That a record was deleted: the shortest statement there is."""
    return Statement(key=key, source_version=VERSION, fact=None, absence=Absence.DELETED)


class Recording:
    """A record step with all that it touches at hand.

    Attributes:
        says: what the source answers of a record; of any other it says that it is gone.
        lists: what the source answers to a key that asks for a listing.
        queue: the flow's own.
        chance: the entropy's only number.
    """

    def __init__(self, table: MemoryTable | None = None, *, chance: float = 1.0, model: Any = None) -> None:  # noqa: ANN401 a stand-in for the model
        self.clock, self.table = NotedClock(), table or MemoryTable()
        self.says: dict[RecordKey, Reading] = {}
        self.lists: dict[RecordKey, ListedPage | Exception] = {}
        self.reads = 0
        self.queue = MemoryQueue(self.clock, name="own")
        self.dead_letters = MemoryQueue(self.clock, name="dead")
        self.step = record_step(
            self.table,
            entities={"opportunity"},
            model=model or PlanningModel((), "USD"),
            reader_of=lambda _: self,
            payloads=KeptPayloads((), MemoryObjectStore().get),
            dead_letters=self.dead_letters,
            queue=self.queue,
            fetch=MemoryObjectStore().get,
            clock=self.clock,
            entropy=FixedEntropy(chance),
        )

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """The source's answers."""
        self.reads += 1
        return {key: self.says.get(key) or gone(key) for key in keys}

    def list_page(self, key: RecordKey) -> ListedPage:
        """The source's answer, or its error."""
        found = self.lists[key]
        if isinstance(found, Exception):
            raise found
        return found

    def queued(self) -> list[Envelope]:
        """What waits in the flow's own queue, taken out of it."""
        found = []
        while batch := self.queue.receive(10):
            for each in batch:
                found.append(read_message(each.body, MemoryObjectStore().get))
                self.queue.delete(each.handle)
        return found

    def work(self, *keys: RecordKey, attempt: int = 1, delivery_id: str = "d") -> Report:
        """What becomes of one message with a notice about each of these records."""
        return record(self.step, [self.message(*keys, attempt=attempt, delivery_id=delivery_id)])

    def message(self, *keys: RecordKey, message_id: str = "m", attempt: int = 1, delivery_id: str = "d") -> Message:
        """A message with a notice about each of these records of one connection."""
        notices = tuple(
            Notice(key=key, notice_id=f"n{place}", kind="deal.creation", position=place)
            for place, key in enumerate(keys)
        )
        connection = keys[0].connection if keys else CONNECTION
        envelope = Envelope(
            delivery_id=delivery_id, connection=connection, flow=FLOW, received_at=self.clock.now(), notices=notices
        )
        return Message(message_id=message_id, receipt_handle="r", body=envelope.message(), attempt=attempt)

    def outcomes(self) -> dict[int, Outcome]:
        """The outcome of each notice, by its position."""
        return {
            place: outcome
            for key, item in self.table.contents().items()
            if key[0].startswith("OUTCOME#")
            for place, outcome in outcomes_of(item).items()
        }
