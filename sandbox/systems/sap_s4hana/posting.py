"""One request of Event Mesh, what it was answered, and how a delivery is told to go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx

TOKENS = ("", "none", "expired", "wrong_issuer", "wrong_audience", "wrong_scope", "wrong_key")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered, header names in small letters; without a status, the error that stood in its place."""

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def is_taken(self) -> bool:
        """Any 2xx is a success."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 the class of successes


# method, address, body, headers, seconds to wait at most
Send = Callable[[str, str, bytes, Mapping[str, str], float], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How one delivery of what waits is to be done, or to go wrong.

    Attributes:
        everything: also what is to be tried again only later.
        again: send the last so many events that were taken once more, as if the answer had been lost.
        shuffle: in random order.
        repeat: post every request this many times, as a network may.
        token: one of `TOKENS`: none, or one with this flaw, in the place of a good one.
        ids: these events alone, in this order; none: all that are due.
    """

    everything: bool = False
    again: int = 0
    shuffle: bool = False
    repeat: int = 1
    token: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request, and what came of it.

    Attributes:
        kind: `handshake` or `push`.
        event_ids: which events it carried.
        number: how many attempts of the first of them there were before.
        error: why it was not taken; empty where it was.
    """

    kind: str
    sent_at: str
    event_ids: tuple[str, ...]
    number: int
    status: int | None
    error: str

    def plain(self) -> dict[str, Any]:
        """The attempt as JSON values."""
        return {**asdict(self), "taken": not self.error}


class HttpSend:
    """Sends over HTTP, once each time, and follows no redirect."""

    def __init__(self) -> None:
        self._http: httpx.Client | None = None

    def __call__(self, method: str, address: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
        """What the address answered."""
        if self._http is None:  # most tenants of a test never push, and a client takes a while to make
            self._http = httpx.Client(trust_env=False)
        try:
            answer = self._http.request(method, address, content=body, headers=dict(headers), timeout=seconds)
        except httpx.HTTPError as error:
            return Answer(None, error=type(error).__name__)
        return Answer(answer.status_code, dict(answer.headers))
