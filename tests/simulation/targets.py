"""The planning systems of a world: each with the queue of its deliver function and what that function writes with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, cast

from functions.deliver import settings as delivering
from tests.simulation.companies import FISCAL_NAMES
from tests.simulation.planning import Coordinates, PlanningSystem
from tests.simulation.unreliable import LossyFlushQueue
from tests.support.memory_queue import MemoryFifoQueue
from tieout.delivering import CellWriter
from tieout.systems.anaplan.cells import AnaplanWriter
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.options import Options

if TYPE_CHECKING:
    from tests.simulation.world import World

ANAPLAN = "anaplan"
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
        behind: what a warm deliver function remembers.
    """

    name: str
    planning: Planning
    is_fed: Callable[[str], bool]
    open_writer: Callable[[], CellWriter]
    queue: MemoryFifoQueue
    behind: str = ""


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
    """The targets of a world by their names."""
    return {ANAPLAN: _anaplan(world)}


def _anaplan(world: World) -> SimulatedTarget:
    calm = world.scenario.fault_scale == 0
    ignorance, lacking = (0.8, {"M-73", "M-501", "M-71"}) if world.theme == "planning" else (0.15, {"M-73"})
    names = FISCAL_NAMES if world.scenario.seed % 2 else ()
    planning = PlanningSystem(
        world.random,
        world.schedule,
        world.weather,
        unknown=frozenset(lacking) if world.random.random() < ignorance and not calm else frozenset(),
        spoiling=frozenset({"M-503"}) if world.random.random() < 0.1 and not calm else frozenset(),
    )
    options = Options(model_id="0" * 32, batch_size=_batch_size(world), period_names=names, period_label="RT")
    return SimulatedTarget(
        name=ANAPLAN,
        planning=planning,
        is_fed=lambda _: True,
        open_writer=lambda: AnaplanWriter(cast("AnaplanClient", planning), options),
        queue=_flush_queue(world),
    )


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
