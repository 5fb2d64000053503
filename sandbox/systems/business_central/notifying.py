"""Notifies addresses of what changed, as Business Central does: in one request, tried again for a while, or never again.

Any answer but a success, 408, 429 and 5xx deletes the subscriptions it was about:
https://learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0/dynamics-subscriptions
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from httpx import codes

from sandbox.systems.business_central.collecting import Collecting, Due, Told, resource_text
from sandbox.systems.business_central.environment import Change
from sandbox.systems.business_central.posting import Answer, Post
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.business_central.subscriptions import Subscriptions, expiry_text
from sandbox.systems.business_central.values import moment_text, shown

_ASKS_FOR_ANOTHER_TRY = {codes.REQUEST_TIMEOUT, codes.TOO_MANY_REQUESTS}
_BASE = "https://api.businesscentral.dynamics.com/v2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How one delivery of what waits is to be done, or to go wrong.

    Attributes:
        everything: also what is due only later.
        shuffle: in random order within each request.
        repeat: post every request this many times, as a network may.
        client_state: say this instead of what the subscription has.
    """

    everything: bool = False
    shuffle: bool = False
    repeat: int = 1
    client_state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Notifications on their way to an address; `first_at` is when they were first sent."""

    due: Due
    first_at: datetime
    due_at: datetime
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request and what came of it.

    Attributes:
        number: how many attempts of it there were before.
        record_ids: what it told of.
        deleted: the subscriptions that its answer cost.
    """

    address: str
    sent_at: str
    number: int
    record_ids: tuple[str, ...]
    status: int | None
    error: str
    deleted: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The attempt as JSON values."""
        return {**asdict(self), "taken": not self.error}


class Notifying:
    """Sends what waits when it is told to or by itself, one delivery at a time, and remembers every attempt."""

    def __init__(
        self,
        settings: EnvironmentSettings,
        subscriptions: Subscriptions,
        *,
        now: Callable[[], datetime],
        post: Post,
        seed: int,
    ) -> None:
        self._settings = settings
        self._subscriptions = subscriptions
        self._now = now
        self._post = post
        self._chance = random.Random(seed)  # noqa: S311 a seeded simulation, not a secret
        self._lock = threading.Lock()  # never held while posting
        self._delivering = threading.Lock()
        self._collecting = Collecting(settings, now)
        self._again: list[Request] = []
        self._attempts: list[Attempt] = []
        self._dropped: list[Told] = []
        self._given_up = 0
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, changes: list[Change]) -> None:
        """Let the changes of a transaction wait for whoever is subscribed, unless nothing is told meanwhile."""
        if not self._settings.tells:
            return
        subscriptions = self._subscriptions.living()
        with self._lock:
            self._collecting.add(changes, subscriptions)
        self.wake()

    def deliver(self, orders: Orders) -> list[Attempt]:
        """Send what is due, and return when each was answered; every attempt made."""
        with self._delivering:
            attempts: list[Attempt] = []
            for request in self._take_due(everything=orders.everything):
                attempts += self._send(request, orders)
        with self._lock:
            self._attempts += attempts
        return attempts

    def drop(self, record_ids: list[str] | None) -> list[dict[str, Any]]:
        """Lose what waits: the notifications of some records, or all of them, those that are to be tried again too; which."""
        with self._lock:
            wanted = set(record_ids or ())
            lost = self._collecting.drop(lambda told: record_ids is None or not wanted.isdisjoint(told.record_ids))
            if record_ids is None:
                lost += [each for request in self._again for each in request.due.told]
                self._again = []
            self._dropped += lost
        return [_plain(each) for each in lost]

    def clear(self) -> None:
        """Forget the attempts so far, and what was dropped."""
        with self._lock:
            self._attempts, self._dropped = [], []

    def plain(self) -> dict[str, Any]:
        """What waits, every attempt, and what was never sent, as JSON values."""
        with self._lock:
            return {
                "waiting": self._collecting.count + sum(len(each.due.told) for each in self._again),
                "held": self._collecting.held,
                "attempts": [each.plain() for each in self._attempts],
                "dropped": [_plain(each) for each in self._dropped],
                "given_up": self._given_up,
            }

    def wake(self) -> None:
        """Deliver soon, where that happens by itself."""
        if not self._settings.automatic:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="business-central-notifying", daemon=True)
                self._thread.start()
        self._changed.set()

    def _take_due(self, *, everything: bool) -> list[Request]:
        with self._lock:
            now = self._now()
            due = [each for each in self._again if everything or each.due_at <= now]
            self._again = [each for each in self._again if each not in due]
            fresh = [self._kept(each) for each in self._collecting.take(everything=everything)]
            return due + [Request(due=each, first_at=now, due_at=now) for each in fresh if each.told]

    def _kept(self, due: Due) -> Due:
        """What is left of notifications when some are lost, as the settings have it."""
        lost = [each for each in due.told if self._chance.random() < self._settings.lost_share]
        self._dropped += lost
        return due._replace(told=tuple(each for each in due.told if each not in lost))

    def _send(self, request: Request, orders: Orders) -> list[Attempt]:
        living = {each.subscription_id: each for each in self._subscriptions.living()}
        told = [each for each in request.due.told if each.subscription_id in living]
        if not told:
            return []
        if orders.shuffle:
            self._chance.shuffle(told)
        items = [
            {
                "subscriptionId": each.subscription_id,
                "clientState": living[each.subscription_id].client_state
                if orders.client_state is None
                else orders.client_state,
                "expirationDateTime": expiry_text(living[each.subscription_id]),
                "resource": resource_text(each, self._settings.resource_form, self._base()),
                "changeType": each.change_type,
                "lastModifiedDateTime": shown("datetime", moment_text(each.moment), escape=False),
            }
            for each in told
        ]
        body = json.dumps({"value": items}, separators=(",", ":")).encode()
        return [self._posted(request, body, told) for _ in range(orders.repeat)]

    def _posted(self, request: Request, body: bytes, told: list[Told]) -> Attempt:
        headers = {"Content-Type": "application/json"}
        answer = self._post(request.due.address, body, headers, self._settings.timeout_seconds)
        error, deleted = _flaw_in(answer), []
        if error and _asks_for_another_try(answer):
            self._try_later(request)
        elif error:
            deleted = self._subscriptions.remove({each.subscription_id for each in told})
        return Attempt(
            address=request.due.address,
            sent_at=self._now().isoformat(),
            number=request.failures,
            record_ids=tuple(record_id for each in told for record_id in each.record_ids),
            status=answer.status,
            error=error,
            deleted=tuple(deleted),
        )

    def _try_later(self, request: Request) -> None:
        pauses = self._settings.retry_pauses_seconds
        due_at = self._now() + timedelta(seconds=pauses[min(request.failures, len(pauses) - 1)])
        gives_up = due_at - request.first_at > timedelta(seconds=self._settings.give_up_seconds)
        with self._lock:
            if gives_up:
                self._given_up += len(request.due.told)
            else:
                self._again.append(replace(request, due_at=due_at, failures=request.failures + 1))

    def _base(self) -> str:
        return f"{_BASE}/{self._settings.tenant_id}/{self._settings.environment}"

    def _run(self) -> None:
        while True:
            self._changed.wait(self._pause_seconds())
            self._changed.clear()
            if self._settings.automatic:
                self.deliver(Orders())

    def _pause_seconds(self) -> float | None:
        """How long there is nothing to do unless something changes; None: for good."""
        if not self._settings.automatic:
            return None
        with self._lock:
            due = [each.due_at for each in self._again]
            first = self._collecting.next_due()
        moments = due if first is None else [*due, first]
        return min((max(0.0, (each - self._now()).total_seconds()) for each in moments), default=None)


def _plain(told: Told) -> dict[str, Any]:
    return {
        "company": told.company,
        "entity_set": told.entity_set,
        "record_ids": list(told.record_ids),
        "change_type": told.change_type,
    }


def _flaw_in(answer: Answer) -> str:
    if answer.status is None:
        return answer.error
    return "" if codes.is_success(answer.status) else f"HTTP {answer.status}"


def _asks_for_another_try(answer: Answer) -> bool:
    status = answer.status
    return status is None or status in _ASKS_FOR_ANOTHER_TRY or codes.is_server_error(status)
