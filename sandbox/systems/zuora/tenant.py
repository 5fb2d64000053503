"""What everything in the tenant goes through: an object is made or changed, and what happened noted for whoever is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.zuora.settings import TenantSettings
from sandbox.systems.zuora.store import Store


class Tenant:
    """The tenant's objects, and the events of what happened to them.

    Attributes:
        untold: the events nobody has taken yet, in the order in which they happened.
    """

    def __init__(self, settings: TenantSettings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.store = Store(now, lambda: settings.time_zone)
        self.now = now
        self.untold: list[Object] = []

    def open_account(self, name: str, currency: str, **stated: Any) -> Object:  # noqa: ANN401 JSON
        """A new customer, with an id of its own unless that is stated."""
        return self.make("account", {"name": name, "currency": currency, "status": "Active", **stated})

    def make(self, kind: str, stated: Mapping[str, Any], happened: str = "") -> Object:
        """A new object, and the event of that, if it is one."""
        made = self.store.add(kind, stated)
        if happened:
            self.note(happened, made)
        return made

    def change(self, changed: Object, happened: str = "", **stated: Any) -> Object:  # noqa: ANN401 JSON
        """An object with other values, and the event of that, if it is one."""
        changed |= stated
        self.store.save(changed)
        if happened:
            self.note(happened, changed)
        return changed

    def note(self, happened: str, about: Mapping[str, Any]) -> None:
        """Keep the event that something happened to an object, which is as it was then."""
        notified = self.store.next_number("notifications")
        moment = self.store.moment()
        self.untold.append({"id": f"{notified:032x}", "type": happened, "moment": moment, "about": dict(about)})

    def take_untold(self) -> list[Object]:
        """The events that nobody has taken yet."""
        taken, self.untold = self.untold, []
        return taken

    def day(self, stated: str | None) -> str:
        """A day that is stated, or today."""
        return stated or self.store.today().isoformat()

    def in_state(self, kind: str, key: str, *statuses: str) -> Object:
        """The object of that id or number.

        Raises:
            ValueError: for one that is in none of these statuses.
        """
        found = self.store.found(kind, key)
        if found["status"] not in statuses:
            raise ValueError(f"it is {found['status']}")
        return found


def plain(amount: Decimal) -> str:
    """An amount as it is kept: exact, without an exponent."""
    return format(amount.normalize(), "f") if amount else "0"
