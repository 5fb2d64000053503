"""What is run and measured: each function cold, then warm with deliveries of 1, 10 and 100 notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench import events
from tests.bench.measured import Function, LambdaProcess, Phase
from tests.bench.world import TARGET, World
from tests.bench.yardstick import Yardstick
from tests.support.table_stream import change_record

HUBSPOT, NETSUITE = "hubspot-emea", "netsuite-group"
FLOWS = {HUBSPOT: "forecast_to_plan", NETSUITE: "record_to_report"}
SIZES = (1, 10, 100)
_REPEATS = {1: 5, 10: 2, 100: 1}
_MESSAGES_PER_BATCH = 10
_CHANGES = 16  # of the ledger that an opportunity makes until planning has it

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One function's figures: cold, and warm by the number of notices in a delivery."""

    name: str
    cold: Phase
    warm: dict[int, Phase] = field(default_factory=dict)  # per notice
    peak_mb: float = 0


class Bench:
    """Runs functions in a world; a plain receive function of each connection stays warm to feed the later steps."""

    def __init__(self, world: World, scratch: Path, *, tell: Callable[[str], None]) -> None:
        self._world, self._scratch, self._tell = world, scratch, tell
        self._counting = False
        self._yardstick = Yardstick(world, HUBSPOT)
        self._processes = 0
        self._batches = 0

    def all(self, *, counting: bool) -> Iterator[Run]:
        """Every function, ours and the conventional ones, instructions counted where asked."""
        self._counting = counting
        with ExitStack() as warm:
            feeders = {each: warm.enter_context(self.process(self._world.receive(each))) for each in FLOWS}
            for connection, sizes in ((HUBSPOT, SIZES), (NETSUITE, ())):
                name = f"receive, {connection}"

                def webhooks(count: int, connection: str = connection) -> list[Event]:
                    return [self.webhook(connection, count)]

                yield self._run(name, self._world.receive(connection), webhooks, sizes)
            for connection, flow in FLOWS.items():
                sizes = SIZES if connection == HUBSPOT else ()

                def messages(count: int, connection: str = connection, flow: str = flow) -> list[Event]:
                    return [self.messages(feeders[connection], connection, flow, count)]

                yield self._run(f"record, {flow}", self._world.record(flow), messages, sizes)
            self._leave_one_record_dirty(messages(1))
            yield self._run(f"deliver, {TARGET}", self._world.deliver(), lambda _: [_flush()], ())
            yield self._run("sweep", self._world.sweep(), lambda _: [{}], (1,))
            yield self._run("journal", self._world.journal(), self._changes, SIZES)
        yield from self._conventional()

    def webhook(self, connection: str, records: int, notices_each: int = 1) -> Event:
        """A delivery about new records."""
        source = self._world.systems.sources[connection]
        body = source.notices(source.records(records) * notices_each)
        event = events.webhook(body, source.sign(body))
        http = event["requestContext"]["http"] | {"path": f"/webhooks/{connection}"}
        return event | {"rawPath": http["path"], "requestContext": event["requestContext"] | {"http": http}}

    def messages(self, feeder: LambdaProcess, connection: str, flow: str, count: int) -> Event:
        """The queue message of a delivery that a receive function has published."""
        self._world.aws.forget()
        accept(feeder.invoke(self.webhook(connection, count)))
        return events.queue_messages(self._world.aws.calls, flow)

    def _changes(self, count: int) -> list[Event]:
        """A batch of the ledger's stream about that many opportunities, made ten seconds after the batch before."""
        self._batches += 1
        moment = datetime(2026, 11, 25, tzinfo=UTC) + timedelta(seconds=10 * self._batches)
        first = self._batches * 100_000
        fact, cell = {"revision": 1, "statement": "x" * 900}, {"total_minor": 12_345, "cube": "Pipeline"}
        changes = [
            change_record(
                (f"CELL#anaplan#{first + each}", "STATE"), None, cell if each % _CHANGES else fact, first + each, moment
            )
            for each in range(count * _CHANGES)
        ]
        return [{"Records": changes}]

    def _leave_one_record_dirty(self, messages: list[Event]) -> None:
        """Bring planning up to date but for the cells of one record."""
        with self.process(self._world.deliver()) as deliver:
            _invoke(deliver, [_flush()])
        with self.process(self._world.record(FLOWS[NETSUITE])) as record:
            _invoke(record, messages)

    def _conventional(self) -> Iterator[Run]:
        yield self._run(
            "conventional webhook", self._yardstick.receive(), lambda count: [self.webhook(HUBSPOT, count)], SIZES
        )
        with self.process(self._yardstick.receive()) as feeder:

            def batches(count: int) -> list[Event]:
                whole = self.messages(feeder, HUBSPOT, "deal.propertyChange", count)["Records"]
                parts = range(0, len(whole), _MESSAGES_PER_BATCH)
                return [{"Records": whole[start : start + _MESSAGES_PER_BATCH]} for start in parts]

            yield self._run("conventional worker", self._yardstick.record(), batches, SIZES)

    def _run(
        self, name: str, function: Function, events_of: Callable[[int], list[Event]], sizes: tuple[int, ...]
    ) -> Run:
        self._tell(f"{name}{', instructions' if self._counting else ''}")
        with self.process(function, counting=self._counting) as process:
            _invoke(process, events_of(1))
            process.mark("cold")
            for size in sizes:
                _invoke(process, events_of(size))
            process.mark("warming up")
            for size in sizes:
                for _ in range(_REPEATS[size]):
                    _invoke(process, events_of(size))
                process.mark(f"{size} notices")
        cold, _, *warm = process.phases
        per_notice = {size: _divided(phase, size * _REPEATS[size]) for size, phase in zip(sizes, warm, strict=True)}
        return Run(name, cold, per_notice, process.peak_mb)

    def process(self, function: Function, *, counting: bool = False) -> LambdaProcess:
        """A process that will run a function, its instructions counted where asked."""
        self._processes += 1
        folder = self._scratch / f"process-{self._processes}"
        folder.mkdir()
        return LambdaProcess(function, folder, counting)


def accept(answer: Any) -> None:  # noqa: ANN401 JSON
    """Insist that an invocation did its work."""
    if isinstance(answer, dict):
        assert answer.get("statusCode", 200) == 200, answer
        assert not answer.get("batchItemFailures"), answer


def _invoke(process: LambdaProcess, batches: list[Event]) -> None:
    for event in batches:
        accept(process.invoke(event))


def _flush() -> Event:
    return events.flush_message(TARGET)


def _divided(phase: Phase, notices: int) -> Phase:
    counted = phase.million_instructions
    return Phase(phase.name, phase.cpu_ms / notices, phase.modules, None if counted is None else counted / notices)
