"""The Stripe account of a world with all that stands around it: who is told of what happens there, and who asks it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.simulation.senders import Event
from tests.simulation.stripe_account import StripeAccount
from tests.simulation.stripe_answers import StripeAnswers
from tests.simulation.stripe_system import STRIPE
from tests.simulation.turns import STRIPE_THEME, has_turn

if TYPE_CHECKING:
    from tests.simulation.world import World

_RATES = (0.0, 0.01, 0.05)


class Collecting:
    """An account and its way out. It has chance of its own, so that other sources' stories do not depend on it.

    Attributes:
        is_part: whether the account takes part in the world's story.
    """

    def __init__(self, world: World) -> None:
        scenario = world.scenario
        self._world = world
        self._random = random = Random(f"{scenario.seed} {STRIPE}")  # noqa: S311 it must repeat itself
        self.is_part = has_turn(world, STRIPE_THEME)
        rate = random.choice(_RATES) if scenario.fault_scale else 0.0
        self.stripe = StripeAccount(self._chance(), world.schedule, deletes=scenario.deletes)
        self.answers = StripeAnswers(self.stripe, self._chance(), world.weather, rate)

    def plan(self, span: int) -> None:
        """Have its changes happen within a span, and what goes wrong around it."""
        if not self.is_part:
            return
        schedule, random = self._world.schedule, self._random
        changes = self._world.scenario.changes
        for _ in range(2 * changes if self._world.theme == STRIPE_THEME else changes // 2):
            schedule.after(random.randrange(span), self.change)
        schedule.after(random.randrange(span), self._world.senders[STRIPE].forge)

    def change(self) -> None:
        """Let something happen, and be told of; what no list would show is always told."""
        events = self.stripe.change_something()
        if not events or (self.stripe.is_listed(events) and self._world.counting.is_missed()):
            return
        self.tell(events)
        if self._world.weather.is_on and self._random.random() < 0.08:
            self._tell_oddly(events[0])

    def tell(self, events: list[Event]) -> None:
        """Tell of what happened, in whatever order it comes."""
        for event in events:
            self._world.note(f"{STRIPE}: {event['type']} {event['data']['object']['id']}")
        self._world.say(STRIPE, events)

    def end(self) -> None:
        """Nothing of it needs anybody to mend it."""

    def _tell_oddly(self, event: Event) -> None:
        """Tell of what no flow wants, or of what nothing can be made."""
        kind = self._random.choice(("unrouted_notice", "malformed_item"))
        about: Event = (
            {"object": "payment_intent", "id": "pi_1"} if kind == "unrouted_notice" else {"object": "invoice"}
        )
        odd = {**event, "id": f"{event['id']}x", "type": "odd.event", "data": {"object": about}}
        if kind == "malformed_item" and self._random.random() < 0.5:  # what happens in live mode, at our endpoint
            odd = {**event, "id": f"{event['id']}x", "livemode": True}
        self._world.weather.strike(kind)
        self._world.say(STRIPE, [odd])

    def _chance(self) -> Random:
        return Random(self._random.getrandbits(64))  # noqa: S311 as above
