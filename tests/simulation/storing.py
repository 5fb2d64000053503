"""Who stores mapping entries in a world: before anything happens, later, or never; and who replaces one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.entries import OTHER_MEMBERS, all_mappings, as_stored, budget_rates
from tests.simulation.resending import send_outdated, send_waiting
from tests.simulation.systems import taking_turns
from tests.simulation.turns import OWN_THEMES
from tieout.errors import TransientError
from tieout.ledger import keys
from tieout.planning.mapping import MappingKey

if TYPE_CHECKING:
    from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Storing:
    """Operators who store entries without asking anybody."""

    world: World

    def plan(self) -> None:
        """Store what is there from the start, and have others come later; then the table's stream is opened.

        Where periods are certified it was open before: what the journal tells begins with an empty table.
        """
        if not self.world.certifying.is_part:
            self.world.line.table.told = None
        self._plan_entries()
        if not self.world.certifying.is_part:
            self.world.line.open_stream()

    def replace_one(self) -> None:
        """A controller corrects an entry, and what was planned with the old member is sent through the line again."""
        own = dict(zip(OWN_THEMES, taking_turns(self.world), strict=True)).get(self.world.theme)
        others = taking_turns(self.world).keys() - {own}
        entries = sorted(each for each in self.world.mappings if each[0] not in others)
        connection, table, value = self.world.random.choice(entries)
        member = self.world.random.choice(
            OTHER_MEMBERS.get(table, (f"{self.world.mappings[connection, table, value]}x",))
        )

        def put() -> None:
            self.store(MappingKey(connection, table, value), member)
            self.world.weather.strike("member_replaced")
            send_outdated(self.world)

        self._until_done(f"replace {table} {value}", put)()

    def _plan_entries(self) -> None:
        present = {"mappings": 0.5, "members": 0.2, "reconciled": 0.7, "governed": 0.7}.get(self.world.theme, 0.85)
        away = {name for name, each in taking_turns(self.world).items() if not each.is_part}
        for key, member in all_mappings().items():
            if key.connection in away or self.world.owning.is_unsaid(key):
                continue
            drawn = self.world.random.random()
            if key.table == "cost_centre" and self.world.theme in {"mappings", "documents"}:
                drawn = 0.0
            self._plan_entry(key, member, drawn, present)
        for arrive in self.world.mappings_to_come.values():
            self.world.schedule.after(self.world.random.randrange(self.world.span), arrive)
        own_chance = Random(f"rates of budgets {self.world.scenario.seed}")  # noqa: S311 it must repeat itself
        for key, member in budget_rates().items():
            self._plan_entry(key, member, own_chance.random(), present)
            if (at := keys.mapping_key(key)) in self.world.mappings_to_come:
                arrives = self.world.mappings_to_come[at]
                self.world.schedule.after(own_chance.randrange(self.world.span), arrives)

    def _plan_entry(self, key: MappingKey, member: str, drawn: float, present: float) -> None:
        """An entry that is there from the start, comes later, or never."""
        if drawn < present:
            self.store(key, member)
        elif drawn < 0.97:
            self.world.mappings_to_come[keys.mapping_key(key)] = self.arrival(key, member)

    def arrival(self, key: MappingKey, member: str) -> Callable[[], None]:
        """`tieout mappings put`: store it, then send what waited to its flow again."""

        def put() -> None:
            self.store(key, member)
            send_waiting(self.world, key)

        return self._until_done(f"mapping {key}", put)

    def _until_done(self, name: str, command: Callable[[], None]) -> Callable[[], None]:
        """A command that an operator repeats until it succeeds, and gives once."""
        done: list[bool] = []

        def attempt() -> None:
            with suppress(TransientError):
                command()
                done.append(True)

        def give() -> None:
            if not done:
                self.world.invoke(name, attempt, 60_000, may_rest=False)
            if not done:
                self.world.schedule.after(20_000, give)

        return give

    def store(self, key: MappingKey, member: str) -> None:
        """An entry that is there."""
        self.world.line.mappings.put(key, as_stored(member), "controller", self.world.schedule.now())
        self.world.mappings[key.connection, key.table, key.key] = member
