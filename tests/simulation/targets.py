"""The planning systems of a world: each with the queue of its deliver function and what that function writes with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from functions.deliver import settings as delivering
from tests.simulation.companies import FISCAL_NAMES
from tests.simulation.keeping_members import SOURCES, first_items
from tests.simulation.keeping_members import THEME as MEMBERS_THEME
from tests.simulation.owners import SOURCES as OWNED_SOURCES
from tests.simulation.owners import STUBBORN, is_owned
from tests.simulation.owners import THEME as OWNERS_THEME
from tests.simulation.planning import Coordinates, PlanningSystem, Surroundings
from tests.simulation.planning_analytics import AnalyticsTenant
from tests.simulation.planning_imports import IMPORTS, ImportingSystem
from tests.simulation.planning_lists import ListedSystem
from tests.simulation.planning_loads import FATES, ROWS, LoadingApplication
from tests.simulation.planning_loads import THEME as FILE_LOADS_THEME
from tests.simulation.planning_outline import JOBS, OutlinedApplication
from tests.simulation.planning_outline import SOURCES as PUBLISHED_SOURCES
from tests.simulation.planning_outline import THEME as PUBLISHED_THEME
from tests.simulation.planning_slices import PREFIXED, SlicedApplication
from tests.simulation.unreliable import LossyFlushQueue
from tests.support.memory_queue import MemoryFifoQueue
from tieout.delivering import CellWriter
from tieout.maintenance import Maintenance
from tieout.member_sources import MemberSource
from tieout.members import MemberKeeper
from tieout.systems.anaplan import members as anaplan_members
from tieout.systems.anaplan.bulk import BulkWriter
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.imports import ModelImports
from tieout.systems.anaplan.options import Options as AnaplanOptions
from tieout.systems.anaplan.writing import AnaplanWriter
from tieout.systems.oracle_epm import members as oracle_members
from tieout.systems.oracle_epm.cells import OracleEpmWriter
from tieout.systems.oracle_epm.client import PlanningClient
from tieout.systems.oracle_epm.loading import LoadingWriter
from tieout.systems.oracle_epm.options import LoadOptions
from tieout.systems.oracle_epm.options import Options as OracleOptions
from tieout.systems.sap_analytics.cells import AnalyticsWriter
from tieout.systems.sap_analytics.client import AnalyticsClient
from tieout.systems.sap_analytics.jobs import ImportJobs
from tieout.systems.sap_analytics.options import Options as AnalyticsOptions

if TYPE_CHECKING:
    from tests.simulation.world import World

ANAPLAN, ANALYTICS, ORACLE = "anaplan", "sap-analytics", "oracle-epm"
ALSO_FED = {
    ANALYTICS: frozenset({"Bookings", "Cash", "Operating expenses"}),
    ORACLE: frozenset({"Pipeline", "Actuals", "Billings"}),
}
"""The cubes that other targets are given besides Anaplan, which is given all."""
_WEEKS = "RT"  # how the periods of the companies begin that count weeks
_FLUSH_DELAY_SECONDS = 5


class Planning(Protocol):
    """A planning system in memory.

    Attributes:
        cells: what it holds.
        unknown: members it does not know: their cells are refused one by one.
        spoiling: members whose cells make it refuse a request as a whole.
        under_way: writes whose answer was lost and that have not landed yet.
    """

    cells: dict[Coordinates, Decimal]
    unknown: frozenset[str]
    spoiling: frozenset[str]
    under_way: int


@dataclass(slots=True, kw_only=True)
class SimulatedTarget:
    """One target of the line.

    Attributes:
        is_fed: whether it is given the cells of a cube.
        has_period: whether it knows a period, as the ledger writes it; cells of others are refused for good.
        behind: what a warm deliver function remembers.
        has_members: whether it has those of the dimensions whose members are kept from here.
        sources: the dimensions whose members are kept from here.
        known: what it remembers of those.
        open_keeper: what keeps its members beside a writer.
        maintenance: when it is not called.
    """

    name: str
    planning: Planning
    is_fed: Callable[[str], bool]
    has_period: Callable[[str], bool]
    open_writer: Callable[[], CellWriter]
    queue: MemoryFifoQueue
    behind: str = ""
    has_members: Callable[[Mapping[str, str]], bool] = lambda _: True
    sources: Mapping[str, MemberSource] = field(default_factory=dict)
    known: dict[tuple[str, str], datetime] = field(default_factory=dict)
    open_keeper: Callable[[CellWriter], MemberKeeper] = anaplan_members.open_keeper
    maintenance: Maintenance | None = None

    def refuses(self, members: Mapping[str, str]) -> bool:
        """Whether it has a reason to refuse cells with these members."""
        is_wrong = set(members.values()) & (self.planning.unknown | self.planning.spoiling)
        return bool(is_wrong) or not self.has_members(members) or not self.has_period(members["Time"])


class FlushQueues:
    """The flush queues of all targets, which may lose requests (`tieout.ports.FlushQueue`)."""

    def __init__(self, world: World, targets: Mapping[str, SimulatedTarget]) -> None:
        self._queues = {
            name: LossyFlushQueue(target.queue, world.schedule, world.weather) for name, target in targets.items()
        }

    def ask(self, target: str) -> None:
        """Ask for a flush of a target."""
        self._queues[target].ask(target)


def targets(world: World) -> dict[str, SimulatedTarget]:
    """The targets of a world by their names: Anaplan, and in some worlds another beside it."""
    anaplan = _anaplan(world)
    found = {ANAPLAN: anaplan}
    if world.scenario.theme in {None, "planning"}:
        if world.scenario.seed % 3 == 1:
            found[ANALYTICS] = _analytics(world, anaplan.planning)
        elif world.scenario.seed % 3 == 2:
            found[ORACLE] = _oracle(world, anaplan.planning)
    elif world.scenario.theme in {FILE_LOADS_THEME, PUBLISHED_THEME} or _is_owned_twice(world):
        found[ORACLE] = _oracle(world, anaplan.planning)
    return found


def _anaplan(world: World) -> SimulatedTarget:
    calm = world.scenario.fault_scale == 0
    ignorance, lacking = (
        (0.8, {"M-73", "M-501", "M-71"})
        if world.theme in {"planning", "loads", FILE_LOADS_THEME, MEMBERS_THEME}
        else (0.15, {"M-73"})
    )
    if is_owned(world.scenario):
        ignorance, lacking = 0.5, set(STUBBORN)
    names = FISCAL_NAMES if world.scenario.seed % 2 else ()
    loads = world.theme == "loads"
    opened: Callable[..., PlanningSystem] = ImportingSystem if loads else PlanningSystem
    sources = _sources(world)
    if sources:
        opened = partial(ListedSystem, kept=first_items(sources))
    unknown = frozenset(lacking) if world.random.random() < ignorance and not calm else frozenset[str]()
    spoiling = frozenset({"M-503"}) if world.random.random() < 0.1 and not calm else frozenset[str]()
    planning = opened(Surroundings(world.random, world.schedule, world.weather, unknown, spoiling))
    wanted: dict[str, Any] = {"batch_size": _batch_size(world)}
    if sources:
        wanted |= {"items_per_call": 20}
    if loads:
        wanted |= {"batch_size": 1, "bulk_from": 2, "imports": IMPORTS}
    options = AnaplanOptions(model_id="0" * 32, period_names=names, period_label="RT", **wanted)
    client = cast("AnaplanClient", planning)
    return SimulatedTarget(
        name=ANAPLAN,
        planning=planning,
        is_fed=lambda _: True,
        has_period=lambda _: True,  # what its own calendar lacks it knows by the ledger's own text
        open_writer=lambda: (
            BulkWriter(client, options, ModelImports(client, world.schedule, 5), world.schedule)
            if loads
            else AnaplanWriter(client, options)
        ),
        queue=_flush_queue(world),
        has_members=lambda members: planning.knows(members.items()) or not sources,
        sources=sources,
    )


def _sources(world: World) -> Mapping[str, MemberSource]:
    """The dimensions of Anaplan whose members are kept from here."""
    if is_owned(world.scenario):
        return OWNED_SOURCES
    return SOURCES if world.theme == MEMBERS_THEME else {}


def _analytics(world: World, like: Planning) -> SimulatedTarget:
    """A tenant whose models have months, or weeks as in every other world, and know neither by another calendar."""
    counts_weeks = bool(world.scenario.seed % 2)
    tenant = AnalyticsTenant(_around(world, like))
    options = AnalyticsOptions(
        models={cube: cube for cube in ALSO_FED[ANALYTICS]},
        auth_base_url="https://login.invalid",
        batch_size=_batch_size(world),
        period_names=("{year}{number:03}",) if counts_weeks else (),
        period_label=_WEEKS,
    )
    client = cast("AnalyticsClient", tenant)
    return SimulatedTarget(
        name=ANALYTICS,
        planning=tenant,
        is_fed=ALSO_FED[ANALYTICS].__contains__,
        has_period=lambda period: period.startswith(_WEEKS) == counts_weeks,
        open_writer=lambda: AnalyticsWriter(client, ImportJobs(client, world.schedule, 1), options, world.schedule),
        queue=_flush_queue(world),
    )


def _oracle(world: World, like: Planning) -> SimulatedTarget:
    """An application of months, or of weeks as in every other world."""
    counts_weeks = bool(world.scenario.seed % 2)
    publishes = world.theme == PUBLISHED_THEME or _is_owned_twice(world)
    loads = publishes or world.theme == FILE_LOADS_THEME
    application = SlicedApplication(_around(world, like))
    if loads:
        opened = OutlinedApplication if publishes else LoadingApplication
        fate = FATES[world.scenario.seed % len(FATES)]
        application = opened(_around(world, like), fate)
    options = OracleOptions(
        application="Vision",
        authentication="basic",
        member_prefixes={name: f"{name}:" for name in PREFIXED},
        dimensions={"Account": "Natural account"},
        period_names=("P{number:02}",) if counts_weeks else (),
        period_label=_WEEKS if counts_weeks else "",
        batch_size=_batch_size(world),
        reads_before=True,
    )
    if loads:
        by_file = {cube: LoadOptions(rows=ROWS) for cube in ALSO_FED[ORACLE]}
        options = replace(options, batch_size=1, load_from=2, loads=by_file, metadata_jobs=JOBS, refresh_job="R")
    client, clock = cast("PlanningClient", application), world.schedule
    return SimulatedTarget(
        name=ORACLE,
        planning=application,
        is_fed=ALSO_FED[ORACLE].__contains__,
        has_period=lambda period: period.startswith(_WEEKS) == counts_weeks,
        open_writer=lambda: (LoadingWriter if loads else OracleEpmWriter)(client, options, clock),
        has_members=lambda members: application.knows(members.items()),
        sources=PUBLISHED_SOURCES if publishes else {},
        open_keeper=oracle_members.open_keeper,
        queue=_flush_queue(world),
    )


def _is_owned_twice(world: World) -> bool:
    """Whether customers with an owner are members of Oracle EPM, too: in every other world of theirs."""
    return world.scenario.theme == OWNERS_THEME and world.scenario.seed % 2 == 1


def _around(world: World, like: Planning) -> Surroundings:
    """The surroundings of a system that lacks what another does."""
    return Surroundings(world.random, world.schedule, world.weather, like.unknown, like.spoiling)


def _batch_size(world: World) -> int:
    """Small, so that a flush takes several writes."""
    return 60 if world.theme == "documents" else 6


def _flush_queue(world: World) -> MemoryFifoQueue:
    return MemoryFifoQueue(
        world.schedule,
        name="flush",
        visibility_seconds=delivering.UNSEEN_SECONDS,
        delay_seconds=_FLUSH_DELAY_SECONDS,
        io=world.weather.io,
    )
