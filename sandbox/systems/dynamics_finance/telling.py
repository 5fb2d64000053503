"""Sends business events where the environment's endpoint says: by itself, with few tries, or by Event Grid, with more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from sandbox.systems.dynamics_finance import events
from sandbox.systems.dynamics_finance.posting import Posted
from sandbox.systems.dynamics_finance.settings import CLOUD_EVENTS, HTTPS, EnvironmentSettings
from sandbox.systems.trust import authorities

_TIMEOUT = 30
_VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
_VALIDATION_CODE = "512D38B6-C7B8-40C8-89FE-0000000000DD"
_TOPIC = "/subscriptions/00000000-0000-4000-8000-0000000000ee"
_ORIGIN = "eventgrid.azure.net"
_JSON = "application/json; charset=utf-8"
_RATE = 120


@dataclass(kw_only=True)
class Event:
    """An event, and what each try to send it was answered: a status, or the kind of error.

    Attributes:
        dropped: it is never sent.
        failed: every try failed: a person may send it again from the error log, or Event Grid keeps it as a dead letter.
    """

    id: int
    body: dict[str, Any]
    dropped: bool = False
    failed: bool = False
    answers: list[int | str] = field(default_factory=list)


class Telling:
    """Makes the events of what is posted and sends them as the settings say."""

    def __init__(self, settings: EnvironmentSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._given = 0
        self.events: list[Event] = []

    async def tell(self, posted: Posted) -> Event | None:
        """Tell of what was posted; None where its event is not activated, or nothing is told meanwhile."""
        event_id = events.event_of(posted)
        active = self._settings.active_events or events.CATALOGUE
        if not self._settings.tells or event_id not in active:
            return None
        envelope = events.envelope(self._next(), event_id, posted.document.company, self._now())
        event = Event(id=self._given, body={**events.contract_of(posted), **envelope})
        self.events.append(event)
        if self._settings.send == "immediately" and self._settings.endpoint_url:
            await self.send([event])
        return event

    async def send(self, chosen: Sequence[Event]) -> None:
        """Send events now, in this order, each under the id it has; Event Grid puts several into one request."""
        size = 1 if self._settings.endpoint == HTTPS else self._settings.grid_batch
        wanted = [each for each in chosen if not each.dropped]
        for start in range(0, len(wanted), size):
            await self._try(wanted[start : start + size])

    async def activate(self) -> bool:
        """Whether the endpoint took what a new one is sent: whether Event Grid is welcome, and the test event."""
        if self._settings.endpoint != HTTPS and not await self._is_welcome():
            return False
        event = Event(id=self._next(), body=events.test_event(self._given, self._settings.default_company))
        self.events.append(event)
        await self.send([event])
        return not event.failed

    def drop(self, ids: Sequence[int] | None) -> list[int]:
        """Never send those events, or any that was not sent yet; which they are."""
        chosen = [each for each in self.events if (not each.answers if ids is None else each.id in ids)]
        for each in chosen:
            each.dropped = True
        return [each.id for each in chosen]

    async def _try(self, batch: Sequence[Event]) -> None:
        """Send a batch until it is taken or the tries are over."""
        pauses = self._pauses()
        for count, pause in enumerate([0.0, *pauses]):
            await asyncio.sleep(pause)
            answer = await self._post(*self._request([each.body for each in batch], count))
            for each in batch:
                each.answers.append(answer.status_code if isinstance(answer, httpx.Response) else answer)
                each.failed = not _is_taken(answer)
            if _is_taken(answer):
                return

    def _pauses(self) -> Sequence[float]:
        if self._settings.endpoint == HTTPS:
            return [self._settings.pause_seconds] * (self._settings.tries - 1)
        return self._settings.grid_pauses_seconds

    def _request(self, bodies: Sequence[dict[str, Any]], count: int) -> tuple[Any, dict[str, str]]:
        """Body and headers: one business event, or Event Grid's envelopes in the schema of its subscription."""
        if self._settings.endpoint == HTTPS:
            return bodies[0], {}
        headers = _grid_headers("Notification", count)
        if self._settings.endpoint != CLOUD_EVENTS:
            return [self._wrapped(each, str(each["BusinessEventId"])) for each in bodies], headers
        events = [self._cloud_event(each) for each in bodies]
        is_batch = self._settings.grid_batch > 1
        form = "application/cloudevents-batch+json" if is_batch else "application/cloudevents+json"
        return events if is_batch else events[0], {**headers, "content-type": f"{form}; charset=utf-8"}

    def _wrapped(self, data: dict[str, Any], event_type: str) -> dict[str, Any]:
        return {
            "id": str(data.get("EventId", _VALIDATION_CODE)),
            "topic": _TOPIC,
            "subject": event_type,
            "eventType": event_type,
            "eventTime": self._now().strftime("%Y-%m-%dT%H:%M:%S.%f7Z"),
            "data": data,
            "dataVersion": "1.0",
            "metadataVersion": "1",
        }

    def _cloud_event(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": str(data["EventId"]),
            "source": _TOPIC,
            "specversion": "1.0",
            "type": str(data["BusinessEventId"]),
            "subject": str(data["BusinessEventId"]),
            "time": self._now().strftime("%Y-%m-%dT%H:%M:%S.%f7Z"),
            "data": data,
        }

    async def _is_welcome(self) -> bool:
        """Whether the endpoint says so in the way that the schema asks for."""
        return await (self._has_consent() if self._settings.endpoint == CLOUD_EVENTS else self._is_validated())

    async def _has_consent(self) -> bool:
        """Whether the endpoint names us, or anybody, as an origin whose events it takes."""
        asked = {"webhook-request-origin": _ORIGIN, "webhook-request-rate": str(_RATE)}
        answer = await self._sent("OPTIONS", b"", asked)
        if not isinstance(answer, httpx.Response) or not answer.is_success:
            return False
        return answer.headers.get("webhook-allowed-origin") in {_ORIGIN, "*"}

    async def _is_validated(self) -> bool:
        """Whether the endpoint gives the code back, in JSON and with nothing but 200."""
        asked = [self._wrapped({"validationCode": _VALIDATION_CODE, "validationUrl": "https://made-up"}, _VALIDATION)]
        answer = await self._post(asked, _grid_headers("SubscriptionValidation", 0))
        if not isinstance(answer, httpx.Response) or answer.status_code != httpx.codes.OK:
            return False
        try:
            return bool(answer.json() == {"validationResponse": _VALIDATION_CODE})
        except ValueError:
            return False

    async def _post(self, body: object, headers: dict[str, str]) -> httpx.Response | str:
        content = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        return await self._sent("POST", content, {"content-type": _JSON, **headers})

    async def _sent(self, method: str, content: bytes, headers: dict[str, str]) -> httpx.Response | str:
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, verify=authorities()) as http:
                return await http.request(method, self._settings.endpoint_url, content=content, headers=headers)
        except httpx.HTTPError as error:
            return type(error).__name__

    def _next(self) -> int:
        self._given += 1
        return self._given


def _is_taken(answer: httpx.Response | str) -> bool:
    return isinstance(answer, httpx.Response) and answer.is_success


def _grid_headers(event_type: str, count: int) -> dict[str, str]:
    return {
        "aeg-event-type": event_type,
        "aeg-subscription-name": "TIEOUT",
        "aeg-delivery-count": str(count),
        "aeg-data-version": "1.0",
        "aeg-metadata-version": "1",
    }
