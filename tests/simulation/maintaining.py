"""The maintenance that a planning system of some worlds has each day, and that it is not called then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.simulation.targets import SimulatedTarget
from tieout.ledger import keys
from tieout.maintenance import Maintenance
from tieout.moments import parse_moment

if TYPE_CHECKING:
    from tests.simulation.world import World

_ZONES = ("UTC", "America/Los_Angeles", "Asia/Kolkata")
_MINUTES = (5, 20, 60)
_LEAST_WRITE = timedelta(seconds=60)  # how long a write of any of the systems may take at least
_LOOKED_AT = timedelta(days=2)
_MINUTE = timedelta(minutes=1)


class Maintaining:
    """When the targets of one world are maintained; it has chance of its own.

    Attributes:
        wrong: what was done that should not have been, each a sentence.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.wrong: list[str] = []
        self._windows: dict[str, list[tuple[datetime, datetime]]] = {}
        random = Random(f"maintaining {world.scenario.seed}")  # noqa: S311 it must repeat itself
        likely = 0.4 if world.theme == "planning" else 0.05
        if world.scenario.fault_scale and random.random() < likely:
            self._declare(random, world.targets)

    def _declare(self, random: Random, targets: Mapping[str, SimulatedTarget]) -> None:
        """One of the targets has a window, which begins while there is something to write."""
        start, span = self._world.schedule.now(), self._world.span
        begins_at = (start + timedelta(milliseconds=random.randrange(span))).replace(second=0, microsecond=0) + _MINUTE
        target, zone = random.choice(list(targets.values())), ZoneInfo(random.choice(_ZONES))
        begins = begins_at.astimezone(zone)
        minutes = random.choice(_MINUTES)
        target.maintenance = Maintenance(begins=f"{begins:%H:%M}", time_zone=str(zone), minutes=minutes)
        first = (start - _LOOKED_AT).replace(second=0, microsecond=0)
        moments = (first + number * _MINUTE for number in range(2 * _LOOKED_AT // _MINUTE))
        shown = ((each, each.astimezone(zone)) for each in moments)
        self._windows[target.name] = [
            (each, each + timedelta(minutes=minutes))
            for each, there in shown
            if (there.hour, there.minute) == (begins.hour, begins.minute) and not there.fold
        ]

    def note_flush(self, target: SimulatedTarget) -> None:
        """A flush begins: where it is to wait, that is counted."""
        if self._is_within(target.name, self._world.schedule.now()) and target.maintenance is not None:
            self._world.weather.strike("maintained")

    def note_reading(self, target: str) -> None:
        """Planning is read back."""
        if self._is_within(target, self._world.schedule.now()):
            self.wrong.append(f"{target} is read back in its maintenance")

    def violations(self) -> list[str]:
        """Writes that were begun in a maintenance, or too shortly before one, by the clock of whoever began them."""
        found = list(self.wrong)
        for target in self._windows:
            for (partition, name), item in self._world.line.table.contents().items():
                if partition != keys.receipt_partition(target) or item.get("end") == "undo":
                    continue
                opened_at = parse_moment(name.split("#")[1])
                if any(self._is_within(target, opened_at + each) for each in (timedelta(), _LEAST_WRITE)):
                    found.append(f"a write to {target} begins at {opened_at}, in its maintenance or just before it")
        return found

    def _is_within(self, target: str, moment: datetime) -> bool:
        return any(begins <= moment < ends for begins, ends in self._windows.get(target, ()))
