"""Standard and FIFO queues in memory, with the semantics of SQS that the line relies on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.support.faults import FaultPoint, no_fault
from tieout.aws.flushing import deduplication_id, flush_request
from tieout.errors import MalformedError
from tieout.ports import Clock, Entropy

_MAX_BATCH = 10
_MAX_BODY_BYTES = 1024 * 1024
_MAX_DELAY_SECONDS = 900
_MAX_ATTRIBUTES = 10
_DEDUPLICATION = timedelta(minutes=5)
_REFUSED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(kw_only=True)
class StoredMessage:
    """A message as the queue keeps it; `handle` is that of the latest receive."""

    message_id: str
    body: str
    attributes: Mapping[str, str]
    visible_at: datetime
    sent_at: datetime
    receive_count: int = 0
    handle: str | None = None
    group: str | None = None
    deduplication_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Received:
    """A message as a consumer gets it."""

    message_id: str
    handle: str
    body: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    receive_count: int
    sent_at: datetime
    group: str | None = None


class MemoryQueue:
    """A standard queue: at least once, in any order. Implements `tieout.ports.Queue`.

    Args:
        max_receives: after so many receives a message goes to `dead_letters` instead of being received again.
        entropy: where given, messages come in an order of its choice instead of the order sent.
        io: passed before and after every call.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        name: str = "queue",
        visibility_seconds: float = 30,
        delay_seconds: int = 0,
        max_receives: int | None = None,
        dead_letters: MemoryQueue | None = None,
        entropy: Entropy | None = None,
        io: FaultPoint = no_fault,
    ) -> None:
        self.io = io
        self.name = name
        self.visibility_seconds = visibility_seconds
        self.delay_seconds = delay_seconds
        self.max_receives = max_receives
        self.dead_letters = dead_letters
        self._clock = clock
        self._entropy = entropy
        self._messages: dict[str, StoredMessage] = {}
        self._count = 0

    def send(self, body: str, *, attributes: Mapping[str, str] | None = None, delay_seconds: int = 0) -> None:
        """Keep a message, visible after its delay or else the queue's."""
        self.io(f"before {self.name}.send")
        self._refuse(body, attributes or {}, delay_seconds)
        self._keep(body, attributes or {}, delay_seconds or self.delay_seconds)
        self.io(f"after {self.name}.send")

    def receive(self, limit: int = _MAX_BATCH) -> list[Received]:
        """Up to ten visible messages, invisible to others until their time runs out."""
        self.io(f"before {self.name}.receive")
        received: list[Received] = []
        for message in self._receivable():
            if len(received) == min(limit, _MAX_BATCH):
                break
            if self._is_spent(message):
                self._bury(message)
            else:
                received.append(self._hand_out(message))
        self.io(f"after {self.name}.receive")
        return received

    def delete(self, handle: str) -> None:
        """Remove a message; without effect where it was received again since."""
        self.io(f"before {self.name}.delete")
        message = self._held_by(handle)
        if message is not None:
            del self._messages[message.message_id]
        self.io(f"after {self.name}.delete")

    def change_visibility(self, handle: str, seconds: float) -> None:
        """Let a received message stay invisible for so long from now; without effect where it was received again since."""
        self.io(f"before {self.name}.change_visibility")
        message = self._held_by(handle)
        if message is not None and message.visible_at > self._clock.now():
            message.visible_at = self._clock.now() + timedelta(seconds=seconds)
        self.io(f"after {self.name}.change_visibility")

    def waiting(self) -> int:
        """How many messages can be received."""
        return sum(each.visible_at <= self._clock.now() for each in self._messages.values())

    def settle(self, batch: Sequence[Received], failed: Collection[str]) -> None:
        """What Lambda does after a batch: delete the messages whose ids were not reported as failed, leave the others."""
        for message in batch:
            if message.message_id not in failed:
                self.delete(message.handle)

    def contents(self) -> tuple[StoredMessage, ...]:
        """Every message that was not deleted, in the order sent."""
        return tuple(self._messages.values())

    def in_flight(self) -> int:
        """How many messages are received and not yet visible again."""
        now = self._clock.now()
        return sum(message.receive_count > 0 and message.visible_at > now for message in self._messages.values())

    def _receivable(self) -> Iterator[StoredMessage]:
        now = self._clock.now()
        visible = [message for message in self._messages.values() if message.visible_at <= now]
        if self._entropy is not None:
            visible.sort(key=lambda _: self._entropy.fraction() if self._entropy else 0)
        return iter(visible)

    def _is_spent(self, message: StoredMessage) -> bool:
        return self.max_receives is not None and message.receive_count >= self.max_receives

    def _bury(self, message: StoredMessage) -> None:
        del self._messages[message.message_id]
        if self.dead_letters is not None:
            self.dead_letters._take_over(message)

    def _take_over(self, message: StoredMessage) -> None:
        message.visible_at = self._clock.now()
        message.handle = None
        message.receive_count = 0
        self._messages[message.message_id] = message

    def _hand_out(self, message: StoredMessage) -> Received:
        message.receive_count += 1
        message.handle = f"{message.message_id}/{message.receive_count}"
        message.visible_at = self._clock.now() + timedelta(seconds=self.visibility_seconds)
        return Received(
            message_id=message.message_id,
            handle=message.handle,
            body=message.body,
            attributes=message.attributes,
            receive_count=message.receive_count,
            sent_at=message.sent_at,
            group=message.group,
        )

    def _held_by(self, handle: str) -> StoredMessage | None:
        message = self._messages.get(handle.rsplit("/", 1)[0])
        return message if message is not None and message.handle == handle else None

    def _keep(self, body: str, attributes: Mapping[str, str], delay_seconds: float) -> StoredMessage:
        self._count += 1
        now = self._clock.now()
        message = StoredMessage(
            message_id=f"{self.name}-{self._count}",
            body=body,
            attributes=dict(attributes),
            visible_at=now + timedelta(seconds=delay_seconds),
            sent_at=now,
        )
        self._messages[message.message_id] = message
        return message

    def _refuse(self, body: str, attributes: Mapping[str, str], delay_seconds: int) -> None:
        texts = [body, *attributes.values()]
        size = sum(len(text.encode("utf-8", "surrogatepass")) for text in [*texts, *attributes])
        wrong = not all(texts) or any(_REFUSED.search(text) for text in texts) or size > _MAX_BODY_BYTES
        if wrong or len(attributes) > _MAX_ATTRIBUTES or not 0 <= delay_seconds <= _MAX_DELAY_SECONDS:
            raise MalformedError("message_refused")


class MemoryFifoQueue(MemoryQueue):
    """A FIFO queue: in order within a group, a group at a time, a content sent again within five minutes kept once."""

    def __init__(
        self,
        clock: Clock,
        *,
        name: str = "fifo",
        visibility_seconds: float = 30,
        delay_seconds: int = 0,
        max_receives: int | None = None,
        dead_letters: MemoryFifoQueue | None = None,
        io: FaultPoint = no_fault,
    ) -> None:
        super().__init__(
            clock,
            name=name,
            visibility_seconds=visibility_seconds,
            delay_seconds=delay_seconds,
            max_receives=max_receives,
            dead_letters=dead_letters,
            io=io,
        )
        self._seen: dict[str, datetime] = {}  # de-duplication id to when it was first sent

    def send(self, body: str, *, attributes: Mapping[str, str] | None = None, delay_seconds: int = 0) -> None:
        """Refused: a FIFO queue wants a group."""
        del body, attributes, delay_seconds
        raise MalformedError("message_refused")

    def send_in_group(self, body: str, group: str, deduplication_id: str) -> None:
        """Keep a message unless its de-duplication id was sent within five minutes, whatever became of that one."""
        self.io(f"before {self.name}.send")
        self._refuse(body, {}, 0)
        now = self._clock.now()
        first = self._seen.get(deduplication_id)
        if first is None or now - first >= _DEDUPLICATION:
            self._seen[deduplication_id] = now
            message = self._keep(body, {}, self.delay_seconds)
            message.group = group
            message.deduplication_id = deduplication_id
        self.io(f"after {self.name}.send")

    def _receivable(self) -> Iterator[StoredMessage]:
        """Visible messages of groups that have none in flight, none before one that waits."""
        now = self._clock.now()
        waiting: set[str | None] = set()
        in_flight = {each.group for each in self._messages.values() if each.receive_count and each.visible_at > now}
        for message in list(self._messages.values()):
            if message.visible_at > now:
                waiting.add(message.group)
            elif message.group not in in_flight | waiting:
                yield message


class MemoryFlushQueue:
    """Implements `tieout.ports.FlushQueue` over a FIFO queue in memory.

    Args:
        queue: one whose delay is the bucket's length.
    """

    def __init__(self, queue: MemoryFifoQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock

    def ask(self, target: str) -> None:
        """Ask for a flush of a target, once per bucket."""
        wanted = deduplication_id(target, self._clock.now(), self._queue.delay_seconds)
        self._queue.send_in_group(flush_request(target), target, wanted)
