"""What everything in the account goes through: an object is made or changed, and an event of it noted for whoever is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.stripe.settings import AccountSettings
from sandbox.systems.stripe.showing import Showing
from sandbox.systems.stripe.store import Store


class Account:
    """The account's objects, and the events of what happened to them.

    Attributes:
        untold: the events nobody has taken yet, in the order in which they happened.
    """

    def __init__(self, settings: AccountSettings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.store = Store(now)
        self.showing = Showing(settings, self.store)
        self.now = now
        self.untold: list[Object] = []

    def make(self, kind: str, stated: Mapping[str, Any], happened: str = "") -> Object:
        """A new object, and the event of that, if it is one."""
        made = self.store.add(kind, {"livemode": self.settings.live, "metadata": {}, **stated})
        if happened:
            self.note(happened, made)
        return made

    def change(self, changed: Object, happened: str, **stated: Any) -> Object:  # noqa: ANN401 JSON
        """An object with other values, and the event of that."""
        changed |= stated
        self.store.save(changed)
        self.note(happened, changed)
        return changed

    def note(self, happened: str, about: Mapping[str, Any]) -> None:
        """Keep the event that something happened to an object, which is as it was then."""
        stated = {
            "api_version": self.settings.api_version,
            "livemode": self.settings.live,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": happened,
            "data": {"object": self.showing.shown(about, self.settings.api_version)},
        }
        self.untold.append(self.store.add("event", stated))

    def take_untold(self) -> list[Object]:
        """The events that nobody has taken yet."""
        taken, self.untold = self.untold, []
        return taken
