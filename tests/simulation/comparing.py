"""Stages of a value compared in a world by the step as it ships: whenever somebody asks, whatever goes wrong, and at rest.

It has chance of its own. In worlds of its theme it runs while there is traffic, and people say what they know of breaks meanwhile;
on one ordinary day in sixteen at rest alone, where it changes nothing of the day's story.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from functions.reconcile.pipeline import ReconcileStep, compare_stages
from tests.simulation.discrepancies import plant, twins
from tests.simulation.mirroring import mirror_violations
from tests.simulation.operators import give_until_done
from tests.simulation.oracle_of_stages import added, kept, lasting, less, lives, planned
from tests.simulation.owners import is_owned
from tests.simulation.targets import ANAPLAN
from tests.simulation.truth import truth_of
from tieout.errors import TransientError
from tieout.ledger.breaks import BreakLedger, KeptBreak
from tieout.ledger.stages import StageLedger
from tieout.ledger.table import Item, Key
from tieout.planning.model import PlanningModel
from tieout.reconciliations import Reconciliation, reconciliation_of_plain
from tieout.reconciling.tracking import NotAllowedError

if TYPE_CHECKING:
    from tests.simulation.world import Scenario, World

THEME = "reconciled"
_EVERY, _OF_THEM = 16, 3
_LIFETIME_MS = 900_000
_PEOPLE = ("ana", "ben", "cem")
_AS_OF = date(2026, 12, 31)
_DECLARED = Path(__file__).parents[2] / "landscape" / "reconciliations.toml"


def is_compared(scenario: Scenario) -> bool:
    """Whether the stages of a world are compared: in the theme of its own, and on one ordinary day of some."""
    if scenario.theme is not None:
        return scenario.theme == THEME
    return scenario.seed % _EVERY == _OF_THEM and scenario.fault_scale > 0 and not is_owned(scenario)


@cache
def with_planning() -> tuple[Reconciliation, ...]:
    """The delivered reconciliations of every stage with planning."""
    plain = tomllib.loads(_DECLARED.read_text(encoding="utf-8"))["reconciliations"]
    return tuple(each for each in map(reconciliation_of_plain, plain) if not each.is_of_systems)


class Comparing:
    """What is compared in one world.

    Attributes:
        is_part: whether anything is.
        said: how often people said something of a break, and how often they might not.
        planted: the kinds of discrepancies between the books and their mirror.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = Random(f"comparing {world.scenario.seed}")  # noqa: S311 it must repeat itself
        self.is_part = is_compared(world.scenario)
        self.said: dict[str, int] = {"explained": 0, "accepted": 0, "refused": 0, "missed": 0, "compared": 0}
        model = PlanningModel.of(world.line.landscape)
        entities = tuple(sorted(world.line.landscape.flows_by_entity()))
        self._breaks = BreakLedger(world.line.table)
        self._step = ReconcileStep(StageLedger(world.line.table, model, entities), self._breaks, world.schedule)
        self.planted: list[str] = []
        self._at_rest: Mapping[Key, Item] | None = None

    def plan(self, span: int) -> None:
        """Have stages compared within a span of milliseconds, and people say what they know of breaks."""
        if self._world.theme != THEME:
            return
        for _ in range(self._random.randint(10, 20)):
            self._world.schedule.after(self._random.randrange(span), self._compare)
        for _ in range(self._random.randint(20, 40)):
            self._world.schedule.after(self._random.randrange(span), self._say)

    def violations(self) -> Iterator[str]:
        """What does not come of comparing the stages of a world at rest as it must."""
        if not self.is_part:
            return
        for declared in with_planning():
            compare_stages(self._step, declared, _AS_OF)
        yield from self._misjudged()
        items = self._world.line.table.contents()
        yield from lives(items)
        breaks = dict(lasting(items))
        if self._at_rest is None:
            yield from self._mirror()
        elif self._at_rest != breaks:
            yield "what was said once more has changed breaks"
        self._at_rest = breaks

    def _mirror(self) -> Iterator[str]:
        planted = plant(twins(self._world), self._world.mappings, self._random)
        self.planted = [each.kind for each in planted if each.kind]
        yield from mirror_violations(self._world, planted, self._random)

    def _misjudged(self) -> Iterator[str]:
        """What each stage comes to is what the sources say, and each break is of a record that waits, or is of closed books."""
        world = self._world
        truth = truth_of(world)
        waiting = {"#".join(each) for each in truth.waiting}
        late, planned_in = dict(_late(world.line.table.contents())), set(_planned_in(world.line.table.contents()))
        said = world.closings.said(ANAPLAN, truth.cells)
        feeds = {each.name: each for each in world.line.landscape.feeds}
        for declared in with_planning():
            name, cube, measure = declared.name, feeds[declared.right.feed].cube, declared.right.measure
            found = kept(world.line.table.contents(), name)
            breaks = [row for each in found.breaks.values() for row in each["residuals"]]
            if less(found.left, found.right) != added(breaks):
                yield f"{name}: breaks come to {added(breaks)}, stages differ by {less(found.left, found.right)}"
            if found.right != planned(said, cube, measure):
                yield f"{name}: planning is given {found.right}, and should be {planned(said, cube, measure)}"
            waits = waiting | found.of_no_day()
            keeps_none = waits.isdisjoint(planned_in)  # or closed books keep what it added before it waited
            if keeps_none and less(found.left, found.of(waits)) != planned(truth.cells, cube, measure):
                yield f"{name}: systems say {found.left}, and should {planned(truth.cells, cube, measure)}"
            for (left, right), each in found.breaks.items():
                yield from (f"{name}: {said}" for said in _misnamed(each, {*left, *right}, waits, late))

    def _compare(self) -> None:
        declared = self._random.choice(with_planning())
        self.said["compared"] += 1

        def run() -> None:
            with suppress(TransientError):  # the schedule has it run again
                compare_stages(self._step, declared, self._world.schedule.now().date())

        self._world.invoke("reconcile", run, _LIFETIME_MS)

    def _say(self) -> None:
        name, by = self._random.choice(with_planning()).name, self._random.choice(_PEOPLE)
        give_until_done(self._world, "breaks", partial(self._say_of_one, name, by), 60_000)

    def _say_of_one(self, name: str, by: str) -> None:
        known = sorted(self._breaks.breaks(name), key=lambda each: each.tracked.found.name)
        for each in known[:1] and [self._random.choice(known)]:
            self._keep(name, each, by)

    def _keep(self, name: str, kept_break: KeptBreak, by: str) -> None:
        now, tracked = self._world.schedule.now(), kept_break.tracked
        what = "accepted" if tracked.state == "explained" else "explained"
        try:
            moved = tracked.accepted(by, now) if what == "accepted" else tracked.explained("as agreed", by, now)
        except NotAllowedError:
            what, moved = "refused", tracked
        missed = moved is not tracked and self._breaks.keep(name, [replace(kept_break, tracked=moved)], now)
        self.said["missed" if missed else what] += 1


def _misnamed(
    found: Mapping[str, Any], records: Collection[str], waits: Collection[str], late: Mapping[str, bool]
) -> Iterator[str]:
    """What is wrong with a break at rest: it is of something that waits, and says so; but what has no day waits for nobody."""
    is_told = found["kind"] in {"held", "missing_there"} if set(records) <= set(waits) else found["kind"] == "held"
    if not set(records) <= {*waits, *late}:
        yield f"{found['kind']} of {sorted(records)}, of which nothing waits"
    elif any(late.get(each, True) for each in records) and not is_told:
        yield f"{found['kind']} of {sorted(records)}, which wait"


def _planned_in(items: Mapping[Key, Item]) -> Iterator[str]:
    """The records that add something to any cell."""
    for key, item in items.items():
        if key[0].startswith("FACT#") and item["contributions"] != "[]":
            yield key[0].removeprefix("FACT#")


def _late(items: Mapping[Key, Item]) -> Iterator[tuple[str, bool]]:
    """The records of which something came too late for its books, and whether any of it waits for them."""
    for key, item in items.items():
        rows = json.loads(item.get("late", "[]")) if key[0].startswith("FACT#") else []
        if rows:
            yield key[0].removeprefix("FACT#"), any(kind != "booked" for _, kind, *_ in rows)
