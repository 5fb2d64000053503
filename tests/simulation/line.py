"""The real line: the real pipelines and ledger over ports in memory, and Lambda's part around each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from functions.receive.keeping import UnprovenShelf
from functions.receive.pipeline import Receiver, receive
from functions.receive.secret import WebhookSecret
from functions.record import settings as recording
from functions.record.listing import Listings
from functions.record.payloads import KeptPayloads
from functions.record.pipeline import RecordStep
from functions.record.settle import Settling
from functions.sweep.pipeline import SweepStep, publish_spooled, sweep
from tests.simulation.aging import Aging
from tests.simulation.bus import MemoryBus
from tests.simulation.closing import GATE_SHARDS, rules
from tests.simulation.delivering import flush_once
from tests.simulation.journaling import Journaling
from tests.simulation.relaying import UNSEEN_SECONDS
from tests.simulation.schedule import Schedule
from tests.simulation.systems import contents_reader
from tests.simulation.targets import SimulatedTarget
from tests.simulation.unreliable import SkewedClock
from tests.simulation.watching import WatchedQueue, WatchedTable
from tests.simulation.weather import Weather
from tests.simulation.working import Flow, Processes, drifting, record_once
from tests.support.clock import SeededEntropy
from tests.support.memory_queue import MemoryQueue, Received
from tests.support.memory_store import MemoryObjectStore
from tests.support.replaced import Replaced
from tieout.arriving import publishing
from tieout.arriving.accepting import Intake
from tieout.arriving.door import Answer
from tieout.arriving.envelope import MAX_DETAIL_BYTES, Envelope, read_message
from tieout.arriving.log import DeliveryLog
from tieout.closing import Closing
from tieout.errors import TransientError
from tieout.facts.reading import SourceReader
from tieout.landscape import Landscape
from tieout.ledger.cells import CellLedger
from tieout.ledger.differences import CellDifference
from tieout.ledger.facts import FactLedger
from tieout.ledger.gate import Gate
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.outcomes import OutcomeLedger
from tieout.moments import moment_text
from tieout.objectives import Objectives
from tieout.planning.model import PlanningModel
from tieout.ports import Clock, FlushQueue

STALE_AFTER = timedelta(minutes=20)
RECORD_LIFETIME_MS = 1000 * recording.RUN_SECONDS
_MAX_ATTEMPTS, _MAX_RECEIVES = 5, 8  # as far apart as where it runs, and soon enough to be reached in a day


@dataclass(kw_only=True)
class Line:
    """Everything between the sources and planning."""

    random: Random
    schedule: Schedule
    weather: Weather
    entropy: SeededEntropy
    landscape: Landscape
    targets: Mapping[str, SimulatedTarget]
    flush_queue: FlushQueue
    readers: Mapping[str, SourceReader]
    table: WatchedTable = field(init=False)
    journaling: Journaling = field(init=False)
    aging: Aging = field(init=False)
    objectives: Objectives = field(init=False)
    archive: MemoryObjectStore = field(init=False)
    flows: dict[str, Flow] = field(init=False)
    bus: MemoryBus = field(init=False)
    relay_queue: WatchedQueue = field(init=False)
    relay_dead_letters: MemoryQueue = field(init=False)
    sent: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    processes: Processes = field(default_factory=Processes)
    log_of_conflicts: list[str] = field(default_factory=list)
    undeclared: list[str] = field(default_factory=list)
    tell_different: Callable[[Sequence[CellDifference]], None] = field(init=False)

    def __post_init__(self) -> None:
        io = self.weather.io
        self.table = WatchedTable(self.weather, index_lag=self.random.choice((0, 0, 3, 12)))
        self.journaling = Journaling(self.entropy.seed, self.schedule, self.weather, self.undeclared)
        self.table.told = self.journaling.tell
        self.aging = Aging(self.schedule)
        self.table.applied = self.aging.applied
        self.objectives = Objectives(self.landscape)
        self.archive = MemoryObjectStore(io=io)
        self.most_detail_bytes = self.random.choice((600, *3 * (MAX_DETAIL_BYTES,)))
        names = {flow.name: frozenset(flow.entities) for flow in self.landscape.flows} | {"unrouted": frozenset()}
        model = PlanningModel.of(self.landscape)
        closing = rules(self.entropy.seed, [flow.name for flow in self.landscape.flows])
        self.flows = {name: self._flow(name, entities, model, closing) for name, entities in names.items()}
        queues = {name: flow.queue for name, flow in self.flows.items()}
        self.bus = MemoryBus(self.random, self.schedule, self.weather, queues, "unrouted")
        self.relay_dead_letters, self.relay_queue = self._queues("relay", UNSEEN_SECONDS)
        self.mappings = MappingLedger(self.table)
        self.cells = CellLedger(self.table)

    def open_stream(self) -> None:
        """What the table holds by now is what the journal begins with."""
        self.journaling.begin_with(self.table.contents())
        self.table.told = self.journaling.tell

    def receiver(self, connection: str, system: Any, url: str, fetch: Callable[[], str | None]) -> Receiver:  # noqa: ANN401 a system's modules
        """A cold receive function of a connection."""
        options = system.options()
        return Receiver(
            intake=self.intake(connection, system, options),
            verify=lambda delivery, live: system.verify(delivery, live, options, url, delivery.received_at),
            secret=WebhookSecret(fetch, self.schedule),
            shelf=UnprovenShelf(self.archive, self.schedule, connection, 10),
            log=DeliveryLog("receive", connection, self.log.append),
        )

    def intake(self, connection: str, system: Any, options: Any) -> Intake:  # noqa: ANN401 a system's modules
        """How what is told of a connection's records becomes notices."""
        return Intake(
            connection=connection,
            flows=self.landscape.flows_by_entity(),
            completion=self.landscape.connection(connection).completion,
            door=system.door(options),
            split=lambda delivery: system.split(delivery, connection, options),
            bus=self.bus,
            keeper=self.archive,
            clock=self.schedule,
            entropy=self.entropy,
        )

    def receive(self, event: Mapping[str, Any], receiver: Receiver) -> Answer:
        """The answer a sender gets: that of an unavailable door where the handler would say so."""
        try:
            with Replaced(publishing, MAX_DETAIL_BYTES=self.most_detail_bytes):
                return receive(event, receiver)
        except Exception as error:  # noqa: BLE001 as the handler does; but no error may get so far
            self.undeclared.append(f"receive: {error!r}")
            return receiver.door.unavailable

    def work(self, flow: Flow, batch: list[Received]) -> None:
        """One run of a record function, and what Lambda does with its report."""
        self.aging.hand([each.body for each in batch], self.archive._objects.__getitem__)
        report = record_once(self, flow, batch)
        if report is None:
            return
        for each in batch:
            if each.message_id in report.retries:
                self._leave(flow.queue, each, report.retries[each.message_id])
            else:
                self.acknowledge(flow.queue, each)

    def deliver(self, target: SimulatedTarget, batch: list[Received]) -> None:
        """One run of a target's deliver function."""
        self.aging.begin()
        try:
            report = flush_once(self, target)
        except Exception as error:  # noqa: BLE001 none may
            self.undeclared.append(f"deliver: {error!r}")
            return
        target.behind = report.behind
        self.aging.end(is_whole=report.stopped_by is None)
        for each in batch:
            self.acknowledge(target.queue, each)

    def sweep(self) -> None:
        """One run of the sweep function; about then the stream's trigger looks for changes."""
        self.journaling.read_on()
        step = SweepStep(
            targets=tuple(self.targets),
            cells=self.cells,
            flush_queue=self.flush_queue,
            store=self.archive,
            publish=partial(publish_spooled, self.bus),
            clock=self.clock_of_a_worker(),
            stale_after=STALE_AFTER,
            maintenance={name: each.maintenance for name, each in self.targets.items() if each.maintenance},
        )
        try:
            sweep(step)
        except TransientError:
            self.weather.strike("sweep_failed")
        except Exception as error:  # noqa: BLE001 none may
            self.undeclared.append(f"sweep: {error!r}")

    def queues(self) -> list[tuple[MemoryQueue, MemoryQueue]]:
        """The queues that have dead-letter queues, each with its own."""
        flows = [(flow.queue, flow.dead_letters) for flow in self.flows.values()]
        return [*flows, (self.relay_queue, self.relay_dead_letters)]

    def parked(self) -> Iterator[tuple[str, Envelope]]:
        """What lies in the dead-letter queues, each with its flow."""
        for name, flow in self.flows.items():
            for each in flow.dead_letters.contents():
                yield name, read_message(each.body, self.archive._objects.__getitem__)

    def clock_of_a_worker(self) -> Clock:
        """The clock of the machine a function happens to run on: it may be seconds off."""
        if not self.weather.chance("skewed_worker"):
            return self.schedule
        return SkewedClock(self.schedule, timedelta(seconds=self.random.choice((-3, -1, 1, 3))))

    def acknowledge(self, queue: MemoryQueue, message: Received) -> None:
        """Lambda's own call: it may fail, and then the message comes back."""
        if not self.weather.chance("acknowledgement_lost"):
            with suppress(TransientError):
                queue.delete(message.handle)

    def _leave(self, queue: MemoryQueue, message: Received, seconds: float) -> None:
        with suppress(TransientError):  # then it comes back when its visibility runs out
            queue.change_visibility(message.handle, seconds)

    def _flow(self, name: str, entities: frozenset[str], model: PlanningModel, closing: Closing) -> Flow:
        dead_letters, queue = self._queues(name, recording.UNSEEN_SECONDS)
        settling = Settling(
            ledger=FactLedger(self.table, Gate(self.table, len(name) % GATE_SHARDS)),
            model=model,
            reader_of=self.readers.__getitem__,
            clock=self.schedule,
            entropy=self.entropy,
            code_version="simulated",
            closing=closing,
        )
        outcomes = OutcomeLedger(self.table)
        step = RecordStep(
            entities=entities,
            settling=settling,
            payloads=KeptPayloads(self.landscape.connections, self.archive.get, contents_reader(self.weather)),
            listings=Listings(settling.reader, queue, outcomes),
            outcomes=outcomes,
            drifting=drifting(self, f"{name} 0"),
            dead_letters=dead_letters,
            flush_queue=self.flush_queue,
            fetch=self.archive.get,
            clock=self.schedule,
            entropy=self.entropy,
            max_attempts=_MAX_ATTEMPTS,
        )
        return Flow(name, queue, dead_letters, step)

    def _queues(self, name: str, unseen_seconds: int) -> tuple[MemoryQueue, WatchedQueue]:
        """A dead-letter queue, and the queue it is of."""
        io = self.weather.io
        dead_letters = MemoryQueue(self.schedule, name=f"{name}-dead", io=io)
        queue = WatchedQueue(
            self.schedule,
            name=name,
            visibility_seconds=unseen_seconds,
            max_receives=_MAX_RECEIVES,
            dead_letters=dead_letters,
            entropy=self.entropy,
            io=io,
        )
        queue.kept = self._note_sent
        return dead_letters, queue

    def _note_sent(self, body: str) -> None:
        """Remember which notices were made of listings, of which no delivery tells."""
        if "~" in body:
            envelope = read_message(body, self.archive._objects.__getitem__)
            places = {notice.position for notice in envelope.notices}
            known = self.sent.setdefault((envelope.delivery_id, moment_text(envelope.received_at)), set())
            if places & known:
                self.weather.strike("listed_twice")
            known |= places
