"""Posts a simulated tool's events, again until they are taken, and remembers what it was answered."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from sandbox.systems.generic.requests import ToolEvent, ToolRequest, requests_of
from sandbox.systems.generic.settings import ToolSettings
from sandbox.systems.generic.signing import proof_headers
from sandbox.systems.trust import authorities

_GONE = 410  # the one answer after which a sender gives up at once


@dataclass(frozen=True, kw_only=True)
class Orders:
    """How one delivery of all that waits is to go wrong.

    Attributes:
        shuffle: send the waiting events in random order.
        duplicates: how many of them to send a second time.
        repeat: send every request this many times, as if the answers to the first had been lost.
        secret: prove them with this instead of the tool's secret.
        skew_seconds: lie about the time by this much.
    """

    shuffle: bool = False
    duplicates: int = 0
    repeat: int = 1
    secret: str = ""
    skew_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request and what came of it: a status, or the error that stood in its place."""

    webhook_id: str
    attempt: int
    events: int
    status: int | None
    error: str

    @property
    def accepted(self) -> bool:
        """Any 2xx is a success."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 the class of successes

    def plain(self) -> dict[str, Any]:
        """The attempt as JSON values."""
        return {**asdict(self), "accepted": self.accepted}


class ToolSender:
    """Keeps the events that wait, and sends them when told or at once."""

    def __init__(self, settings: ToolSettings, *, now: Callable[[], datetime], seed: int) -> None:
        self.settings = settings
        self._now = now
        self._chance = random.Random(seed)  # noqa: S311 a seeded simulation, not a secret
        self._lock = threading.Lock()
        self._waiting: list[ToolEvent] = []
        self._attempts: list[Attempt] = []
        self._numbers = {"event": 0, "message": 0}

    def add(self, told: Sequence[dict[str, Any]]) -> list[ToolEvent]:
        """Let events wait for the next delivery; ids and times that are not given are made up, in order."""
        events = [self._event(each) for each in told]
        with self._lock:
            self._waiting.extend(events)
        return events

    def deliver(self, orders: Orders) -> list[Attempt]:
        """Send all that waits, and return when each request was taken or given up; every attempt made."""
        with self._lock:
            events, self._waiting = self._waiting, []
        if orders.duplicates and events:
            events += self._chance.choices(events, k=orders.duplicates)
        if orders.shuffle:
            self._chance.shuffle(events)
        made = []
        for request in requests_of(events, self.settings):
            webhook_id = self.new_message_id()
            for _ in range(orders.repeat):
                made += self.send(request, webhook_id, orders)
        return made

    def send(self, request: ToolRequest, webhook_id: str, orders: Orders | None = None) -> list[Attempt]:
        """Post one request until it is taken or given up; a repeated one keeps its id."""
        made: list[Attempt] = []
        with httpx.Client(timeout=self.settings.timeout_seconds, trust_env=False, verify=authorities()) as http:
            for number in range(self.settings.max_retries + 1):
                if number:
                    threading.Event().wait(self.settings.retry_delay_seconds)
                made.append(self._post(http, request, webhook_id, number, orders or Orders()))
                if made[-1].accepted or made[-1].status == _GONE:
                    break
        with self._lock:
            self._attempts += made
        return made

    def new_message_id(self) -> str:
        """An id no request had yet."""
        return self._number("message", "msg_sandbox")

    def plain(self) -> dict[str, Any]:
        """What waits and every attempt, as JSON values."""
        with self._lock:
            attempts = [each.plain() for each in self._attempts]
            return {"waiting": len(self._waiting), "attempts": attempts}

    def clear(self) -> None:
        """Forget the attempts so far."""
        with self._lock:
            self._attempts = []

    def handshake(self, rate: str) -> dict[str, Any]:
        """Ask the target whether events are welcome; its status and what it answers in headers."""
        headers = {"webhook-request-origin": self.settings.origin}
        if rate:
            headers["webhook-request-rate"] = rate
        with httpx.Client(timeout=self.settings.timeout_seconds, trust_env=False, verify=authorities()) as http:
            answer = http.options(self.settings.target_url, headers=headers)
        told = {name: value for name, value in answer.headers.items() if name == "allow" or name.startswith("webhook-")}
        allowed = told.get("webhook-allowed-origin") in {self.settings.origin, "*"}
        return {"status": answer.status_code, "headers": told, "consent": allowed}

    def _post(self, http: httpx.Client, request: ToolRequest, webhook_id: str, number: int, orders: Orders) -> Attempt:
        settings = replace(self.settings, secret=orders.secret) if orders.secret else self.settings
        moment = self._now() + timedelta(seconds=orders.skew_seconds)
        proof = proof_headers(settings, webhook_id, request.body, moment)
        status, error = None, ""
        try:
            answer = http.post(settings.target_url, content=request.body, headers={**request.headers, **proof})
            status = answer.status_code
        except httpx.HTTPError as failure:
            error = type(failure).__name__
        return Attempt(webhook_id=webhook_id, attempt=number, events=request.events, status=status, error=error)

    def _event(self, told: dict[str, Any]) -> ToolEvent:
        moment = self._now().isoformat(timespec="microseconds").replace("+00:00", "Z")
        return ToolEvent(
            id=str(told.get("id") or self._number("event", "ev-sandbox")),
            type=told["type"],
            time=told.get("time") or moment,
            data=told.get("data"),
            subject=told.get("subject", ""),
        )

    def _number(self, kind: str, prefix: str) -> str:
        with self._lock:
            self._numbers[kind] += 1
            return f"{prefix}{self._numbers[kind]:06d}"
