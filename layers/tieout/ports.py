"""What the pipelines need of the world, as small protocols; adapters and fakes stand elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The present moment, UTC-aware."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Entropy(Protocol):
    """Chance."""

    def fraction(self) -> float:
        """A number from 0 up to, not including, 1."""
        ...

    def token(self) -> str:
        """A new id nobody else has: 32 hexadecimal digits."""
        ...


class ObjectStore(Protocol):
    """Keeps objects by key (S3)."""

    def put(self, key: str, body: bytes) -> None:
        """Keep `body` under `key`, replacing what is there."""
        ...

    def get(self, key: str) -> bytes:
        """The object's bytes; `UnreadableRecordError` where there is none."""
        ...

    def keys(self, prefix: str, limit: int, *, after: str = "") -> Sequence[str]:
        """Up to `limit` keys that start with `prefix` and stand behind `after`, in order."""
        ...

    def delete(self, key: str) -> None:
        """Remove the object; no error where there is none."""
        ...


class ChangingObjects(Protocol):
    """Objects that are only written by who knows what is there."""

    def create(self, key: str, body: bytes) -> bool:
        """Keep a new object; False, and nothing done, where there is one already."""
        ...

    def read(self, key: str) -> tuple[bytes, str]:
        """The object, and the name of the version that was read."""
        ...

    def replace(self, key: str, body: bytes, version: str) -> bool:
        """Keep this in place of that version; False, and nothing done, where it is no longer the one."""
        ...


class Queue(Protocol):
    """Sends to one queue (SQS)."""

    def send(self, body: str, *, attributes: Mapping[str, str] | None = None, delay_seconds: int = 0) -> None:
        """Return once the queue has the message durably; raises `TransientError` where it may not have it."""
        ...


class FlushQueue(Protocol):
    """Asks the deliver step of a target to flush (SQS FIFO, coalescing)."""

    def ask(self, target: str) -> None:
        """Return once a flush of `target` is asked for; asking again within seconds asks once."""
        ...
