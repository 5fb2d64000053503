"""Operators who have members kept now: those of Oracle EPM, which begins with hardly a customer, are published with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from functions.deliver.members_asked import answer_of
from tests.simulation.keeping_members import THEME as MEMBERS_THEME
from tests.simulation.keeping_members import member_step
from tests.simulation.operators import give_until_done
from tests.simulation.planning_lists import ListedSystem
from tests.simulation.planning_outline import DIMENSION, THEME, TOP, OutlinedApplication, planned_name
from tieout.errors import PermanentError, UnavailableError

if TYPE_CHECKING:
    from tests.simulation.targets import SimulatedTarget
    from tests.simulation.world import World

_ASKED = 4  # times an operator has it done while there are faults
_RUN_MILLISECONDS = 240_000


class Publishing:
    """Operators who have members kept as declared in the targets of one world where that waits for somebody.

    It does where they have to be published, and where their owners say something else of them than they did.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._targets = [
            each
            for each in world.targets.values()
            if isinstance(each.planning, OutlinedApplication)
            or (world.owning.is_part and isinstance(each.planning, ListedSystem))
        ]

    def plan(self, span: int) -> None:
        """Have them ask now and then while there are faults; by chance of their own."""
        random = Random(f"publishing {self._world.scenario.seed}")  # noqa: S311 it must repeat itself
        for target in self._targets:
            for _ in range(_ASKED):
                self._world.schedule.after(random.randrange(span), partial(_give, self._world, target))

    def to_the_end(self) -> int:
        """Have all of it done now; how often a database was refreshed, and how many members changed for it."""
        before = sum(map(_done, self._targets))
        for each in self._targets:
            _give(self._world, each)
            self._world.run_until_rest()
        return sum(map(_done, self._targets)) - before


def mend_refused(world: World, retry: Callable[[], int]) -> int:
    """Have cells that are refused written again; who adds the members that they want has that done with it."""
    kept = Publishing(world).to_the_end()
    if world.theme in {MEMBERS_THEME, THEME} or world.owning.is_mended:
        return kept
    world.owning.is_mended = (
        world.owning.is_part
    )  # once: what names a member that nobody declares any more is refused for good
    return kept + retry()


def published_violations(world: World) -> Iterator[str]:
    """Every declared customer that a cell names is seen by cells, below the one parent; and nobody refreshed but an operator."""
    for target in world.targets.values():
        application = target.planning
        if not isinstance(application, OutlinedApplication):
            continue
        declared = {member for (_, table, _), member in world.mappings.items() if table == "customer"}
        named = {
            member
            for key, item in world.line.table.contents().items()
            if key[0].startswith(f"CELL#{target.name}#") and "members" in item
            for dimension, member in json.loads(item["members"])
            if dimension == DIMENSION
        }
        for member in (declared | {"NO_CUSTOMER"}) & named - application.unknown:
            if planned_name(member) not in application.seen:
                yield f"no cell sees the customer {member}"
        yield from (
            f"{name} is below {above!r}"
            for name, above in application.outline.items()
            if above != planned_name(TOP) and name != planned_name(TOP) and not world.owning.is_part
        )
        writes = {
            str(item["by"]) for key, item in world.line.table.contents().items() if key[0] == f"MEMBERS#{target.name}"
        }
        yield from (f"{each} added members by itself" for each in writes - {"operator"})


def _give(world: World, target: SimulatedTarget) -> None:
    def ask() -> None:
        line, began = world.line, world.schedule.milliseconds

        def has_time(seconds: float) -> bool:
            return world.schedule.milliseconds - began + 1000 * seconds < _RUN_MILLISECONDS

        writer, clock = target.open_writer(), line.clock_of_a_worker()
        step = member_step(line, target, writer, clock, has_time, by="operator")
        try:
            answer_of(step, is_applied=True)
        except PermanentError as error:  # it is answered, and asked for again once the role was mended
            raise UnavailableError("asked for once more") from error

    give_until_done(world, "members asked for", ask, _RUN_MILLISECONDS)


def _done(target: SimulatedTarget) -> int:
    planning = target.planning
    if isinstance(planning, ListedSystem):
        return planning.changed
    assert isinstance(planning, OutlinedApplication)
    return planning.refreshed
