"""Every single and every paired fault at the I/O calls of small reference days, each run to rest and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from tests.simulation.billing_systems import BILLING
from tests.simulation.books_system import BOOKS
from tests.simulation.dataverse_system import DATAVERSE
from tests.simulation.entries import all_mappings, budget_rates
from tests.simulation.files_system import FILES
from tests.simulation.finance_system import FINANCE
from tests.simulation.invariants import violations
from tests.simulation.sales_system import SALES
from tests.simulation.sap_system import SAP
from tests.simulation.schedule import CrashedError, Invocation
from tests.simulation.spending import TOOLS
from tests.simulation.systems import CRMS, ERPS
from tests.simulation.telling import WAYS
from tests.simulation.traffic import Traffic
from tests.simulation.turns import SALES_THEME
from tests.simulation.weather import READS, Weather
from tests.simulation.world import NeverAtRestError, Scenario, World
from tieout.errors import LostAnswerError, ThrottledError
from tieout.planning.mapping import MappingKey

# What a function remembers is lost when it crashes, so it matters only what it had written by then: a crash before a call is one
# after the last write before it, and where there is none, one before the first call. A read's lost answer is one that never came.
READ_MODES = ("throttled",)
WRITE_MODES = ("crash after", "lost answer", "throttled")
FIRST_MODES = ("crash before",)  # of a function's calls
Strike = tuple[int, str]  # the number of the call, and the mode
Day = Callable[[World, Traffic], None]  # what happens in a world that lacks one mapping
_SEED = 3  # of delays such that the deal waits for its mapping, and one flush writes everything
_CRM, _ERP, _TOOL = next(iter(CRMS)), ERPS[0], TOOLS[0]
_ELSEWHERE = (BOOKS, SAP, FINANCE, FILES, DATAVERSE, *BILLING)  # nothing of theirs happens on these days
_HELD_FOR = MappingKey(_CRM, "customer", "71")


class PlannedWeather(Weather):
    """Strikes exactly where it is told to, by the number of the call."""

    strikes: Mapping[int, str] = {}
    points: list[str]
    firsts: set[int]
    _last: Invocation | None = None

    def io(self, point: str) -> None:
        """Count the call, and strike if it is one of those."""
        when, operation = point.split(" ")
        if self._schedule.current is None or not self.is_on or operation.endswith(".delete"):
            return  # to delete a message is Lambda's own doing
        if when == "before":
            self._count(operation)
        mode = self.strikes.get(len(self.points) - 1)
        if mode is None:
            return
        if mode.startswith("crash"):
            if mode == f"crash {when}":
                raise CrashedError
        elif when == "before" and mode == "throttled":
            raise ThrottledError(point)
        elif when == "after" and mode == "lost answer":
            raise LostAnswerError(point)

    def _count(self, operation: str) -> None:
        self._schedule.pass_by(3)
        if self._schedule.current is not self._last:
            self._last = self._schedule.current
            self.firsts.add(len(self.points))
        self.points.append(operation)

    def chance(self, name: str) -> bool:
        """Nothing is left to chance."""
        del name
        return False


@dataclass(frozen=True, slots=True)
class Trial:
    """One plan, and what came of it.

    Attributes:
        points: the calls that were made under it.
        firsts: which of them were a function's first.
        invoked: which functions ran when, in milliseconds.
    """

    strikes: tuple[Strike, ...]
    points: tuple[str, ...]
    firsts: frozenset[int]
    violations: tuple[str, ...]
    invoked: tuple[tuple[str, int], ...]


def deal_and_invoice(world: World, traffic: Traffic) -> None:
    """A deal that is held and released, an invoice, one flush."""
    crm, erp = world.crms[_CRM], world.erps[_ERP]
    deal = crm.create(
        amount="2000",
        closedate="2026-04-30",
        deal_currency_code="EUR",
        pipeline="default",
        dealstage="new",
        company="71",
    )
    invoice = erp.create("invoice", currency="EUR", period="104")
    world.schedule.after(10, lambda: world.say(_CRM, [crm.event("creation", deal.deal_id)]))
    world.schedule.after(20, lambda: world.say_document(_ERP, invoice, "create"))
    world.schedule.after(4_000, traffic.storing.arrival(_HELD_FOR, "M-71"))


def report(world: World, _traffic: Traffic) -> None:
    """What a tool posts is kept, and its record completed from it; then the tool says something newer of it."""
    tool = world.tools[_TOOL]
    first, second = tool.said_twice()
    world.schedule.after(10, lambda: world.senders[_TOOL].say_alone(first))
    world.schedule.after(3_000, lambda: world.senders[_TOOL].say_alone(second))


def sale(world: World, _traffic: Traffic) -> None:
    """A message tells of an opportunity, only an overflow stands for two more, and one is deleted."""
    selling = world.selling
    first = selling.sales.create(Decimal(2000), "2026-04-30")
    message = {"id": "04l3k00000000000AA", "object": "Opportunity", "record": first.record_id, "stamp": ""}
    second, _ = (selling.sales.create(Decimal("12.50"), "2026-05-03") for _ in range(2))
    world.schedule.after(10, lambda: world.senders[SALES].say_alone(message))
    world.schedule.after(2_000, lambda: selling.relay.tell("Opportunity", "GAP_OVERFLOW", ["000000000000000AAA"]))

    def delete() -> None:
        for change in selling.sales.delete(second):
            selling.relay.tell(change.kind, change.operation, [change.record_id])

    world.schedule.after(9_000, delete)


def reference_day(strikes: tuple[Strike, ...], day: Day = deal_and_invoice) -> Trial:
    """A day, and the faults of a plan."""
    theme = SALES_THEME if day is sale else None
    world = World(Scenario(seed=_SEED, fault_scale=0.0, theme=theme, ways=WAYS), weather=PlannedWeather)
    weather = world.weather
    assert isinstance(weather, PlannedWeather)
    weather.strikes, weather.points, weather.firsts = dict(strikes), [], set()
    world.may_rest = False
    began = _with_mappings(theme)
    world.line.table.begin_as(began.line.table)
    world.mappings |= began.mappings
    world.line.open_stream()
    traffic = Traffic(world)
    day(world, traffic)
    traffic.end_after(35_000)
    try:
        traffic.finish()
        found = violations(world)
    except NeverAtRestError as error:
        found = [str(error)]
    return Trial(strikes, tuple(weather.points), frozenset(weather.firsts), tuple(found), tuple(world.invoked))


@cache
def _with_mappings(theme: str | None) -> World:
    """A world to begin as: every mapping is there that the day needs, but one."""
    world = World(Scenario(seed=_SEED, fault_scale=0.0, theme=theme, ways=WAYS))
    traffic = Traffic(world)
    for key, member in (all_mappings() | budget_rates()).items():
        if key.connection not in _ELSEWHERE and key != _HELD_FOR:
            traffic.storing.store(key, member)
    return world


def singles(day: Day = deal_and_invoice) -> Iterator[tuple[Strike, ...]]:
    """Every call of the undisturbed day, struck in every way."""
    yield from (((call, mode),) for call, mode in _strikes(reference_day((), day)))


def pairs(first: tuple[Strike, ...], day: Day = deal_and_invoice) -> Iterator[tuple[Strike, ...]]:
    """A first strike, and every later call of the day it leads to struck in every way."""
    ((call, _),) = first
    yield from ((*first, strike) for strike in _strikes(reference_day(first, day)) if strike[0] > call)


def _strikes(trial: Trial) -> Iterator[Strike]:
    """Every way to strike every call of a day that leads to another end than all others."""
    for call, operation in enumerate(trial.points):
        modes = READ_MODES if operation.rsplit(".", 1)[1] in READS else WRITE_MODES
        yield from ((call, mode) for mode in (*(FIRST_MODES if call in trial.firsts else ()), *modes))
