"""A billing system of a world with all that stands around it: who is told of what happens there, and who asks it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from tests.simulation.billing_system import BillingSystem
from tests.simulation.senders import Event
from tests.simulation.turns import has_turn
from tieout.facts.listing import Listing
from tieout.facts.reading import SourceReader

if TYPE_CHECKING:
    from tests.simulation.world import World

_RATES = (0.0, 0.01, 0.05)


class Collecting:
    """A site and its way out. It has chance of its own, so that other sources' stories do not depend on it.

    Attributes:
        is_part: whether it takes part in the world's story.
        sends_again_for: how long after it was told first something may come once more.
    """

    def __init__(self, world: World, system: BillingSystem[Any, Any]) -> None:
        scenario = world.scenario
        self._world, self._system, self._name = world, system, system.name
        self._random = random = Random(f"{scenario.seed} {self._name}")  # noqa: S311 it must repeat itself
        self.is_part = has_turn(world, system.theme)
        self.sends_again_for = system.sends_again_for
        rate = random.choice(_RATES) if scenario.fault_scale else 0.0
        self.site = system.makes_site(self._chance(), world.schedule, scenario.deletes)
        self._answers = system.makes_answers(self.site, self._chance(), world.weather, rate)

    def reader(self) -> SourceReader:
        """Who reads it."""
        return self._system.reader(self._answers, self._world.schedule)

    def listing(self) -> Listing:
        """Who lists it."""
        return self._system.listing(self._answers, self._world.schedule)

    def plan(self, span: int) -> None:
        """Have its changes happen within a span, and what goes wrong around it."""
        if not self.is_part:
            return
        schedule, random = self._world.schedule, self._random
        changes = self._world.scenario.changes
        for _ in range(2 * changes if self._world.theme == self._system.theme else changes // 2):
            schedule.after(random.randrange(span), self.change)
        schedule.after(random.randrange(span), self._world.senders[self._name].forge)

    def change(self) -> None:
        """Let something happen, and be told of; what no list would show is always told."""
        events = self.site.change_something()
        if not events:
            return
        if self.site.is_listed(events) and self._world.counting.is_missed():
            self.site.missed(events)
            return
        self.tell(events)
        if self._world.weather.is_on and self._random.random() < 0.08:
            self._tell_oddly(events[0])

    def tell(self, events: list[Event]) -> None:
        """Tell of what happened, in whatever order it comes."""
        for event in events:
            self._world.note(f"{self._name}: {self._system.told_of(event)}")
        self._world.say(self._name, events)

    def end(self) -> None:
        """Nothing of it needs anybody to mend it."""

    def _tell_oddly(self, event: Event) -> None:
        kind = self._random.choice(("unrouted_notice", "malformed_item"))
        odd = self._system.odd(event, kind, self._random)
        self._world.weather.strike(kind)
        self._world.say(self._name, [odd])

    def _chance(self) -> Random:
        return Random(self._random.getrandbits(64))  # noqa: S311 as above
