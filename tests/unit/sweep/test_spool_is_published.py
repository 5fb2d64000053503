from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from functions.sweep.pipeline import SweepReport, SweepStep, publish_spooled, sweep
from tests.support.clock import ManualClock
from tests.support.memory_bus import MemoryBus
from tests.support.memory_queue import MemoryFifoQueue, MemoryFlushQueue
from tests.support.memory_store import MemoryObjectStore
from tests.support.memory_table import MemoryTable
from tieout.arriving.spool import BusEntry, decode, encode
from tieout.errors import AccessDeniedError, MalformedError, TieoutError, UnavailableError
from tieout.ledger.cells import CellLedger


def entry(number: int) -> BusEntry:
    """An entry the bus once refused."""
    return BusEntry("tieout.hubspot-emea", "forecast_to_plan", f'{{"delivery_id":"{number}"}}')


class PagedStore(MemoryObjectStore):
    """A store that remembers how many keys it named at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[int] = []

    def keys(self, prefix: str, limit: int, *, after: str = "") -> Sequence[str]:
        """The keys, noted."""
        found = super().keys(prefix, limit, after=after)
        self.pages.append(len(found))
        return found


@dataclass
class Stage:
    """An archive with spooled objects, a bus, and a sweeper between them."""

    clock: ManualClock = field(default_factory=ManualClock)
    store: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    bus: MemoryBus = field(default_factory=MemoryBus)
    publishing_seconds: float = 0

    def spool(self, count: int, connection: str = "hubspot-emea") -> None:
        """Let so many entries wait."""
        for number in range(count):
            self.store.put(f"spool/{connection}/{number:05}.json", encode(entry(number)))

    def sweep(self) -> SweepReport:
        """One run of a sweeper that has no targets."""
        return sweep(
            SweepStep(
                targets=[],
                cells=CellLedger(MemoryTable()),
                flush_queue=MemoryFlushQueue(MemoryFifoQueue(self.clock), self.clock),
                store=self.store,
                publish=self._publish,
                clock=self.clock,
                stale_after=timedelta(minutes=20),
            )
        )

    def waiting(self) -> list[str]:
        """What still lies in the spool."""
        return list(self.store.keys("spool/", 1_000_000))

    def _publish(self, raw: bytes) -> None:
        self.clock.advance(self.publishing_seconds)
        publish_spooled(self.bus, raw)


def test_a_long_outage_is_worked_off_in_one_run_where_time_allows() -> None:
    """However many deliveries wait, over however many pages, each is published once and leaves the spool."""
    stage = Stage()
    stage.store = store = PagedStore()
    stage.spool(2300)
    assert stage.sweep().published == 2300
    assert store.pages == [1000, 1000, 300, 0]
    assert [decode(encode(each)) for each in stage.bus.entries] == [entry(number) for number in range(2300)]
    assert not stage.waiting()


def test_a_run_stops_when_its_time_is_used_and_the_next_one_goes_on() -> None:
    """The sweeper ends before it would be killed; what it did not come to is published a minute later."""
    stage = Stage(publishing_seconds=1)
    stage.spool(50)
    assert stage.sweep().published == 30
    assert len(stage.waiting()) == 20
    assert stage.sweep().published == 20


def test_objects_that_are_no_entries_do_not_hold_up_those_behind_them() -> None:
    """More of them than a page holds stay where a person finds them, and everything else is published."""
    stage = Stage()
    for number in range(1100):
        stage.store.put(f"spool/a-stranger/{number:05}", b"no entry")
    stage.spool(3)
    report = stage.sweep()
    assert (report.published, report.unpublishable, report.still_refused) == (3, 1100, 0)
    assert len(stage.waiting()) == 1100


@pytest.mark.parametrize("code", ["InvalidArgument", "MalformedDetail", "RedactionFailure"])
def test_an_entry_the_bus_will_never_take_does_not_hold_up_those_behind_it(code: str) -> None:
    """Twenty entries that are refused for what they say stay, counted as unpublishable; the next ones are published."""
    stage = Stage()
    stage.spool(30)
    stage.bus.refuse = lambda each: code if int(each.detail[16:-2]) < 20 else ""
    report = stage.sweep()
    assert (report.published, report.unpublishable, report.still_refused) == (10, 20, 0)
    assert len(stage.waiting()) == 20


def test_a_bus_that_takes_nothing_is_left_alone_until_the_next_minute() -> None:
    """Ten refusals in a row say that it is the bus; nothing leaves the spool."""
    stage = Stage()
    stage.spool(100)
    stage.bus.refuse = lambda _: "ThrottlingException"
    report = stage.sweep()
    assert (report.published, report.still_refused, stage.bus.calls) == (0, 10, 10)
    assert len(stage.waiting()) == 100


def test_ten_refusals_are_counted_from_the_last_entry_that_was_taken() -> None:
    """What was published between them says that it is not the bus."""
    stage = Stage()
    stage.spool(40)
    stage.bus.refuse = lambda each: "" if int(each.detail[16:-2]) in {9, 19} else "InternalFailure"
    report = stage.sweep()
    assert (report.published, report.still_refused, stage.bus.calls) == (2, 28, 30)


def test_a_bus_that_refuses_now_and_then_is_given_the_rest() -> None:
    """Each refused entry waits for the next minute, and holds nobody up."""
    stage = Stage()
    stage.spool(100)
    stage.bus.refuse = lambda each: "InternalFailure" if int(each.detail[16:-2]) % 2 else ""
    report = stage.sweep()
    assert (report.published, report.still_refused) == (50, 50)
    assert len(stage.waiting()) == 50


def test_a_delivery_that_another_run_published_meanwhile_is_nothing_to_count() -> None:
    """An object that is gone when its turn comes is neither published nor unpublishable."""
    stage = Stage()
    stage.spool(2)
    stage.bus = MemoryBus(deliver=lambda _: stage.store.delete("spool/hubspot-emea/00001.json"))
    report = stage.sweep()
    assert (report.published, report.unpublishable, report.still_refused) == (1, 0, 0)


def raising(error: Exception) -> Callable[[str], None]:
    """A fault point that always fails."""

    def fail(_point: str) -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", [UnavailableError("down"), AccessDeniedError("AccessDenied")])
def test_a_bus_out_of_reach_is_no_fault_of_the_entries(error: TieoutError) -> None:
    """An outage or a missing grant leaves every entry waiting, and none is called unpublishable."""
    stage = Stage()
    stage.spool(12)
    stage.bus.io = raising(error)
    report = stage.sweep()
    assert (report.published, report.unpublishable, report.still_refused) == (0, 0, 10)
    assert len(stage.waiting()) == 12


def test_an_object_that_may_not_be_read_does_not_hold_up_those_behind_it() -> None:
    """What lies there under somebody else's key is a person's to look at, each counted; the next one is published."""
    stage = Stage()
    stage.spool(3)
    faults = iter([AccessDeniedError("no access"), AccessDeniedError("no access")])

    def fail_once(point: str) -> None:
        if point == "before archive.get" and (error := next(faults, None)):
            raise error

    stage.store.io = fail_once
    report = stage.sweep()
    assert (report.published, report.unpublishable, report.still_refused) == (1, 2, 0)


def test_a_refusal_for_what_an_entry_says_is_told_from_one_for_now() -> None:
    """Only what will be refused in the same way again is called malformed."""
    bus = MemoryBus()
    bus.refuse = lambda _: "MalformedDetail"
    with pytest.raises(MalformedError) as refused:
        publish_spooled(bus, encode(entry(1)))
    assert refused.value.reason == "spooled_entry_refused"
    bus.refuse = lambda _: "InternalFailure"
    with pytest.raises(UnavailableError):
        publish_spooled(bus, encode(entry(1)))
    with pytest.raises(MalformedError):
        publish_spooled(bus, b"[]")
