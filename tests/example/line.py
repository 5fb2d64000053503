"""The real line around the example group: every step's own pipeline over ports in memory, and the systems over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from functions.census.due import period_dimensions, sources_of
from functions.census.pipeline import CensusStep, census
from functions.census.telling import Telling
from functions.deliver.judging import Judging
from functions.deliver.pipeline import DeliverStep, flush
from functions.readback.pipeline import ReadbackStep, read_back
from functions.reconcile.pipeline import ReconcileStep, compare_stages
from functions.record.payloads import KeptPayloads
from functions.record.pipeline import RecordStep, record
from functions.record.work import Message
from tests.example.doors import Door
from tests.example.systems import DOOR, START, Systems
from tests.support.clock import SeededEntropy
from tests.support.memory_bus import MemoryBus
from tests.support.memory_queue import MemoryQueue
from tests.support.memory_store import MemoryObjectStore
from tests.support.memory_table import MemoryTable
from tests.support.record_step import record_step
from tieout.arriving.spool import BusEntry
from tieout.census import Purpose, Run
from tieout.closing import Books, BooksState
from tieout.facts.listing import Window
from tieout.landscape import Connection
from tieout.ledger.breaks import BreakLedger
from tieout.ledger.cells import CellLedger
from tieout.ledger.censuses import CensusLedger
from tieout.ledger.closing import BooksLedger
from tieout.ledger.cycles import Cycle
from tieout.ledger.items import Lineage
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.planned import FactCatalogue
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.receipts import ReceiptLedger
from tieout.ledger.stages import StageLedger
from tieout.objectives import Objectives
from tieout.planning.mapping import EVERY_CONNECTION, MappingKey
from tieout.planning.model import PlanningModel
from tieout.systems import capability

_GATE_SHARDS = 4
_HOUR = 3600


class Line:
    """Everything between the group's systems and its planning.

    Attributes:
        failures: what no step has declared, and what the door refused; nothing may be.
    """

    def __init__(self, systems: Systems) -> None:
        self.systems, self.landscape, self.clock = systems, systems.landscape, systems.clock
        self._failures: list[str] = []
        self._looked_at = START - timedelta(days=1)
        self.entropy, self.table, self.store = SeededEntropy(), MemoryTable(), MemoryObjectStore()
        self.http = systems.addresses.http
        self.bus = MemoryBus(deliver=self._route)
        self.model = PlanningModel.of(self.landscape)
        self.breaks = BreakLedger(self.table)
        self.books = BooksLedger(self.table, self.clock.sleep, _GATE_SHARDS)
        self.mappings = MappingLedger(self.table)
        self.readbacks, self.cells = ReadbackLedger(self.table), CellLedger(self.table)
        self.queues = {flow.name: MemoryQueue(self.clock, name=flow.name) for flow in self.landscape.flows}
        self.dead_letters = MemoryQueue(self.clock, name="dead")
        self.reader = cache(lambda name: self._opened(self.landscape.connection(name), "reader"))
        self.listing = cache(lambda name: self._opened(self.landscape.connection(name), "listing"))
        self.writer = cache(self._writer)
        self._steps = {flow.name: self._record_step(flow.entities) for flow in self.landscape.flows}
        self.door = Door(systems, self.bus, self.store, self.entropy)
        systems.addresses.houses[DOOR].app = self.door

    def record(self) -> None:
        """Record whatever waits in the queues, until nothing does."""
        while any(queue.waiting() for queue in self.queues.values()):
            for name, queue in self.queues.items():
                batch = queue.receive(10)
                messages = [
                    Message(message_id=each.message_id, receipt_handle=each.handle, body=each.body, attempt=1)
                    for each in batch
                ]
                report = record(self._steps[name], messages)
                assert not report.retries, report.errors
                queue.settle(batch, report.retries)
        assert not self.dead_letters.contents(), [each.attributes for each in self.dead_letters.contents()]

    def deliver(self) -> None:
        """Set in planning what has changed."""
        [target] = self.landscape.targets
        report = flush(self._deliver_step(target.name))
        assert report.stopped_by is None
        assert not report.refused, report

    def compare(self) -> None:
        """Compare all stages of a value as of today."""
        entities = tuple(sorted(self.landscape.flows_by_entity()))
        step = ReconcileStep(StageLedger(self.table, self.model, entities), self.breaks, self.clock)
        for declared in self.landscape.reconciliations:
            report = compare_stages(step, declared, self.clock.now().date())
            assert not report.left_to_the_next

    def look(self) -> None:
        """Have a census of every source find what it lists and the line was not told of, since the last one."""
        ledger, now = CensusLedger(self.table), self.clock.now()
        since, self._looked_at = self._looked_at, now
        for source in sources_of(self.landscape):
            for entity in source.entities:
                ledger.begin(
                    Run.begun(
                        connection=source.connection.name,
                        entity=entity,
                        purpose=Purpose.CENSUS,
                        span=Window(since, now),
                        now=now,
                        asked_by="controller",
                    )
                )
        names = [each.connection.name for each in sources_of(self.landscape)]
        while not all(run.phase.is_over for name in names for run in ledger.runs(name)):
            census(self._census_step(ledger))
            self.clock.advance(60)

    def read_back(self) -> None:
        """Compare all cells with what planning holds of them."""
        [target] = self.landscape.targets
        self.clock.advance(_HOUR)  # whatever was written has its answer by then
        self.readbacks.begin(Cycle.begun(target.name, self.clock.now(), "controller"))
        while not self.readbacks.cycle(target.name).is_over:  # type: ignore[union-attr]
            read_back(self._readback_step(target.name))
            self.clock.advance(60)

    def type_over(self, cube: str, measure: str, members: Mapping[str, str], more: Decimal) -> None:
        """Set a cell in planning, as a person does there, to so much more than it is to hold."""
        [target] = self.landscape.targets
        wanted = members.items()
        [cell] = [
            each
            for place in self.readbacks.places_behind(target.name, "", 10_000).found
            for each in place.cells
            if (each.cube, each.measure) == (cube, measure) and wanted <= dict(each.members).items()
        ]
        value = cell.value()
        self.writer(target.name).write([value._replace(value=value.value + more)])

    def close(self, books: Books) -> None:
        """Close books; what came too late while they were only softly closed goes through the line again."""
        self.books.change(books, BooksState.CLOSED, "controller", "month end", self.clock.now())

    def map(self, connection: str, table: str, key: str, member: str) -> None:
        """Say what planning calls something; facts that waited for that, or were planned otherwise, go through the line again."""
        entry = MappingKey(connection, table, key)
        was = self.mappings.put(entry, member, "controller", self.clock.now())
        again = [each.lineage for each in self.mappings.waiting(entry)]
        if was is not None:
            again += self._planned_with(entry)
        for lineage in again:
            self.queues[lineage.flow].send(lineage.envelope().message())

    def _planned_with(self, entry: MappingKey) -> list[Lineage]:
        catalogue, found = FactCatalogue(self.table), list[Lineage]()
        for connection in self.landscape.connections:
            if entry.connection in {connection.name, EVERY_CONNECTION}:
                for entity in self.landscape.flows_by_entity():
                    facts = catalogue.facts(connection.name, entity)
                    found += [each.lineage for each in catalogue.outdated(facts, [entry])]
        return found

    def _route(self, entry: BusEntry) -> None:
        queue = self.queues.get(entry.detail_type)
        if queue is not None:
            queue.send(
                json.dumps(
                    {"source": entry.source, "detail-type": entry.detail_type, "detail": json.loads(entry.detail)}
                )
            )

    def _opened(self, connection: Connection, wanted: str) -> Any:  # noqa: ANN401 a system's own
        module: Any = capability(connection.system, wanted)
        opened = getattr(module, f"open_{wanted}")
        return opened(connection, self.systems.credentials[connection.name], self.http, self.clock)

    def _writer(self, name: str) -> Any:  # noqa: ANN401 a system's own
        target = self.landscape.target(name)
        module: Any = capability(target.system, "cells")
        return module.open_writer(target, self.systems.credentials[name], self.http, self.clock)

    def _record_step(self, entities: tuple[str, ...]) -> RecordStep:
        return record_step(
            self.table,
            entities=entities,
            model=self.model,
            reader_of=self.reader,
            payloads=KeptPayloads(self.landscape.connections, self.store.get),
            dead_letters=self.dead_letters,
            fetch=self.store.get,
            clock=self.clock,
            entropy=self.entropy,
            closing=self.landscape.closing,
        )

    def _deliver_step(self, target: str) -> DeliverStep:
        return DeliverStep(
            target=target,
            cells=self.cells,
            writer=self.writer(target),
            judging=Judging(target=target, objectives=Objectives(self.landscape), tell=lambda *_: None),
            clock=self.clock,
            entropy=self.entropy,
            has_time=lambda _: True,
            before=None,
            behind="",
            make_sure=lambda _: {},
            maintenance=None,
        )

    def _readback_step(self, target: str) -> ReadbackStep:
        return ReadbackStep(
            target=target,
            declared=self.landscape.target(target).readback,
            budget=10_000,
            ledger=self.readbacks,
            cells=self.cells,
            receipts=ReceiptLedger(self.table),
            open_reader=lambda: self.writer(target),
            clock=self.clock,
            give_up_at=self.clock.now() + timedelta(minutes=5),
            tell=lambda _: None,
            note_failure=self._note,
        )

    def _census_step(self, ledger: CensusLedger) -> CensusStep:
        return CensusStep(
            sources=sources_of(self.landscape),
            ledger=ledger,
            listing_of=self.listing,
            rate_changes_of=lambda _: None,
            telling=Telling(self.landscape.flows_by_entity(), self.bus, self.store, self.clock, self.entropy),
            is_busy=lambda _: False,
            period_dimensions=period_dimensions(self.landscape),
            clock=self.clock,
            note_failure=lambda error, _: self._note(error),
        )

    @property
    def failures(self) -> list[str]:
        """See the class."""
        return [*self._failures, *self.door.refused]

    def _note(self, error: Exception) -> None:
        self._failures.append(repr(error))
