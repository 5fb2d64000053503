"""Planning that alters, rounds or drops cells behind the line's back, and the read-back that has to find exactly those."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from functions.readback import pipeline
from functions.readback.pipeline import ReadbackStep, read_back
from tests.simulation.planning import Coordinates
from tests.simulation.targets import ORACLE, SimulatedTarget
from tests.support.replaced import Replaced
from tieout.delivering import CellValue
from tieout.errors import TransientError
from tieout.landscape import Readback
from tieout.ledger.cycles import Cycle
from tieout.ledger.differences import CellDifference
from tieout.ledger.readbacks import CycleUnderWayError, ReadbackLedger
from tieout.ledger.receipts import ReceiptLedger

if TYPE_CHECKING:
    from tests.simulation.world import World

_LIFETIME_MS, _WORKING = 240_000, timedelta(seconds=100)
_EVERY_MS, _LATER_EVERY_MS = (15_000, 40_000), (40_000, 120_000)
_ON_THE_WAY_MS = (500, 6_000, 20_000)
_LANDING_MS = 1_300_000  # for so long after the last fault a write may land late, and until it is written again
_AT_REST_MS = 300_000
_RUNS = 400
_MOST_ALTERED = 6
_LOOKS, _LOOKS_AGAIN_MS = 60, 1_500  # at what is about to be written
_Place = tuple[str, Coordinates]  # target, where


class ReadingBack:
    """What planning does by itself in one world, and what reads it back; it has chance of its own.

    Attributes:
        wrong: what was done that should not have been, each a sentence.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = random = Random(f"reading back {world.scenario.seed}")  # noqa: S311 it must repeat itself
        self._is_hasty = ORACLE in world.targets  # people type over what is about to be written
        likely = 0.5 if world.theme == "planning" else 0.5 if self._is_hasty else 0.1
        self._is_part = world.scenario.fault_scale > 0 and random.random() < likely
        self._declared = Readback(
            every_hours=random.choice((0, 1)),
            sample_percent=random.choice((0, 30, 100)),
            repair=random.choice(("by_hand", "automatic")),
        )
        self._ledger = ReadbackLedger(world.line.table)
        self._altered: dict[_Place, list[Decimal | None]] = {}  # what planning has made of cells, one after the other
        self._told: dict[_Place, set[Decimal | None]] = {}  # what it was told to hold of them
        self._until = 0
        world.line.tell_different = self.hear_before_a_write
        self.wrong: list[str] = []

    def plan(self, span: int) -> None:
        """Have cells altered within a span of milliseconds, cycles begun, and planning read meanwhile."""
        if not self._is_part:
            return
        after = self._world.schedule.after
        self._until = span + _LANDING_MS
        for _ in range(self._random.randint(1, _MOST_ALTERED)):
            after(self._random.randrange(span // 3, 2 * span), self._alter)
        for name in self._world.targets:
            after(self._random.randrange(span), partial(self._read_on, name))

    def to_the_end(self) -> None:
        """Once nothing is under way, read all of planning, repair what differs, and read all of it once more."""
        if not self._is_part:
            return
        left = {
            at: value for at in self._altered if (value := self._held(at)) in self._altered[at]
        }  # altered, and not written since
        self._cycle_of_all()
        self._repair()
        self._world.run_until_rest()
        unheard = [at for at, value in left.items() if self._held(at) != value and value not in self._told.get(at, ())]
        self.wrong += [f"{at} was altered and written again, and nobody was told" for at in unheard]
        told = {at: set(values) for at, values in self._told.items()}
        self._cycle_of_all()
        standing = [each.cell_id for name in self._world.targets for each in self._ledger.standing(name)]
        if standing or told != self._told:
            self.wrong.append(f"after all repairs {standing} still differ")

    def hear_before_a_write(self, different: Sequence[CellDifference]) -> None:
        """What deliver found changed just before it wrote; an application shows a cell that was removed as empty."""
        self._world.weather.strike("changed_before_a_write")
        for each in different:
            at = (each.target, (each.cube, each.measure, tuple(sorted(each.members))))
            is_removed = each.held == 0 and None in self._altered.get(at, ())
            self._tell([replace(each, held=None) if is_removed else each])

    def _held(self, at: _Place) -> Decimal | None:
        return self._world.targets[at[0]].planning.cells.get(at[1])

    def _alter(self, tries: int = _LOOKS) -> None:
        """Something happens to a cell in planning: it is typed over, rounded, or removed."""
        target = self._random.choice(list(self._world.targets.values()))
        cells = sorted(at for at, value in target.planning.cells.items() if value and not target.refuses(dict(at[2])))
        if not cells:
            return
        at = self._random.choice(cells)
        if self._is_hasty and tries:
            target = self._world.targets[ORACLE]
            about_to_be_written = self._waiting(target)
            if not about_to_be_written:
                self._world.schedule.after(_LOOKS_AGAIN_MS, partial(self._alter, tries - 1))
                return
            at = self._random.choice(about_to_be_written)
        value = target.planning.cells[at]
        rounded = value.quantize(Decimal(1), ROUND_HALF_EVEN)
        smallest = Decimal("0.01") if rounded != value else Decimal(1)  # yen have no hundredths
        kind, made = self._random.choice(
            (
                ("planning_altered", value + smallest),
                ("planning_altered", value * 7 + 13),
                ("planning_rounded", rounded if rounded != value else None),
                ("planning_dropped", None),
            )
        )
        self._world.weather.strike(kind if made is not None else "planning_dropped")
        self._world.note(f"{target.name}: {at} becomes {made}")
        self._altered.setdefault((target.name, at), []).append(made)
        if made is None:
            del target.planning.cells[at]
        else:
            target.planning.cells[at] = made

    def _waiting(self, target: SimulatedTarget) -> list[Coordinates]:
        """The cells of a target that it holds, and that are about to be written."""
        dirty = {
            (str(item["cube"]), tuple(sorted((name, member) for name, member in json.loads(item["members"]))))
            for item in self._world.line.table.left.values()
            if item.get("cell_state") == f"dirty#{target.name}"
        }
        held = sorted(at for at, value in target.planning.cells.items() if value)
        return [at for at in held if (at[0], at[2]) in dirty and not target.refuses(dict(at[2]))]

    def _ask(self, name: str) -> None:
        """`tieout readback run`."""
        with suppress(TransientError, CycleUnderWayError):
            self._ledger.begin(Cycle.begun(name, self._world.schedule.now(), "controller"))

    def _read_on(self, name: str) -> None:
        run, is_on = partial(self._run, self._world.targets[name]), self._world.weather.is_on
        self._world.invoke("readback", run, _LIFETIME_MS, may_rest=is_on)
        if self._random.random() < 0.7:
            self._ask(name)
        if self._world.schedule.milliseconds < self._until:
            every = self._random.choice(_EVERY_MS if self._world.weather.is_on else _LATER_EVERY_MS)
            self._world.schedule.after(every, partial(self._read_on, name))

    def _run(self, target: SimulatedTarget) -> None:
        try:
            report = read_back(self._step(target))
        except TransientError:
            self._world.weather.strike("readback_failed")
        except Exception as error:  # noqa: BLE001 none may
            self._world.line.undeclared.append(f"readback: {error!r}")
        else:
            if report.repaired:
                self._world.weather.strike("repaired_by_itself")

    def _step(self, target: SimulatedTarget) -> ReadbackStep:
        world = self._world
        return ReadbackStep(
            target=target.name,
            declared=self._declared,
            budget=self._random.choice((20, 50, 200)),
            ledger=self._ledger,
            cells=world.line.cells,
            receipts=ReceiptLedger(world.line.table),
            open_reader=lambda: _Reader(world, target, self._random),
            clock=world.schedule,
            give_up_at=world.schedule.now() + _WORKING,
            tell=self._tell,
            note_failure=lambda error: world.line.undeclared.append(f"readback: {error!r}"),
            maintenance=target.maintenance,
        )

    def _tell(self, different: Sequence[CellDifference]) -> None:
        """Nothing else is ever called different than what planning made of a cell by itself."""
        for each in different:
            at = (each.target, (each.cube, each.measure, tuple(sorted(each.members))))
            self._told.setdefault(at, set()).add(each.held)
            if each.held not in self._altered.get(at, ()):
                self.wrong.append(f"{at} is called different with {each.held}, which nobody made of it")

    def _repair(self) -> None:
        """`tieout readback repair`: of what is repaired by itself, what was before waits for it."""
        for name in self._world.targets:
            standing = list(self._ledger.standing(name))
            for each in standing:
                at = (name, (each.cube, each.measure, tuple(sorted(each.members))))
                if self._declared.repair == "automatic" and len(self._altered.get(at, ())) == 1:
                    self.wrong.append(f"{at} waits for a person, and was never repaired by itself")
            if standing:
                self._world.weather.strike("repaired_by_hand")
            self._ledger.repair(standing, "controller", self._world.schedule.now())

    def _cycle_of_all(self) -> None:
        """Let what is under way end, and then read all cells of every target once."""
        for name in self._world.targets:
            self._end(name)
            self._ask(name)
            self._end(name)

    def _end(self, name: str) -> None:
        for _ in range(_RUNS):
            cycle = self._ledger.cycle(name)
            if cycle is None or cycle.is_over:
                return
            self._world.schedule.advance_to(self._world.schedule.milliseconds + _AT_REST_MS)
            with small_pages_of_planning():
                self._world.invoke(
                    "readback", partial(self._run, self._world.targets[name]), _LIFETIME_MS, may_rest=False
                )
        raise AssertionError("a cycle never ends")


class _Reader:
    """Reads a planning system in memory: what it holds at one moment, some time after it was asked and before it is told."""

    def __init__(self, world: World, target: SimulatedTarget, random: Random) -> None:
        self._weather, self._cells = world.weather, target.planning.cells
        self._begin = partial(world.maintaining.note_reading, target.name)
        self._schedule, self._random = world.schedule, random

    def read(self, cells: Sequence[CellValue]) -> Mapping[str, Decimal | None]:
        """Cell id to what it holds."""
        self._begin()
        self._wait()
        self._weather.io("before planning.read")
        held = {each.cell_id: self._cells.get((each.cube, each.measure, tuple(sorted(each.members)))) for each in cells}
        self._wait()
        self._weather.io("after planning.read")
        return held

    def _wait(self) -> None:
        """On the way there, or back: others go on meanwhile."""
        if self._weather.is_on and self._random.random() < 0.3:
            self._schedule.rest(self._random.choice(_ON_THE_WAY_MS))


@contextmanager
def small_pages_of_planning() -> Iterator[None]:
    """While this lasts few cells are read at once."""
    with Replaced(pipeline, _AT_ONCE=6, _PROBED_WITH=2, _PLACES_AT_ONCE=4, _FORGOTTEN_AT_ONCE=1):
        yield
