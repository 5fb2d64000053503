"""Record and deliver over one table in memory and one simulated clock: calls take time, and transactions meet each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial

from functions.deliver.pipeline import DeliverStep, flush
from functions.record.payloads import KeptPayloads
from functions.record.pipeline import RecordStep, record
from functions.record.settings import RUN_SECONDS, UNSEEN_SECONDS
from functions.record.work import Message
from tests.bench.contended_table import ContendedTable
from tests.simulation.schedule import Schedule
from tests.support.clock import DEFAULT_START, SeededEntropy
from tests.support.judging import judging
from tests.support.memory_queue import MemoryQueue, Received
from tests.support.memory_table import MemoryTable
from tests.support.planning_model import sandbox_model
from tests.support.record_step import record_step
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.delivering import CellValue, WriteAnswer
from tieout.facts.opportunity import Opportunity
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.ledger.cells import CellLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.gate import Gate
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.table import Usage
from tieout.money import Money
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel

SOURCE_MS, PLANNING_MS = 150, 2_000  # assumed: one call of each
COALESCING_MS = 5_000
TARGET, CONNECTION, FLOW = "anaplan", "crm", "forecast_to_plan"
MEASURES = 4  # of a deal in a foreign currency: amount and weighted, each in two currencies
_MAX_RECEIVES = 12
_VERSION = "2026-03-01T00:00:00.000Z"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What is told to a line, and how it is worked.

    Attributes:
        places: intersections that the deals are spread over, four cells each.
        together: notices of one delivery.
        writers: how many record functions work at once.
        batch: messages that one run takes at most.
        entropy: whose chance spreads retries.
        slower: by how much every call of record takes longer, so that fewer notices take as long.
    """

    places: int
    together: int
    writers: int
    batch: int = 10
    entropy: SeededEntropy = field(default_factory=lambda: SeededEntropy(1))
    slower: int = 1


class TimedLine:
    """One flow and one target.

    Attributes:
        waits: milliseconds from when a delivery was queued until all of it was recorded.
        units: how many the calls of the table cost, by step and by whether they wrote or read.
        runs: of each step, and how often a message was put back.
        billed_ms: for how long each step ran, waiting alone: its own work takes no time here.
    """

    def __init__(self, shape: Shape, writer: TimedPlanning | None = None) -> None:
        self.schedule, self.shape = Schedule(DEFAULT_START), shape
        self.units: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.billed_ms: Counter[str] = Counter()
        self.table = ContendedTable(self.schedule, shape.slower, self._note)
        self.queue = MemoryQueue(self.schedule, visibility_seconds=UNSEEN_SECONDS, max_receives=_MAX_RECEIVES)
        self.writer = writer
        if writer is not None:
            writer.schedule = self.schedule
        self.waits: list[int] = []
        self.failures: list[Exception] = []
        self.runs: Counter[str] = Counter()
        self._steps = [self._step(number) for number in range(shape.writers)]
        self._idle = list(range(shape.writers))
        self._is_asked = self._is_flushing = False
        self._behind = ""
        _store_mappings(self.table, shape.places)
        self.units.clear()
        self.schedule.milliseconds = 0

    def tell(self, first: int, count: int) -> None:
        """A delivery of deals that are new to the ledger, by number."""
        notices = tuple(
            Notice(key=_deal(first + each), notice_id=f"n{first + each}", kind="deal.creation", position=each)
            for each in range(count)
        )
        delivery_id = f"d{first}"
        now = self.schedule.now()
        envelope = Envelope(delivery_id=delivery_id, connection=CONNECTION, flow=FLOW, received_at=now, notices=notices)
        self.queue.send(envelope.message())
        self._work_on()

    def run(self) -> None:
        """Until nothing more happens."""
        while self.schedule.has_events():
            self.schedule.run_next_event()
        assert not self.failures, self.failures
        assert not self.queue.contents(), "some of it is not recorded"

    # The source (`tieout.facts.reading.SourceReader`), and the flush queue (`tieout.ports.FlushQueue`).

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What the source says of deals: a call for each hundred."""
        self.schedule.rest(SOURCE_MS * self.shape.slower * -(-len(keys) // 100))
        return {key: _statement(key, self.shape.places) for key in keys}

    def ask(self, target: str) -> None:
        """Ask for a flush, once for all who ask within the coalescing span."""
        assert target == TARGET
        if self.writer is not None and not self._is_asked:
            self._is_asked = True
            self.schedule.after(COALESCING_MS, self._begin_flush)

    def _work_on(self) -> None:
        while self._idle:
            batch = self.queue.receive(self.shape.batch)
            if not batch:
                return
            number = self._idle.pop()
            self._invoke("record", partial(self._work, number, batch), RUN_SECONDS)

    def _work(self, number: int, batch: Sequence[Received]) -> None:
        messages = [
            Message(message_id=each.message_id, receipt_handle=each.handle, body=each.body, attempt=each.receive_count)
            for each in batch
        ]
        report = record(self._steps[number], messages)
        for each in batch:
            if each.message_id in report.retries:
                self.runs["put back"] += 1
                self.queue.change_visibility(each.handle, report.retries[each.message_id])
                self.schedule.after(int(1000 * report.retries[each.message_id]) + 1, self._work_on)
            else:
                self.queue.delete(each.handle)
                self.waits.append(self.schedule.milliseconds - self.schedule.milliseconds_at(each.sent_at))
        self._idle.append(number)
        self.schedule.after(0, self._work_on)

    def _begin_flush(self) -> None:
        if self._is_flushing:  # first in, first out: one writer
            self.schedule.after(1_000, self._begin_flush)
            return
        self._is_asked, self._is_flushing = False, True
        self._invoke("deliver", self._flush, 240)

    def _flush(self) -> None:
        assert self.writer is not None
        step = DeliverStep(
            target=TARGET,
            cells=CellLedger(self.table),
            writer=self.writer,
            judging=judging(TARGET),
            clock=self.schedule,
            entropy=SeededEntropy(self.runs["deliver"]),
            has_time=lambda _: True,
            behind=self._behind,
        )
        self._behind = flush(step).behind
        self._is_flushing = False

    def _invoke(self, name: str, body: Callable[[], None], seconds: int) -> None:
        self.runs[name] += 1

        def timed() -> None:
            began = self.schedule.milliseconds
            try:
                body()
            except Exception as error:  # noqa: BLE001 it runs on a thread of its own, where nobody would see it
                self.failures.append(error)
            self.billed_ms[name] += self.schedule.milliseconds - began

        self.schedule.invoke(name, timed, lifetime_ms=1000 * seconds, may_rest=True)

    def _note(self, usage: Usage) -> None:
        step = self.schedule.current.name if self.schedule.current else ""
        self.units[step, "read" if usage.operation in {"BatchGetItem", "Query"} else "write"] += usage.units

    def _step(self, number: int) -> RecordStep:
        step = record_step(
            self.table,
            entities={"opportunity"},
            model=_model(),
            reader_of=lambda _: self,
            payloads=KeptPayloads((), _nothing_kept),
            dead_letters=MemoryQueue(self.schedule, name="dead"),
            fetch=_nothing_kept,
            clock=self.schedule,
            entropy=self.shape.entropy,
        )
        settling = replace(step.settling, ledger=FactLedger(self.table, Gate(self.table, number)))
        return replace(step, settling=settling, flush_queue=self)


class TimedPlanning:
    """A planning system that takes every cell, a call at a time.

    Attributes:
        calls: how many cells each write set.
    """

    batch_size = 1_000
    write_seconds = 120

    def __init__(self) -> None:
        self.schedule: Schedule | None = None
        self.calls: list[int] = []

    def write(self, cells: Sequence[CellValue]) -> WriteAnswer:
        """Take them, after a while."""
        self.calls.append(len(cells))
        if self.schedule is not None:
            self.schedule.rest(PLANNING_MS)
        return WriteAnswer(refused={}, summary="set")


def tell_at(line: TimedLine, moments_ms: Sequence[int]) -> None:
    """Deliveries of a shape's size, each at its moment."""
    size = line.shape.together
    for number, moment in enumerate(moments_ms):
        line.schedule.after(moment, partial(line.tell, number * size, size))


def _nothing_kept(key: str) -> bytes:
    raise KeyError(key)


@cache
def _model() -> PlanningModel:
    return sandbox_model({CONNECTION: "EMEA"})


def _deal(number: int) -> RecordKey:
    return RecordKey(CONNECTION, "opportunity", str(number))


def _statement(key: RecordKey, places: int) -> Statement:
    fact = Opportunity(
        name="Deal",
        amount=Money(10_000 + int(key.record_id), "EUR"),
        stage="default/new",
        probability=Decimal("0.5"),
        close_date=date(2026, 4, 1),
        customer=str(int(key.record_id) % places),
        product="default",
    )
    return Statement(key=key, source_version=_VERSION, fact=fact)


def _store_mappings(table: MemoryTable, places: int) -> None:
    members = {MappingKey(CONNECTION, "customer", str(number)): f"CUSTOMER_{number}" for number in range(places)}
    members |= {
        MappingKey(CONNECTION, "product", "default"): "NEW",
        MappingKey(CONNECTION, "stage", "default/new"): "prospect",
        MappingKey.rate("average", "EUR", "USD", "2026-04"): "1.1",
        MappingKey.rate("budget", "EUR", "USD", "2026-04"): "1.1",
    }
    now: datetime = DEFAULT_START
    for key, member in members.items():
        MappingLedger(table).put(key, member, "bench", now)
