"""Outbound messages: SOAP to one address with a secret in it, again and again until it is acknowledged or a day old.

https://help.salesforce.com/s/articleView?id=sf.workflow_om_considerations.htm
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from urllib.parse import quote

from sandbox.systems.salesforce.changes import CREATE, UPDATE, Transaction
from sandbox.systems.salesforce.ids import IdMaker
from sandbox.systems.salesforce.posting import Attempt, Orders, Post
from sandbox.systems.salesforce.schema import Schema
from sandbox.systems.salesforce.settings import OUTBOUND_MESSAGE, OrganizationSettings
from sandbox.systems.salesforce.soap import CONTENT_TYPE, Head, Told, flaw_in, write_message
from sandbox.systems.salesforce.store import Store
from sandbox.systems.salesforce.values import soap_text

_PREFIX, _ACTION_PREFIX = "04l", "04k"
_MOST_NOTIFICATIONS = 100
_LONGEST_PAUSE, _LIFE = timedelta(hours=2), timedelta(hours=24)
_REMEMBERED = 1000
_ADDRESS = "https://example.my.salesforce.com"
_FIELDS = {
    "Opportunity": (
        *(
            "AccountId",
            "Amount",
            "CloseDate",
            "CreatedDate",
            "CurrencyIsoCode",
            "LastModifiedDate",
            "Name",
            "Probability",
        ),
        *("StageName", "SystemModstamp"),
    ),
    "OpportunityLineItem": ("LastModifiedDate", "OpportunityId", "SystemModstamp", "TotalPrice"),
    "Contract": ("AccountId", "ContractNumber", "EndDate", "LastModifiedDate", "StartDate", "Status", "SystemModstamp"),
    "Account": ("LastModifiedDate", "Name", "SystemModstamp"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A change that waits to be told; its id stays the same however often it is sent."""

    id: str
    object: str
    record_id: str
    queued_at: datetime
    due_at: datetime
    attempts: int = 0


class OutboundMessages:
    """The queue of notifications of one organisation; its caller sees to it that one delivery runs at a time."""

    def __init__(
        self,
        settings: OrganizationSettings,
        schema: Schema,
        store: Store,
        *,
        now: Callable[[], datetime],
        post: Post,
        seed: int,
    ) -> None:
        self._settings = settings
        self._schema = schema
        self._store = store
        self._now = now
        self._post = post
        self._chance = random.Random(seed)  # noqa: S311 a seeded simulation, not a secret
        self._ids = IdMaker()
        self._actions: dict[str, str] = {}
        self._lock = threading.Lock()  # never held while posting, nor while reading the store
        self._waiting: list[Notification] = []
        self._taken: deque[Notification] = deque(maxlen=_REMEMBERED)
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """How many notifications have not been acknowledged yet."""
        return len(self._waiting)

    def add(self, transaction: Transaction) -> None:
        """Let what was created and changed wait for the next delivery; deletions have no outbound message."""
        moment = self._now()
        for change in transaction.changes:
            if change.operation in {CREATE, UPDATE} and change.object in self._settings.told_objects:
                with self._lock:
                    new = Notification(
                        id=self._ids.new(_PREFIX),
                        object=change.object,
                        record_id=change.record_id,
                        queued_at=moment,
                        due_at=moment,
                    )
                    self._waiting.append(new)

    def next_due(self) -> datetime | None:
        """When the next notification is to be sent; None where none waits or there is no address."""
        with self._lock:
            return min((each.due_at for each in self._waiting), default=None) if self._settings.webhook_url else None

    def forget(self) -> int:
        """Drop all that waits, as after a day of refusals; how many."""
        with self._lock:
            dropped, self._waiting = len(self._waiting), []
            return dropped

    def deliver(self, orders: Orders) -> list[Attempt]:
        """Send what is due, each message once (or `repeat` times), and put off what is not acknowledged."""
        if not self._settings.webhook_url:
            return []
        due = self._due(orders)
        attempts = []
        for batch in _batches(due, min(orders.batch_size, _MOST_NOTIFICATIONS)):
            sent = [self._send(batch, orders) for _ in range(orders.repeat)]
            attempts += sent
            self._settle(batch, taken=not sent[-1].error)
        return attempts

    def _due(self, orders: Orders) -> list[Notification]:
        with self._lock:
            self._drop_the_old()
            moment = self._now()
            due = [each for each in self._waiting if orders.everything or each.due_at <= moment]
            due += list(self._taken)[-orders.again :] if orders.again else []
            if orders.shuffle:
                self._chance.shuffle(due)
            return due

    def _send(self, batch: Sequence[Notification], orders: Orders) -> Attempt:
        settings = self._settings
        session_id = f"{settings.organization_id[:15]}!FAKE_SESSION_ID.NOT_A_SECRET" if settings.send_session_id else ""
        head = Head(
            organization_id=settings.organization_id,
            action_id=self._action_id(batch[0].object),
            address=_ADDRESS,
            session_id=session_id,
        )
        body = write_message(head, [self._told(each) for each in batch])
        key = quote(orders.secret or settings.webhook_secret, safe="")
        headers = {"content-type": CONTENT_TYPE, "soapaction": '""'}
        answer = self._post(f"{settings.webhook_url}?key={key}", body, headers, settings.timeout_seconds)
        return Attempt(
            way=OUTBOUND_MESSAGE,
            sent_at=self._now().isoformat(),
            number=batch[0].attempts,
            record_ids=tuple(each.record_id for each in batch),
            status=answer.status,
            error=flaw_in(answer),
        )

    def _told(self, notification: Notification) -> Told:
        """What the record is at this moment; "if the record is deleted before delivery, the notification contains no data"."""
        name, record_id = notification.object, notification.record_id
        with self._store.lock:
            found = self._store.rows(name, Id=record_id, IsDeleted=0)
            fields = self._schema.existing(name).fields
        chosen = ["Id", *sorted(field for field in self._fields(name) if field in fields)]
        values = [(field, found[0][field]) for field in chosen] if found else []
        texts = [(field, soap_text(fields[field], value)) for field, value in values if value is not None]
        return Told(id=notification.id, object=name, fields=texts)

    def _fields(self, name: str) -> tuple[str, ...]:
        stated = (each.partition(".") for each in self._settings.outbound_fields)
        chosen = tuple(field for owner, _, field in stated if owner == name)
        return chosen or _FIELDS.get(name, ("SystemModstamp",))

    def _action_id(self, name: str) -> str:
        """An object has one outbound message of its own."""
        if name not in self._actions:
            self._actions[name] = self._ids.new(_ACTION_PREFIX)
        return self._actions[name]

    def _settle(self, batch: Sequence[Notification], *, taken: bool) -> None:
        ids = {each.id for each in batch}
        with self._lock:
            if taken:
                self._taken += [each for each in self._waiting if each.id in ids]
                self._waiting = [each for each in self._waiting if each.id not in ids]
            else:
                self._waiting = [self._put_off(each) if each.id in ids else each for each in self._waiting]

    def _put_off(self, notification: Notification) -> Notification:
        pause = min(
            _LONGEST_PAUSE, timedelta(seconds=self._settings.retry_seconds * 2.0 ** min(notification.attempts, 40))
        )
        return replace(notification, attempts=notification.attempts + 1, due_at=self._now() + pause)

    def _drop_the_old(self) -> None:
        oldest = self._now() - _LIFE
        kept = [each for each in self._waiting if each.queued_at > oldest]
        self.dropped += len(self._waiting) - len(kept)
        self._waiting = kept


def _batches(notifications: Sequence[Notification], size: int) -> list[tuple[Notification, ...]]:
    """Messages tell of one object each."""
    objects = dict.fromkeys(each.object for each in notifications)
    of_one = ([each for each in notifications if each.object == name] for name in objects)
    return [batch for each in of_one for batch in batched(each, max(1, size), strict=False)]
