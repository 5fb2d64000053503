"""The account's script: posts an event when a record is saved, inside the save, and never later."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import httpx
from httpx import codes

from sandbox.systems.netsuite.books import Books
from sandbox.systems.netsuite.documents import Document
from sandbox.systems.netsuite.masters import Master
from sandbox.systems.netsuite.settings import AccountSettings
from sandbox.systems.netsuite.signing import signature_headers
from sandbox.systems.trust import authorities

_MOST_POSTS = 3  # of our own script, where the answer asks for another try; the wild one posts once
_TIMEOUT = httpx.Timeout(45, connect=5)  # of SuiteScript's https.post


@dataclass(kw_only=True)
class Event:
    """One event of the script, and what became of it; `answers` holds a status or an error's name for each sending."""

    id: int
    event_type: str
    record_type: str
    record_id: str
    body: str
    answers: list[int | str] = field(default_factory=list)


class Script:
    """Makes the events of an account and posts them as its settings say."""

    def __init__(self, settings: AccountSettings, books: Books, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._books = books
        self._now = now
        self.events: list[Event] = []

    async def saved(self, document: Document, event_type: str, changed: frozenset[str] | None = None) -> Event:
        """Tell of a saved record, if anything is told; `changed` names the fields an inline edit sends, which sends no others."""
        record = self._record(document, event_type, changed)
        stated = {"lastModifiedDate": _utc(datetime.fromisoformat(document.last_modified)), "voided": document.voided}
        return await self._log(document, event_type, record, stated)

    async def _log(
        self,
        saved: Document | Master,
        event_type: str,
        record: dict[str, Any],
        stated: Mapping[str, Any] = MappingProxyType({}),
    ) -> Event:
        """Note an event, and post it as the settings say; `stated` is what our own script says of a record besides."""
        number = len(self.events) + 1
        body = record if self._settings.shape == "wild" else self._told(saved, event_type, {**stated, "record": record})
        event = Event(
            id=number,
            event_type=event_type,
            record_type=saved.type,
            record_id=saved.id,
            body=json.dumps(body, separators=(",", ":"), ensure_ascii=False),
        )
        if not self._settings.tells:
            return event
        self.events.append(event)
        if self._settings.send == "immediately" and self._settings.webhook_url:
            await self.send(event)
        return event

    async def master_saved(self, master: Master, event_type: str) -> Event:
        """Tell of a customer, an item, an account or a department that was saved, likewise."""
        fields = {} if event_type == "delete" else {name: value for name, value in master.fields.items() if value}
        record = {"id": master.id, "type": master.type, "isDynamic": False, "fields": {**fields, "id": master.id}}
        return await self._log(master, event_type, record)

    async def send(self, event: Event) -> None:
        """Post an event now, again at once where the answer asks for it; a failure is noted and nothing repeats it."""
        for _ in range(1 if self._settings.shape == "wild" else _MOST_POSTS):
            await self._post(event)
            answer = event.answers[-1]
            if isinstance(answer, str) or not (
                answer == codes.TOO_MANY_REQUESTS or answer >= codes.INTERNAL_SERVER_ERROR
            ):
                return

    async def _post(self, event: Event) -> None:
        body = event.body.encode()
        headers = {"Content-Type": "application/json"} if self._settings.content_type else {}
        if self._settings.authentication == "signed":
            headers |= signature_headers(self._settings.webhook_secret, body, self._now())
        elif self._settings.authentication == "static_token":
            headers["Authorization"] = self._settings.webhook_secret
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, verify=authorities()) as http:
                answer = await http.post(self._settings.webhook_url, content=body, headers=headers)
            event.answers.append(answer.status_code)
        except httpx.HTTPError as error:
            event.answers.append(type(error).__name__)

    def _told(self, saved: Document | Master, event_type: str, stated: Mapping[str, Any]) -> dict[str, Any]:
        """The body of our own script."""
        return {
            "eventId": f"{self._settings.account_id}-{saved.id}-{len(self.events) + 1}",
            "eventType": event_type,
            "occurredAt": _utc(self._now()),
            "accountId": self._settings.account_id,
            "executionContext": "USERINTERFACE",
            "recordType": saved.type,
            "recordId": saved.id,
            **stated,
        }

    def _record(self, document: Document, event_type: str, changed: frozenset[str] | None) -> dict[str, Any]:
        """`JSON.stringify(newRecord)`: texts, ids without names, dates as the user writes them."""
        head: dict[str, Any] = {"id": document.id, "type": document.type, "isDynamic": False}
        if event_type == "delete":
            return {**head, "fields": {"id": document.id}}
        fields = self._fields(document)
        if changed is not None:
            return {**head, "fields": {name: value for name, value in fields.items() if name in changed}}
        lines = {f"line {place}": {"amount": line.amount} for place, line in enumerate(document.lines, 1)}
        return {**head, "fields": fields, "sublists": {"line": lines}}

    def _fields(self, document: Document) -> dict[str, str]:
        day = date.fromisoformat(document.date)
        total = sum((amount for line in document.lines if (amount := Decimal(line.amount)) > 0), Decimal(0))
        return {
            "tranid": document.number,
            "trandate": f"{day.month}/{day.day}/{day.year}",
            "postingperiod": self._books.id_of("accountingperiod", "periodname", document.period),
            "entity": document.entity or "",
            "subsidiary": document.subsidiary,
            "currency": self._books.id_of("currency", "symbol", document.currency),
            "exchangerate": document.exchange_rate,
            "total": str(total),
            "memo": document.memo,
            "voided": "T" if document.voided else "F",
        }


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
