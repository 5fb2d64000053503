"""Event Mesh: asks the webhook for consent, pushes what waits with a token, and tries again what is not taken.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md (3 and 4)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from sandbox.systems.sap_s4hana.cloud_events import body_and_headers
from sandbox.systems.sap_s4hana.issuer import Issuer
from sandbox.systems.sap_s4hana.posting import TOKENS, Answer, Attempt, Orders, Send
from sandbox.systems.sap_s4hana.queue import Queue, Waiting
from sandbox.systems.sap_s4hana.settings import BATCHED, TenantSettings
from sandbox.systems.sap_s4hana.tenant import BusinessEvent

_GONE = 410


class EventMesh:
    """The webhook subscription of one tenant, which has one delivery at a time.

    Attributes:
        queue: what waits to be pushed.
    """

    def __init__(
        self, settings: TenantSettings, queue: Queue, issuer: Issuer, *, now: Callable[[], datetime], send: Send
    ) -> None:
        self._settings = settings
        self.queue = queue
        self._issuer = issuer
        self._now = now
        self._send = send
        self._lock = threading.Lock()
        self._delivering = threading.Lock()
        self._attempts: list[Attempt] = []
        self._consent = ""  # the address that has given it
        self._is_retired = False
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, event: BusinessEvent) -> None:
        """Let an event wait, and push it soon where that happens by itself."""
        self.queue.add(event)
        self.wake()

    def wake(self) -> None:
        """Push soon, where that happens by itself."""
        if not self._settings.automatic:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="event-mesh", daemon=True)
                self._thread.start()
        self._changed.set()

    def ask(self) -> bool:
        """Ask the webhook whether events are welcome, which also revives a subscription that was told it is gone.

        A status is no consent: the origin must be named, or all of them, and a rate where one was asked for.
        """
        headers = {"webhook-request-origin": self._settings.origin}
        if self._settings.request_rate:
            headers["webhook-request-rate"] = str(self._settings.request_rate)
        url = self._settings.webhook_url
        answer = self._send("OPTIONS", url, b"", headers, self._settings.timeout_seconds)
        error = self._refusal_in(answer)
        self._consent, self._is_retired = ("" if error else url), False
        self._note("handshake", (), answer, error)
        return not error

    def deliver(self, orders: Orders) -> list[Attempt]:
        """Push what is due, each request once (or `repeat` times); every attempt made, the handshake too.

        Raises:
            ValueError: for a flaw of tokens that is not known.
        """
        if orders.token not in TOKENS:
            raise ValueError(f"no token {orders.token}")
        with self._delivering:
            start = len(self._attempts)
            due = self.queue.due(orders) if self._settings.webhook_url else []
            if due and self._is_welcome():
                size = max(1, self._settings.batch_size) if self._settings.mode == BATCHED else 1
                for some in batched(due, size, strict=False):
                    self._push(some, orders)
            return self._attempts[start:]

    def clear(self) -> None:
        """Forget the attempts so far."""
        with self._delivering:
            self._attempts = []

    def plain(self) -> dict[str, Any]:
        """The subscription, what waits, what was dropped, and every attempt, as JSON values."""
        subscription = {
            "address": self._settings.webhook_url,
            "consent": bool(self._consent),
            "retired": self._is_retired,
        }
        return {**subscription, **self.queue.plain(), "attempts": [each.plain() for each in list(self._attempts)]}

    def _is_welcome(self) -> bool:
        if self._is_retired:
            return False
        if self._settings.exempt_handshake or self._consent == self._settings.webhook_url or self.ask():
            return True
        self.queue.put_off(self._settings.retry_seconds)
        return False

    def _push(self, some: Sequence[Waiting], orders: Orders) -> None:
        if self._is_retired:
            return
        body, headers = body_and_headers([each.event for each in some], self._settings)
        if orders.token != "none":
            headers["authorization"] = f"Bearer {self._issuer.token(orders.token)}"
        headers["webhook-request-origin"] = self._settings.origin
        for _ in range(orders.repeat):
            answer = self._send("POST", self._settings.webhook_url, body, headers, self._settings.timeout_seconds)
            error = "" if answer.is_taken else answer.error or f"answered {answer.status}"
            self._note("push", some, answer, error)
        self._is_retired = answer.status == _GONE
        pause = max(self._settings.retry_seconds, _retry_after(answer.headers))
        self.queue.settle(some, is_taken=answer.is_taken, pause_seconds=pause)

    def _refusal_in(self, answer: Answer) -> str:
        """Why an answer to the question is no consent; empty if it is one."""
        if not answer.is_taken:
            return answer.error or f"answered {answer.status}"
        if answer.headers.get("webhook-allowed-origin") not in {self._settings.origin, "*"}:
            return "no consent to the origin"
        rate = answer.headers.get("webhook-allowed-rate", "")
        if self._settings.request_rate and not (rate == "*" or (rate.isdecimal() and int(rate) > 0)):
            return "no consent to a rate"
        return ""

    def _note(self, kind: str, some: Sequence[Waiting], answer: Answer, error: str) -> None:
        attempt = Attempt(
            kind=kind,
            sent_at=self._now().isoformat(),
            event_ids=tuple(each.event.id for each in some),
            number=some[0].attempts if some else 0,
            status=answer.status,
            error=error,
        )
        self._attempts.append(attempt)

    def _run(self) -> None:
        while True:
            self._changed.wait(self._pause_seconds())
            threading.Event().wait(self._settings.collect_seconds)
            self._changed.clear()
            if self._settings.automatic:
                self.deliver(Orders())

    def _pause_seconds(self) -> float | None:
        """How long there is nothing to do unless something changes; None: for good."""
        due = None if self._is_retired or not self._settings.webhook_url else self.queue.next_due()
        return None if due is None else max(0.0, (due - self._now()).total_seconds())


def _retry_after(headers: Mapping[str, str]) -> float:
    text = headers.get("retry-after", "")
    return float(text) if text.isdecimal() else 0.0
