"""The record and deliver pipelines with the ledger in memory: what they ask of the table, and their own work alone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from functions.deliver.pipeline import DeliverStep, flush
from functions.record.payloads import KeptPayloads
from functions.record.pipeline import RecordStep, record
from functions.record.work import Message
from tests.bench.world import TARGET, World, store_mappings
from tests.support.judging import judging
from tests.support.memory_queue import MemoryQueue
from tests.support.memory_table import MemoryTable
from tests.support.record_step import record_step
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.delivering import CellValue, WriteAnswer
from tieout.ledger.cells import CellLedger
from tieout.ledger.checks import CheckLedger
from tieout.planning.model import PlanningModel
from tieout.system_clock import SystemClock, SystemEntropy
from tieout.systems import capability

if TYPE_CHECKING:
    from tieout.facts.reading import SourceReader
    from tieout.ledger.table import Usage

_ROUNDS = 5
_PLURALS = {"opportunity": "opportunities", "invoice": "invoices"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A delivery: how many notices, and whether all of them are about one record."""

    connection: str
    entity: str
    flow: str
    notices: int
    about_one: bool = False

    @property
    def records(self) -> int:
        """How many records it is about."""
        return 1 if self.about_one else self.notices

    def __str__(self) -> str:
        """As the tables name it."""
        about = f"one {self.entity}" if self.records == 1 else f"{self.records} {_PLURALS[self.entity]}"
        return f"{self.notices} about {about}"


@dataclass(slots=True)
class Work:
    """What one step did for one delivery.

    Attributes:
        table_calls: operation to the number of calls.
        cpu_ms: best of some rounds, with nothing to wait for and no client of AWS in it.
    """

    table_calls: Counter[str] = field(default_factory=Counter)
    write_units: float = 0
    read_units: float = 0
    vendor_calls: int = 0
    cells: int = 0
    cpu_ms: float = 0

    def add(self, usage: Usage) -> None:
        """Count a call to the table."""
        self.table_calls[usage.operation] += 1
        if usage.operation in {"BatchGetItem", "Query"}:
            self.read_units += usage.units
        else:
            self.write_units += usage.units


class Remembering(httpx.BaseTransport):
    """Asks the simulated system once, and gives the same answer to the same question ever after."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self._answers: dict[tuple[str, str, bytes], tuple[int, bytes]] = {}
        self.asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, at first or remembered."""
        self.asked += 1
        question = (request.method, str(request.url), request.read())
        if question not in self._answers:
            answer = self._inner.handle_request(request)
            self._answers[question] = (answer.status_code, answer.read())
        status, content = self._answers[question]
        return httpx.Response(status, content=content)


class _AcceptingWriter:
    """A planning system that takes every cell at once."""

    batch_size = 1000
    write_seconds = 120

    def write(self, cells: Sequence[CellValue]) -> WriteAnswer:
        """All of them."""
        return WriteAnswer(refused={}, summary=f"{len(cells)} cells")


class MemoryLine:
    """Record and deliver over one ledger in memory, reading the simulated systems."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._clock, self._entropy = SystemClock(), SystemEntropy()
        self._remembering = Remembering(httpx.HTTPTransport(verify=world.trust))
        self._http = httpx.Client(transport=self._remembering)
        self._readers: dict[str, SourceReader] = {}
        self._usages: list[Usage] = []

    def work(self, scenario: Scenario) -> tuple[Work, Work]:
        """What recording and delivering it takes, each record new to the ledger."""
        message = self._message(scenario)
        recording, delivering = Work(), Work()
        for each_round in range(_ROUNDS):
            table = MemoryTable(observe=self._usages.append)
            store_mappings(table)
            recorder = self._record_step(table, scenario.flow, scenario.entity)
            recorder.settling.ledger.open([])  # a warm function knows which books are closed
            self._usages.clear()
            asked, began = self._remembering.asked, time.thread_time()
            report = record(recorder, [message])
            recorded = time.thread_time()
            assert not report.retries, report
            if each_round == 0:  # it has signed in now; what was asked of the systems then does not count
                continue
            self._note(recording, recorded - began, first=each_round == 1)
            recording.vendor_calls = self._remembering.asked - asked
            step = self._deliver_step(table)
            began = time.thread_time()
            CheckLedger(table).last(TARGET)  # the handler looks whether its target is fit
            delivered = flush(step)
            self._note(delivering, time.thread_time() - began, first=each_round == 1)
            recording.cells = delivering.cells = delivered.written
        return recording, delivering

    def _note(self, work: Work, seconds: float, *, first: bool) -> None:
        if first:
            for usage in self._usages:
                work.add(usage)
        self._usages.clear()
        work.cpu_ms = seconds * 1000 if first else min(work.cpu_ms, seconds * 1000)

    def _record_step(self, table: MemoryTable, flow: str, entity: str) -> RecordStep:
        landscape = self._world.landscape
        return record_step(
            table,
            entities={entity},
            model=PlanningModel.of(landscape),
            reader_of=self._reader,
            payloads=KeptPayloads(landscape.connections, lambda _: b""),
            dead_letters=MemoryQueue(self._clock, name=f"{flow}-dead"),
            fetch=lambda _: b"",
            clock=self._clock,
            entropy=self._entropy,
        )

    def _deliver_step(self, table: MemoryTable) -> DeliverStep:
        return DeliverStep(
            target=TARGET,
            cells=CellLedger(table),
            writer=_AcceptingWriter(),
            judging=judging(TARGET),
            clock=self._clock,
            entropy=self._entropy,
            has_time=lambda _: True,
        )

    def _reader(self, connection: str) -> SourceReader:
        if connection not in self._readers:
            declared = self._world.landscape.connection(connection)
            module = capability(declared.system, "reader")
            credentials = self._world.systems.simulated.connections[connection].credentials
            self._readers[connection] = module.open_reader(declared, credentials, self._http, self._clock)
        return self._readers[connection]

    def _message(self, scenario: Scenario) -> Message:
        ids = self._world.systems.sources[scenario.connection].records(scenario.records)
        now = self._clock.now()
        notices = tuple(
            Notice(
                key=RecordKey(scenario.connection, scenario.entity, ids[position % len(ids)]),
                notice_id=f"n{position}",
                kind="changed",
                occurred_at=now,
                position=position,
            )
            for position in range(scenario.notices)
        )
        envelope = Envelope(
            delivery_id=self._entropy.token(),
            connection=scenario.connection,
            flow=scenario.flow,
            received_at=now,
            notices=notices,
        )
        return Message(message_id="m", receipt_handle="h", body=envelope.message(), attempt=1)
