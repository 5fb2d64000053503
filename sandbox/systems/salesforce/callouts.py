"""Signed callouts: the JSON that the account's own Apex posts when a trigger fires, with the headers of Standard Webhooks.

As the classes in `layers/tieout/systems/salesforce` do it: a job for what one trigger is given, at most 100 events a
request, the next ones when those were taken, and a few more tries where the answer asks for them. What is refused
otherwise is lost.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched, groupby

from httpx import codes

from sandbox.systems.salesforce.changes import CREATE, DELETE, UNDELETE, Change, Transaction
from sandbox.systems.salesforce.posting import Answer, Attempt, Orders, Post
from sandbox.systems.salesforce.settings import CALLOUT, OrganizationSettings

_RECORDS_A_TRIGGER, _EVENTS_A_CALLOUT = 200, 100
_NEVER_TOLD = {("OpportunityLineItem", UNDELETE)}  # no trigger of that object runs then
_OPERATIONS = {CREATE: "insert"}  # as triggers call it
_REFUSED_FOR_NOW = {codes.REQUEST_TIMEOUT, codes.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Events that wait to be posted, and the `webhook-id` of the request that is next; it stays the same over its tries."""

    webhook_id: str
    events: tuple[dict[str, str], ...]
    due_at: datetime
    failures: int = 0


class Callouts:
    """The callouts of one organisation; its caller sees to it that one delivery runs at a time.

    Attributes:
        lost: how many events were given up.
    """

    def __init__(self, settings: OrganizationSettings, *, now: Callable[[], datetime], post: Post, seed: int) -> None:
        self._settings = settings
        self._now = now
        self._post = post
        self._chance = random.Random(seed)  # noqa: S311 a seeded simulation, not a secret
        self._lock = threading.Lock()  # never held while posting
        self._waiting: list[Job] = []
        self.lost = 0

    @property
    def waiting(self) -> int:
        """How many jobs have not been done yet."""
        return len(self._waiting)

    def add(self, transaction: Transaction) -> None:
        """Let a transaction's changes wait: a job for each object and operation, or more where a trigger is given too many."""
        told = [
            each
            for each in transaction.changes
            if each.object in self._settings.told_objects and (each.object, each.operation) not in _NEVER_TOLD
        ]
        for _, changes in groupby(told, lambda each: (each.object, each.operation)):
            for batch in batched(changes, _RECORDS_A_TRIGGER, strict=False):
                self._enqueue(tuple(_event(each) for each in batch))

    def next_due(self) -> datetime | None:
        """When the next job is to run; None where none waits or there is no address."""
        with self._lock:
            return min((each.due_at for each in self._waiting), default=None) if self._settings.webhook_url else None

    def forget(self) -> int:
        """Drop all that waits; how many."""
        with self._lock:
            dropped, self._waiting = len(self._waiting), []
            return dropped

    def deliver(self, orders: Orders) -> list[Attempt]:
        """Run the jobs that are due, those they leave behind included; each request is posted once (or `repeat` times)."""
        attempts: list[Attempt] = []
        everything = orders.everything
        while jobs := self._take_due(everything=everything) if self._settings.webhook_url else []:
            if orders.shuffle:
                self._chance.shuffle(jobs)
            with ThreadPoolExecutor(max_workers=self._settings.callouts_at_once) as pool:
                for made in pool.map(lambda job: self._run(job, orders), jobs):
                    attempts += made
            everything = False
        return attempts

    def _take_due(self, *, everything: bool) -> list[Job]:
        with self._lock:
            due = [each for each in self._waiting if everything or each.due_at <= self._now()]
            self._waiting = [each for each in self._waiting if each not in due]
            return due

    def _enqueue(self, events: tuple[dict[str, str], ...]) -> None:
        with self._lock:
            webhook_id = f"{self._chance.getrandbits(128):032x}"
            self._waiting.append(Job(webhook_id=webhook_id, events=events, due_at=self._now()))

    def _run(self, job: Job, orders: Orders) -> list[Attempt]:
        attempts = [self._send(job, orders) for _ in range(orders.repeat)]
        last, pauses = attempts[-1], self._settings.callout_pauses_seconds
        if not last.error:
            if job.events[_EVENTS_A_CALLOUT:]:
                self._enqueue(job.events[_EVENTS_A_CALLOUT:])
        elif _is_refused_for_now(last.status) and job.failures < len(pauses):
            due_at = self._now() + timedelta(seconds=pauses[job.failures])
            with self._lock:
                self._waiting.append(replace(job, due_at=due_at, failures=job.failures + 1))
        else:
            with self._lock:
                self.lost += len(job.events)
        return attempts

    def _send(self, job: Job, orders: Orders) -> Attempt:
        events = job.events[:_EVENTS_A_CALLOUT]
        said = {"organizationId": self._settings.organization_id, "events": events}
        body = json.dumps(said, separators=(",", ":")).encode()
        moment = self._now() + timedelta(seconds=orders.skew_seconds)
        proof = signature_headers(orders.secret or self._settings.webhook_secret, job.webhook_id, body, moment)
        headers = {"content-type": "application/json", **proof}
        answer = self._post(self._settings.webhook_url, body, headers, self._settings.timeout_seconds)
        return Attempt(
            way=CALLOUT,
            sent_at=moment.isoformat(),
            number=job.failures,
            record_ids=tuple(each["id"] for each in events),
            status=answer.status,
            error=_flaw_in(answer),
        )


def signature_headers(secret: str, webhook_id: str, body: bytes, moment: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks, signed with v1 by a secret `whsec_...`."""
    stamp = str(int(moment.timestamp()))
    signed = b".".join((webhook_id.encode(), stamp.encode(), body))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": webhook_id, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}


def _event(change: Change) -> dict[str, str]:
    # A trigger sees a deleted record as it was (`Trigger.old`), with the stamp it had before the deletion.
    row = change.before if change.operation == DELETE else change.after
    return {
        "object": change.object,
        "id": change.record_id,
        "operation": _OPERATIONS.get(change.operation, change.operation),
        "systemModstamp": str(row["SystemModstamp"]),
    }


def _flaw_in(answer: Answer) -> str:
    if answer.status is None:
        return answer.error
    return "" if codes.is_success(answer.status) else f"HTTP {answer.status}"


def _is_refused_for_now(status: int | None) -> bool:
    return status is None or status in _REFUSED_FOR_NOW or codes.is_server_error(status)
