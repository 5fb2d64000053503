"""Sends the account's events to its target as HubSpot does: batched, signed, repeated until answered with a success."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from sandbox.systems.hubspot.settings import Settings
from sandbox.systems.trust import authorities

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DECODED = {f"%{ord(each):02X}": each for each in ":/?@!$'()*,;"}


@dataclass(frozen=True, kw_only=True)
class Orders:
    """How one flush is to go wrong.

    Attributes:
        shuffle: send the waiting events in random order.
        duplicates: how many of them to send a second time.
        repeat: send every batch this many times, as if the answers to the first had been lost.
        batch_size: smaller batches than the account's.
        secret: sign with this instead of the client secret.
        skew_seconds: lie about the time by this much.
    """

    shuffle: bool = False
    duplicates: int = 0
    repeat: int = 1
    batch_size: int = 0
    secret: str = ""
    skew_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request to the target and what came of it: a status, or the error that stood in its place."""

    delivery: int
    attempt: int
    sent_at: str
    status: int | None
    error: str
    events: list[dict[str, Any]]

    @property
    def accepted(self) -> bool:
        """Any 2xx is a success."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 the class of successes

    def plain(self) -> dict[str, Any]:
        """The attempt as JSON values."""
        return {**asdict(self), "accepted": self.accepted}


class WebhookSender:
    """Keeps the events that wait, sends them when told or by itself, and remembers every attempt."""

    def __init__(self, settings: Settings, *, now: Callable[[], datetime], seed: int) -> None:
        self.settings = settings
        self._now = now
        self._chance = random.Random(seed)  # noqa: S311 a seeded simulation, not a secret
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._waiting: list[dict[str, Any]] = []
        self._attempts: list[Attempt] = []
        self._given_up: list[int] = []
        self._deliveries = 0
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, events: list[dict[str, Any]]) -> None:
        """Let events wait for the next flush, unless nothing is told."""
        if not self.settings.tells:
            return
        with self._lock:
            self._waiting.extend(events)
        if self.settings.automatic:
            self._start()
            self._changed.set()

    def forget(self) -> int:
        """Drop the events that wait, as HubSpot does after a day of refusals; how many."""
        with self._lock:
            dropped, self._waiting = len(self._waiting), []
        return dropped

    def clear(self) -> None:
        """Forget the attempts so far."""
        with self._lock:
            self._attempts, self._given_up = [], []

    def plain(self) -> dict[str, Any]:
        """What waits, every attempt, and the deliveries given up after the last retry, as JSON values."""
        with self._lock:
            attempts = [each.plain() for each in self._attempts]
            return {"waiting": len(self._waiting), "attempts": attempts, "given_up": list(self._given_up)}

    def flush(self, orders: Orders) -> list[Attempt]:
        """Send all that waits and return when each batch was taken or given up; every attempt made."""
        with self._flushing:
            batches = self._batches(orders)
            with (
                ThreadPoolExecutor(max_workers=max(1, self.settings.max_concurrent_requests)) as pool,
                httpx.Client(verify=authorities()) as http,
            ):
                sent = pool.map(lambda numbered: self._deliver(http, numbered[0], numbered[1], orders), batches)
                return [attempt for attempts in sent for attempt in attempts]

    def _batches(self, orders: Orders) -> list[tuple[int, list[dict[str, Any]]]]:
        with self._lock:
            if not self.settings.target_url:
                return []
            events, self._waiting = self._waiting, []
            again = self._chance.choices(events, k=orders.duplicates) if events and orders.duplicates else []
            events = events + [dict(each) for each in again]
            if orders.shuffle:
                self._chance.shuffle(events)
            size = max(1, min(orders.batch_size or self.settings.batch_size, 100))
            chunks = [events[start : start + size] for start in range(0, len(events), size)]
            first, self._deliveries = self._deliveries + 1, self._deliveries + len(chunks) * orders.repeat
            return list(enumerate([chunk for chunk in chunks for _ in range(orders.repeat)], first))

    def _deliver(self, http: httpx.Client, number: int, events: list[dict[str, Any]], orders: Orders) -> list[Attempt]:
        made: list[Attempt] = []
        for retry in range(self.settings.max_retries + 1):
            if retry:
                threading.Event().wait(self.settings.retry_delay_seconds * (0.5 + self._chance.random()))
            attempt = self._post(http, number, retry, [each | {"attemptNumber": retry} for each in events], orders)
            made.append(attempt)
            with self._lock:
                self._attempts.append(attempt)
            if attempt.accepted:
                return made
        with self._lock:
            self._given_up.append(number)
        return made

    def _post(
        self, http: httpx.Client, number: int, retry: int, events: list[dict[str, Any]], orders: Orders
    ) -> Attempt:
        body = json.dumps(events, separators=(",", ":"), ensure_ascii=False).encode()
        sent_at = self._now() + timedelta(seconds=orders.skew_seconds)
        secret = orders.secret or self.settings.client_secret
        headers = signed_headers(secret, self.settings.target_url, body, sent_at)
        status, error = None, ""
        try:
            answer = http.post(
                self.settings.target_url, content=body, headers=headers, timeout=self.settings.timeout_seconds
            )
            status = answer.status_code
        except httpx.HTTPError as failure:
            error = type(failure).__name__
        return Attempt(
            delivery=number, attempt=retry, sent_at=sent_at.isoformat(), status=status, error=error, events=events
        )

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="hubspot-webhooks", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._changed.wait()
            threading.Event().wait(self.settings.collect_seconds)
            self._changed.clear()
            if self.settings.automatic:
                self.flush(Orders())


def signed_headers(secret: str, url: str, body: bytes, sent_at: datetime) -> dict[str, str]:
    """The headers of a webhook: its v3 signature with time stamp, and the v1 signature kept for old receivers."""
    stamp = str((sent_at - _EPOCH) // timedelta(milliseconds=1))
    uri = url
    for escape, character in _DECODED.items():
        uri = uri.replace(escape, character).replace(escape.lower(), character)
    signed = b"POST" + uri.encode() + body + stamp.encode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nrtp) - WebHooks",
        "X-HubSpot-Signature": hashlib.sha256(secret.encode() + body).hexdigest(),
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Signature-v3": base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode(),
        "X-HubSpot-Request-Timestamp": stamp,
    }
