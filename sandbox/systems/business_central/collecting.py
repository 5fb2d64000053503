"""Collects changes until they are due: one notification for each subscription and record, however often it changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

from sandbox.systems.business_central.environment import CREATED, DELEGATED_ADMIN, DELETED, Change
from sandbox.systems.business_central.schema import NOTIFIED_SETS
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.business_central.subscriptions import Subscription
from sandbox.systems.business_central.values import moment_text, shown

COLLECTION = "collection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One notification that waits.

    Attributes:
        record_ids: what it tells of; more than one for a collection.
        since: of a collection, the moment before its first change.
    """

    subscription_id: str
    company: str
    entity_set: str
    record_ids: tuple[str, ...]
    change_type: str
    moment: datetime
    since: datetime | None = None


class Due(NamedTuple):
    """What is due for one address, and since when it waits."""

    address: str
    told: tuple[Told, ...]


class Collecting:
    """The changes that wait, by address; its caller holds a lock."""

    def __init__(self, settings: EnvironmentSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._waiting: dict[str, dict[tuple[str, str], Told]] = {}  # by address, then by subscription and record
        self._firsts: dict[str, datetime] = {}
        self._held: dict[tuple[str, str], list[Change]] = {}

    @property
    def count(self) -> int:
        """How many notifications wait, those that wait for another user's change not counted."""
        return sum(len(each) for each in self._waiting.values())

    @property
    def held(self) -> int:
        """How many records that delegated administrators changed wait for another user's change."""
        return len({(each.company, each.record_id) for changes in self._held.values() for each in changes})

    def add(self, changes: Iterable[Change], subscriptions: list[Subscription]) -> None:
        """Let changes wait for whoever is subscribed now.

        What a delegated administrator changes is told only with the next change of the same table by somebody else.
        """
        for change in (each for each in changes if each.entity_set in NOTIFIED_SETS):
            table = change.company, change.entity_set
            if change.by == DELEGATED_ADMIN:
                self._held.setdefault(table, []).append(change)
                continue
            for each in (*self._held.pop(table, ()), change):
                self._add(each, subscriptions)

    def take(self, *, everything: bool) -> list[Due]:
        """What is due, out of what waits; `everything`: also what is due only later."""
        delay = timedelta(seconds=self._settings.delay_seconds)
        due = [each for each, first in self._firsts.items() if everything or first + delay <= self._now()]
        taken = []
        for address in due:
            del self._firsts[address]
            waiting = self._waiting.pop(address)
            taken.append(Due(address, tuple(self._gathered(list(waiting.values())))))
        return taken

    def next_due(self) -> datetime | None:
        """When the next are due; None where none waits."""
        first = min(self._firsts.values(), default=None)
        return None if first is None else first + timedelta(seconds=self._settings.delay_seconds)

    def drop(self, wanted: Callable[[Told], bool]) -> list[Told]:
        """Lose those that are wanted of what waits; which."""
        lost: list[Told] = []
        for address, waiting in list(self._waiting.items()):
            gone = {key: each for key, each in waiting.items() if wanted(each)}
            lost += gone.values()
            self._waiting[address] = {key: each for key, each in waiting.items() if key not in gone}
            if not self._waiting[address]:
                del self._waiting[address], self._firsts[address]
        return lost

    def _add(self, change: Change, subscriptions: list[Subscription]) -> None:
        for subscription in subscriptions:
            if (subscription.company, subscription.entity_set) != (change.company, change.entity_set):
                continue
            waiting = self._waiting.setdefault(subscription.notification_url, {})
            self._firsts.setdefault(subscription.notification_url, self._now())
            key = subscription.subscription_id, change.record_id
            told = Told(
                subscription_id=subscription.subscription_id,
                company=change.company,
                entity_set=change.entity_set,
                record_ids=(change.record_id,),
                change_type=change.change_type,
                moment=change.moment,
            )
            # A record that was made and changed since was made; what was deleted is deleted.
            before = waiting.get(key)
            was_made = before is not None and before.change_type == CREATED and change.change_type != DELETED
            waiting[key] = replace(told, change_type=CREATED) if was_made else told

    def _gathered(self, told: list[Told]) -> Iterable[Told]:
        """One notification of the collection where a subscription has too many."""
        by_subscription: dict[str, list[Told]] = {}
        for each in told:
            by_subscription.setdefault(each.subscription_id, []).append(each)
        for several in by_subscription.values():
            if len(several) <= self._settings.most_notifications:
                yield from several
                continue
            moments = [each.moment for each in several]
            yield replace(
                several[0],
                change_type=COLLECTION,
                record_ids=tuple(record_id for each in several for record_id in each.record_ids),
                moment=max(moments),
                since=min(moments) - timedelta(milliseconds=1),
            )


def resource_text(told: Told, form: str, base: str) -> str:
    """The address of what changed, in one of the forms that are seen.

    The property that a collection is narrowed by is called `lastModifiedDateTime`; in the vendor's sample it is
    `lastDateTimeModified`, and so it is here: whoever uses the filter as it is given gets a 400.
    """
    path = f"api/v2.0/companies({told.company})/{told.entity_set}"
    if told.since is None:
        path += f"({told.record_ids[0]})"
    else:
        since = shown("datetime", moment_text(told.since), escape=False)
        path += "?$filter=" + quote(f"lastDateTimeModified gt {since}", safe=":")
    has_slash = form == "slash" or (form == "mixed" and told.since is not None)
    return f"{base}/{path}" if form == "address" else "/" * has_slash + path
