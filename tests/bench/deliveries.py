"""One delivery over the whole line with the functions as deployed and warm: every request of AWS counted as it came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from tests.bench import events
from tests.bench.gateway import AwsCall
from tests.bench.in_memory import MemoryLine, Scenario, Work
from tests.bench.measured import LambdaProcess
from tests.bench.runs import FLOWS, HUBSPOT, NETSUITE, SIZES, Bench, accept
from tests.bench.world import TARGET, World

SCENARIOS = (
    *(Scenario(connection=HUBSPOT, entity="opportunity", flow=FLOWS[HUBSPOT], notices=each) for each in SIZES),
    *(
        Scenario(connection=HUBSPOT, entity="opportunity", flow=FLOWS[HUBSPOT], notices=each, about_one=True)
        for each in SIZES[1:]
    ),
    *(Scenario(connection=NETSUITE, entity="invoice", flow=FLOWS[NETSUITE], notices=each) for each in SIZES),
)
STEPS = ("receive", "record", "deliver")
_CHUNK_BYTES = 64 * 1024  # what EventBridge and SQS bill as one


@dataclass(slots=True)
class Delivery:
    """What one delivery took.

    Attributes:
        calls: by step, every request the function made of AWS.
        log_bytes: by step, what the function logged.
        bus_chunks: what EventBridge and the queue behind it bill: entries of 64 KB.
        work: the ledger's part in record and deliver, from the same records over the table in memory.
    """

    scenario: Scenario
    calls: dict[str, Counter[str]] = field(default_factory=dict)
    log_bytes: dict[str, int] = field(default_factory=dict)
    cpu_ms: dict[str, float] = field(default_factory=dict)
    bus_chunks: int = 0
    work: tuple[Work, Work] = field(default_factory=lambda: (Work(), Work()))

    def all_calls(self) -> Counter[str]:
        """Over the whole line."""
        return sum(self.calls.values(), Counter())


class CountedLine:
    """The line's functions, warm."""

    def __init__(self, world: World, bench: Bench, warm: ExitStack) -> None:
        self._world, self._bench = world, bench
        self._receive = {each: warm.enter_context(bench.process(world.receive(each))) for each in FLOWS}
        self._record = {flow: warm.enter_context(bench.process(world.record(flow))) for flow in FLOWS.values()}
        self._deliver = warm.enter_context(bench.process(world.deliver()))

    def pass_on(self, scenario: Scenario) -> Delivery:
        """Send a delivery and follow it to planning."""
        found = Delivery(scenario)
        event = self._bench.webhook(scenario.connection, scenario.records, scenario.notices // scenario.records)
        published = self._step(found, "receive", self._receive[scenario.connection], event)
        entries = [entry for call in published if call.operation == "PutEvents" for entry in call.plain()["Entries"]]
        found.bus_chunks = sum(-(-len(entry["Detail"]) // _CHUNK_BYTES) for entry in entries)
        messages = events.queue_messages(published, scenario.flow)
        self._step(found, "record", self._record[scenario.flow], messages)
        self._step(found, "deliver", self._deliver, events.flush_message(TARGET))
        return found

    def _step(self, found: Delivery, step: str, process: LambdaProcess, event: dict[str, Any]) -> list[AwsCall]:
        logged = len(process.log().encode())
        self._world.aws.forget()
        spent = process.cpu_ms()
        accept(process.invoke(event))
        found.calls[step] = self._world.aws.counted()
        found.log_bytes[step] = len(process.log().encode()) - logged
        found.cpu_ms[step] = process.cpu_ms() - spent
        return list(self._world.aws.calls)


def deliveries(world: World, bench: Bench) -> Iterator[Delivery]:
    """Every scenario, each of records that are new; the functions have worked before, so no secret or token is fetched.

    Raises:
        AssertionError: if the table in memory was asked otherwise than the emulated DynamoDB.
    """
    in_memory = MemoryLine(world)
    with ExitStack() as warm:
        line = CountedLine(world, bench, warm)
        for scenario in SCENARIOS[:: len(SCENARIOS) - 1]:  # one of each connection, to warm up
            line.pass_on(scenario)
        for scenario in SCENARIOS:
            found = line.pass_on(scenario)
            found.work = in_memory.work(scenario)
            for step, work in zip(STEPS[1:], found.work, strict=True):
                over_the_wire = {
                    name.removeprefix("dynamodb."): count
                    for name, count in found.calls[step].items()
                    if name.startswith("dynamodb.")
                }
                assert over_the_wire == work.table_calls, (str(scenario), step, over_the_wire, work.table_calls)
            yield found
