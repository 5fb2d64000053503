"""The Salesforce organisation of a world with all that stands around it: who is told of its changes, and who asks it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.simulation.event_relay import EventRelay
from tests.simulation.sales import Changes, Sales
from tests.simulation.sales_answers import SalesAnswers
from tests.simulation.sales_records import Record
from tests.simulation.sales_system import CALLOUTS_OF_SALES, SALES
from tests.simulation.telling import CALLOUTS, EVENTS, MESSAGES, WAYS, Telling
from tests.simulation.turns import SALES_THEME, has_turn

if TYPE_CHECKING:
    from tests.simulation.world import World

_WAYS = (*(3 * [(EVENTS,)]), *(3 * [WAYS]), (MESSAGES, CALLOUTS), (CALLOUTS,), (MESSAGES,))
_CHANGES_OF_A_BUSY_DAY = 14
_RATES = {"relay_lost": (0.0, 0.05, 0.2, 0.4), "relayed_twice": (0.0, 0.1, 0.2), "short_answer": (0.0, 0.01, 0.05)}


class Selling:
    """An organisation and its ways out. It has chance of its own, so that other sources' stories do not depend on it.

    Attributes:
        is_part: whether the organisation takes part in the world's story.
    """

    def __init__(self, world: World) -> None:
        scenario = world.scenario
        self._world = world
        self._random = random = Random(f"{scenario.seed} {SALES}")  # noqa: S311 it must repeat itself
        self.is_part = has_turn(world, SALES_THEME)
        self._is_calm = scenario.fault_scale == 0
        rates = {name: 0.0 if self._is_calm else random.choice(rates) for name, rates in _RATES.items()}
        if world.theme == SALES_THEME and rates["relay_lost"]:
            rates["relay_lost"] = 0.4
        drawn = random.choice(_WAYS)
        ways = scenario.ways or drawn
        chance = self._chance()
        self.relay = EventRelay(chance, world.schedule, world.weather, self._send, self._is_gone, rates)
        self.telling = Telling(
            self._chance(),
            ways,
            self.relay,
            lambda events: world.say(SALES, events),
            lambda events: world.say(CALLOUTS_OF_SALES, events),
        )
        deletes = scenario.deletes and set(ways) != {MESSAGES}
        self.sales = Sales(self._chance(), world.schedule, self.telling.is_told, deletes=deletes)
        self.answers = SalesAnswers(self.sales, self._chance(), world.weather, self._tell_again, rates["short_answer"])

    def plan(self, span: int) -> None:
        """Have its changes happen within a span, and what goes wrong around it."""
        schedule, random = self._world.schedule, self._random
        for _ in range(self._count()):
            schedule.after(random.randrange(span), self.change)
        if self.is_part and EVENTS in self.telling.ways and not self._is_calm:
            schedule.after(random.randrange(span), self._disturb)
            if random.random() < 0.4:
                start = random.randrange(span)
                schedule.after(start, self._pause)
                schedule.after(start + random.choice((20_000, 90_000)), self.relay.resume)

    def change(self) -> None:
        """Let something change, and be told of."""
        changes = self.sales.change_something()
        if self._world.counting.miss_sales(changes):
            return
        self.tell(changes)
        if self._random.random() < 0.06:
            change = self._random.choice(tuple(self.sales.records.values())).change("UPDATE")
            self._world.weather.strike(self.telling.tell_oddly(change))

    def tell(self, changes: Changes) -> None:
        """Tell of changes."""
        for change in changes:
            self._world.note(f"{SALES}: {change.kind} {change.record_id} {change.operation}")
        self.telling.tell(changes)

    def end(self) -> None:
        """Nothing is lost any more, what was lost is told of, and somebody mends what is spoilt."""
        self.relay.resume()
        self.tell(self.sales.mend_all())

    def repeat_everything(self) -> None:
        """Relay every change event once more."""
        self.relay.repeat_everything()

    def _count(self) -> int:
        """How many changes its story has."""
        changes = self._world.scenario.changes
        if not self.is_part:
            return 0
        if self._world.theme == SALES_THEME:
            return 2 * changes
        return _CHANGES_OF_A_BUSY_DAY if self._random.random() < 0.1 else changes // 2

    def _disturb(self) -> None:
        """An echo of what we changed ourselves, and an event of an organisation that is not ours."""
        records = self.sales.live("Opportunity")
        if records and self._world.weather.is_on:
            ids = [self._random.choice(records).record_id]
            self.relay.echo("Opportunity", ids)
            self.relay.tell_of_another(ids)

    def _pause(self) -> None:
        if self._world.weather.is_on:
            self.relay.pause()

    def _tell_again(self, record: Record) -> None:
        """A reader was served an older version of a record: something is told of it later anyway."""
        delay = self._world.random.choice((5_000, 60_000))
        operation = "DELETE" if record.is_deleted else "UPDATE"
        self._world.schedule.after(delay, lambda: self.tell([record.change(operation)]))

    def _is_gone(self, record_id: str) -> bool:
        return record_id not in self.sales.records

    def _send(self, message: str) -> None:
        self._world.line.relay_queue.send(message)

    def _chance(self) -> Random:
        return Random(self._random.getrandbits(64))  # noqa: S311 as above
