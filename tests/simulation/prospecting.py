"""The Dynamics 365 Sales environment of a world with all that stands around it: who is told of its changes, and who asks it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.simulation.dataverse import Change, Changes, Dataverse, Opportunity
from tests.simulation.dataverse_answers import DataverseAnswers
from tests.simulation.dataverse_system import DATAVERSE
from tests.simulation.dataverse_telling import DataverseTelling
from tests.simulation.turns import DATAVERSE_THEME, has_turn

if TYPE_CHECKING:
    from tests.simulation.world import World

_TOLD_AGAIN_MS = (5_000, 60_000)
_RATES = (0.0, 0.01, 0.05)


class Prospecting:
    """An environment and its way out. It has chance of its own, so that other sources' stories do not depend on it.

    Attributes:
        is_part: whether the environment takes part in the world's story.
    """

    def __init__(self, world: World) -> None:
        scenario = world.scenario
        self._world = world
        self._random = random = Random(f"{scenario.seed} {DATAVERSE}")  # noqa: S311 it must repeat itself
        self.is_part = has_turn(world, DATAVERSE_THEME)
        rate = random.choice(_RATES) if scenario.fault_scale else 0.0
        self.dataverse = Dataverse(self._chance(), world.schedule, deletes=scenario.deletes)
        self.answers = DataverseAnswers(self.dataverse, self._chance(), world.weather, self._tell_again, rate)
        self.telling = DataverseTelling(self._chance(), lambda events: world.say(DATAVERSE, events))

    def plan(self, span: int) -> None:
        """Have its changes happen within a span, and what goes wrong around it."""
        if not self.is_part:
            return
        schedule, random = self._world.schedule, self._random
        changes = self._world.scenario.changes
        for _ in range(2 * changes if self._world.theme == DATAVERSE_THEME else changes // 2):
            schedule.after(random.randrange(span), self.change)
        schedule.after(random.randrange(span), self._world.senders[DATAVERSE].forge)

    def change(self) -> None:
        """Let something change, and be told of; what no list would show is always told."""
        changes = self.dataverse.change_something()
        if not changes or (all(each.is_listed for each in changes) and self._world.counting.is_missed()):
            return
        self.tell(changes)
        if self._world.weather.is_on and self._random.random() < 0.08:
            opportunity = self._random.choice(tuple(self.dataverse.opportunities.values()))
            self._world.weather.strike(self.telling.tell_oddly(opportunity))

    def tell(self, changes: Changes) -> None:
        """Tell of changes."""
        for change in changes:
            named = ", ".join(each.record_id[:8] for each in change.opportunities)
            self._world.note(f"{DATAVERSE}: {change.message} {named} {change.product[:8]}")
        self.telling.tell(changes)

    def end(self) -> None:
        """Somebody mends what is spoilt."""
        if self.is_part:
            self.tell(self.dataverse.mend_all())

    def _tell_again(self, opportunity: Opportunity) -> None:
        """A reader was served an older version: something is told of it later anyway."""
        again = Change("Update", (opportunity,))
        self._world.schedule.after(self._random.choice(_TOLD_AGAIN_MS), lambda: self.tell([again]))

    def _chance(self) -> Random:
        return Random(self._random.getrandbits(64))  # noqa: S311 as above
