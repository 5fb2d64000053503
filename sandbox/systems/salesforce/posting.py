"""What every way that posts has in common: one request, what it was answered, and how a delivery is told to go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Answer:
    """What a target answered; without a status, the error that stood in its place."""

    status: int | None
    body: bytes = b""
    error: str = ""


Post = Callable[[str, bytes, Mapping[str, str], float], Answer]  # address, body, headers, seconds to wait at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How one delivery of what waits is to be done, or to go wrong.

    Attributes:
        ways: which of the three are to deliver; none: all of them.
        everything: also what is to be tried again only later.
        again: send the last so many notifications of outbound messages that were taken once more, as if the acknowledgement had
            been lost.
        shuffle: in random order.
        repeat: post every request this many times, as a network may.
        batch_size: at most so many notifications in a message (Salesforce: 100).
        secret: prove it with this instead of the webhook secret.
        skew_seconds: lie about the time of callouts by this much.
    """

    ways: tuple[str, ...] = ()
    everything: bool = False
    again: int = 0
    shuffle: bool = False
    repeat: int = 1
    batch_size: int = 100
    secret: str = ""
    skew_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request or one batch of entries for the bus, and what came of it.

    Attributes:
        way: which of the three.
        number: how many attempts of it there were before; of notifications, of the first in the message.
        record_ids: what it told of.
        error: why it was not taken; empty where it was.
    """

    way: str
    sent_at: str
    number: int
    record_ids: tuple[str, ...]
    status: int | None
    error: str

    def plain(self) -> dict[str, Any]:
        """The attempt as JSON values."""
        return {**asdict(self), "taken": not self.error}


class HttpPost:
    """Posts over HTTP, once each time, and follows no redirect."""

    def __init__(self) -> None:
        self._http: httpx.Client | None = None

    def __call__(self, address: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
        """What the address answered."""
        if self._http is None:  # most organisations of a test never post, and a client takes a while to make
            self._http = httpx.Client(trust_env=False)
        try:
            answer = self._http.post(address, content=body, headers=dict(headers), timeout=seconds)
        except httpx.HTTPError as error:
            return Answer(None, error=type(error).__name__)
        return Answer(answer.status_code, answer.content)
