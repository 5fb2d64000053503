"""Posts the events of a simulated system, each until it is answered 2xx; what was not taken goes again with what comes next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import httpx

from sandbox.systems.trust import authorities

_TIMEOUT = 60


@dataclass(kw_only=True)
class Delivery:
    """An event that is told, and what each try to post it was answered: a status, or the kind of error.

    Attributes:
        dropped: it is never posted.
        taken: it was answered 2xx, and is not posted again by itself.
    """

    id: str
    type: str
    object_id: str
    body: bytes = field(repr=False)
    dropped: bool = False
    taken: bool = False
    answers: list[int | str] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether it is still to be posted, be it once more."""
        return not self.taken


class SendsEvents(Protocol):
    """What such a system is told of its endpoint."""

    webhook_url: str
    tells: bool
    send: str


class Post(NamedTuple):
    """What one try to post an event goes by, besides its body."""

    headers: Mapping[str, str]
    query: Mapping[str, str] = {}


class PostsEvents(ABC):
    """Makes the deliveries of events, and posts them as the settings say."""

    def __init__(self, settings: SendsEvents) -> None:
        self._endpoint = settings
        self.deliveries: list[Delivery] = []

    async def tell(self, events: Sequence[Mapping[str, Any]]) -> list[Delivery]:
        """Tell of events; of none while nothing is told."""
        if not self._endpoint.tells:
            return []
        told = [self.delivery_of(each) for each in events]
        self.deliveries += told
        if self._endpoint.send == "immediately" and self._endpoint.webhook_url:
            await self.post([each for each in self.deliveries if each.waits])
        return told

    async def post(self, deliveries: Sequence[Delivery]) -> None:
        """Post deliveries now, in this order."""
        for each in deliveries:
            if not each.dropped:
                answer = await self.posted(each)
                each.taken = each.taken or (isinstance(answer, int) and 200 <= answer < 300)  # noqa: PLR2004 any success

    @abstractmethod
    def delivery_of(self, event: Mapping[str, Any]) -> Delivery:
        """The delivery of one event."""

    @abstractmethod
    def post_of(self, delivery: Delivery) -> Post:
        """What it is posted with now."""

    async def posted(self, delivery: Delivery) -> int | str:
        """Post a delivery once: the status it was answered, or the kind of error, which is noted with it."""
        answer = await self.send(delivery, self.post_of(delivery))
        noted = answer if isinstance(answer, str) else answer.status_code
        delivery.answers.append(noted)
        return noted

    async def send(self, delivery: Delivery, post: Post) -> httpx.Response | str:
        """One request with a delivery's body; where none is answered, the kind of error."""
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, verify=authorities()) as http:
                return await http.post(
                    self._endpoint.webhook_url, content=delivery.body, headers=post.headers, params=post.query
                )
        except httpx.HTTPError as error:
            return type(error).__name__
