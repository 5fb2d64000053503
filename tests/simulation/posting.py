"""The Dynamics 365 Finance environment of a world with all that stands around it: who is told of its postings, and who asks it."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.announcing import Announcing
from tests.simulation.finance import Changes, Finance
from tests.simulation.finance_answers import FinanceAnswers
from tests.simulation.finance_records import Change, Entry
from tests.simulation.finance_system import FINANCE, GRID_OF_FINANCE, question_of_grid
from tests.simulation.finance_values import DEFAULT_COMPANY
from tests.simulation.turns import FINANCE_THEME, has_turn

if TYPE_CHECKING:
    from tests.simulation.world import World

_TOLD_AGAIN_MS = (5_000, 60_000)
_RATES = (0.0, 0.01, 0.05)


class Posting:
    """An environment and its ways out. It has chance of its own, so that other sources' stories do not depend on it.

    Attributes:
        is_part: whether the environment takes part in the world's story.
    """

    def __init__(self, world: World) -> None:
        scenario = world.scenario
        self._world = world
        self._random = random = Random(f"{scenario.seed} {FINANCE}")  # noqa: S311 it must repeat itself
        self.is_part = has_turn(world, FINANCE_THEME)
        rate = random.choice(_RATES) if scenario.fault_scale else 0.0
        self.finance = Finance(self._chance(), world.schedule)
        self.answers = FinanceAnswers(self.finance, self._chance(), world.weather, self._tell_again, rate)
        self.announcing = Announcing(
            self._chance(),
            lambda events: world.say(FINANCE, events),
            lambda events: world.say(GRID_OF_FINANCE, events),
        )

    def plan(self, span: int) -> None:
        """Have its changes happen within a span, and what goes wrong around it."""
        if not self.is_part:
            return
        schedule, random = self._world.schedule, self._random
        changes = self._world.scenario.changes
        for _ in range(changes if self._world.theme == FINANCE_THEME else changes // 2):
            schedule.after(random.randrange(span), self.change)
        schedule.after(random.randrange(span), lambda: self.announcing.test(DEFAULT_COMPANY))
        for _ in range(2):
            schedule.after(random.randrange(span), self._ask_whether_welcome)
        forged = random.choice((FINANCE, GRID_OF_FINANCE))
        schedule.after(random.randrange(span), self._world.senders[forged].forge)

    def change(self) -> None:
        """Let something be posted, and be told of."""
        changes = self.finance.change_something()
        if self._world.counting.is_missed():
            return
        self.tell(changes)
        if self._world.weather.is_on and self._random.random() < 0.08:
            self._world.weather.strike(self.announcing.tell_oddly(changes[0]))

    def tell(self, changes: Changes) -> None:
        """Tell of what was posted."""
        for change in changes:
            named = ", ".join(f"{each.ledger.company}/{each.day}/{each.voucher}" for each in change.entries)
            self._world.note(f"{FINANCE}: {named} {change.batch}")
            self.announcing.tell(change)

    def end(self) -> None:
        """Somebody perhaps sorts the account that nobody had sorted, and has told of what stands on it once more."""
        if self.is_part and self._random.random() < 0.5:
            self.tell(self.finance.sort())

    def _ask_whether_welcome(self) -> None:
        """A subscription of Event Grid's is made anew: by us, or by somebody who does not know the address."""
        code = f"512D38B6-{self._random.getrandbits(40):X}.~"
        is_ours = self._random.random() < 0.5
        answer = json.dumps({"validationResponse": code})
        self._world.senders[GRID_OF_FINANCE].ask(question_of_grid(code), answer, is_proven=is_ours)

    def _tell_again(self, entry: Entry) -> None:
        """A reader was served an older version: something is told of it later anyway."""
        again = Change(entry.ledger, self._world.schedule.now(), (entry,), "")
        self._world.schedule.after(self._random.choice(_TOLD_AGAIN_MS), lambda: self.tell([again]))

    def _chance(self) -> Random:
        return Random(self._random.getrandbits(64))  # noqa: S311 as above
