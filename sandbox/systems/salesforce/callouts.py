"""Signed callouts: the JSON that the account's own Apex posts when a trigger fires, with the headers of Standard Webhooks.

The form is that of the Apex class in `layers/tieout/systems/salesforce`. Apex posts once: what is not taken is lost.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import batched

from sandbox.systems.salesforce.changes import DELETE, Change, Transaction
from sandbox.systems.salesforce.posting import Answer, Attempt, Orders, Post
from sandbox.systems.salesforce.settings import CALLOUT, OrganizationSettings

_RECORDS_A_TRIGGER = 200


@dataclass(frozen=True, slots=True)
class Callout:
    """A body that waits to be posted, and its `webhook-id`."""

    id: str
    body: bytes
    record_ids: tuple[str, ...]


class Callouts:
    """The callouts of one organisation; its caller sees to it that one delivery runs at a time."""

    def __init__(self, settings: OrganizationSettings, *, now: Callable[[], datetime], post: Post, seed: int) -> None:
        self._settings = settings
        self._now = now
        self._post = post
        self._chance = random.Random(seed)  # noqa: S311 a seeded simulation, not a secret
        self._lock = threading.Lock()  # never held while posting
        self._waiting: list[Callout] = []
        self._made = 0

    @property
    def waiting(self) -> int:
        """How many callouts have not been posted yet."""
        return len(self._waiting)

    def add(self, transaction: Transaction) -> None:
        """Let a transaction's changes wait: a callout for each object, or more where a trigger does not take all at once."""
        for name in dict.fromkeys(each.object for each in transaction.changes):
            if name in self._settings.told_objects:
                changes = [each for each in transaction.changes if each.object == name]
                for batch in batched(changes, _RECORDS_A_TRIGGER, strict=False):
                    self._append(batch)

    def forget(self) -> int:
        """Drop all that waits; how many."""
        with self._lock:
            dropped, self._waiting = len(self._waiting), []
            return dropped

    def deliver(self, orders: Orders) -> list[Attempt]:
        """Post what waits, each once (or `repeat` times); what is not taken then is lost."""
        if not self._settings.webhook_url:
            return []
        with self._lock:
            callouts, self._waiting = self._waiting, []
        if orders.shuffle:
            self._chance.shuffle(callouts)
        return [self._send(each, orders) for each in callouts for _ in range(orders.repeat)]

    def _append(self, batch: Sequence[Change]) -> None:
        said = {"organizationId": self._settings.organization_id, "events": [_event(each) for each in batch]}
        body = json.dumps(said, separators=(",", ":")).encode()
        with self._lock:
            self._made += 1
            ids = tuple(each.record_id for each in batch)
            self._waiting.append(Callout(f"callout-{self._made:08d}", body, ids))

    def _send(self, callout: Callout, orders: Orders) -> Attempt:
        moment = self._now() + timedelta(seconds=orders.skew_seconds)
        proof = signature_headers(orders.secret or self._settings.webhook_secret, callout.id, callout.body, moment)
        headers = {"content-type": "application/json", **proof}
        answer = self._post(self._settings.webhook_url, callout.body, headers, self._settings.timeout_seconds)
        return Attempt(
            way=CALLOUT,
            sent_at=moment.isoformat(),
            number=0,
            record_ids=callout.record_ids,
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


def _event(change: Change) -> dict[str, object]:
    # A trigger sees a deleted record as it was (`Trigger.old`), with the stamp it had before the deletion.
    row = change.before if change.operation == DELETE else change.after
    return {
        "object": change.object,
        "id": change.record_id,
        "operation": change.operation,
        "systemModstamp": row["SystemModstamp"],
    }


def _flaw_in(answer: Answer) -> str:
    if answer.status is None:
        return answer.error
    return "" if HTTPStatus(answer.status).is_success else f"HTTP {answer.status}"
