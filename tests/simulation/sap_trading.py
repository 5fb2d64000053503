"""The S/4HANA tenant of a world with all that stands around it: who is told of its changes, and who asks it."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.sap_answers import SapAnswers
from tests.simulation.sap_records import BILLING, ENTRY, ORDER, Billing, Change, Document, Entry, Order
from tests.simulation.sap_system import ORIGIN, SAP, STRANGER
from tests.simulation.sap_telling import Announcing
from tests.simulation.sap_tenant import Changes, Tenant
from tests.simulation.turns import SAP_THEME, has_turn

if TYPE_CHECKING:
    from tests.simulation.world import World

_TOLD_AGAIN_MS = (5_000, 60_000)
_NOTHING_SHOWN = (0.0, 0.1, 0.3)


class Trading:
    """A tenant and its ways out. It has chance of its own, so that other sources' stories do not depend on it.

    Attributes:
        is_part: whether the tenant takes part in the world's story.
    """

    def __init__(self, world: World) -> None:
        scenario = world.scenario
        self._world = world
        self._random = random = Random(f"{scenario.seed} {SAP}")  # noqa: S311 it must repeat itself
        self.is_part = has_turn(world, SAP_THEME)
        rate = random.choice(_NOTHING_SHOWN) if scenario.fault_scale else 0.0
        self.tenant = Tenant(self._chance(), world.schedule)
        self.answers = SapAnswers(self.tenant, self._chance(), world.schedule, world.weather, self._tell_again, rate)
        self.announcing = Announcing(self._chance(), lambda events: world.say(SAP, events))

    def plan(self, span: int) -> None:
        """Have its changes happen within a span, and what goes wrong around it."""
        if not self.is_part:
            return
        schedule, random = self._world.schedule, self._random
        changes = self._world.scenario.changes
        for _ in range(2 * changes if self._world.theme == SAP_THEME else changes // 2):
            schedule.after(random.randrange(span), self.change)
        for origin in (ORIGIN, STRANGER):
            schedule.after(random.randrange(span), partial(self._shake_hands, origin))
        schedule.after(random.randrange(span), self._world.senders[SAP].forge)

    def change(self) -> None:
        """Let something change, and be told of."""
        changes = self.tenant.change_something()
        if self._world.counting.is_missed():
            return
        self.tell(changes)
        if self._world.weather.is_on and self._random.random() < 0.08:
            self._world.weather.strike(self.announcing.tell_oddly(changes[0]))

    def tell(self, changes: Changes) -> None:
        """Tell of changes."""
        for each in changes:
            self._world.note(f"{SAP}: {each.subject} {each.document.number} {each.happening}")
        self.announcing.tell(changes)

    def end(self) -> None:
        """The night's run perhaps posts what is billed and in no books yet."""
        if self.is_part and self._random.random() < 0.5:
            self.tell(self.tenant.post_all())

    def _shake_hands(self, origin: str) -> None:
        """Somebody asks whether its events are welcome: who is to send them, or a stranger."""
        self._world.senders[SAP].shake_hands(origin, is_welcome=origin == ORIGIN)

    def _tell_again(self, document: Document) -> None:
        """A reader was served an older version: something is told of it later anyway."""
        again = Change(_subject_of(document), _happening_of(document), document, self._world.schedule.now())
        self._world.schedule.after(self._random.choice(_TOLD_AGAIN_MS), lambda: self.tell([again]))

    def _chance(self) -> Random:
        return Random(self._random.getrandbits(64))  # noqa: S311 as above


def _subject_of(document: Document) -> str:
    if isinstance(document, Order):
        return ORDER
    return BILLING if isinstance(document, Billing) else ENTRY


def _happening_of(document: Document) -> str:
    if isinstance(document, Entry):
        return "Created"
    return "Deleted" if isinstance(document, Order) and document.is_deleted else "Changed"
