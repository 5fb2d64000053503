"""Posts what was changed where the environment's steps say: once, and once more after 502, 503 and 504 alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from sandbox.systems.dynamics_sales.contexts import context_of, written
from sandbox.systems.dynamics_sales.selling import Change
from sandbox.systems.dynamics_sales.settings import CODE, EnvironmentSettings
from sandbox.systems.dynamics_sales.tables import TABLES
from sandbox.systems.trust import authorities

_TIMEOUT = 60
_TRIED_AGAIN = frozenset({502, 503, 504})


@dataclass(kw_only=True)
class Delivery:
    """A change that is told, and what each try to post it was answered: a status, or the kind of error.

    Attributes:
        dropped: it is never posted.
        failed: it was not taken, and will never be posted again by itself: its system job has failed.
    """

    id: int
    message: str
    table: str
    row_id: str
    body: bytes = field(repr=False)
    cut: bool
    dropped: bool = False
    failed: bool = False
    answers: list[int | str] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether it is still to be posted."""
        return not self.answers


class Telling:
    """Makes the deliveries of what is changed, and posts them as the settings say."""

    def __init__(self, settings: EnvironmentSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self.deliveries: list[Delivery] = []

    async def tell(self, changes: Sequence[Change]) -> list[Delivery]:
        """Tell of changes; of none while nothing is told."""
        if not self._settings.tells:
            return []
        told = [self._delivery(each) for each in changes]
        self.deliveries += told
        if self._settings.send == "immediately" and self._settings.webhook_url:
            await self.post(told)
        return told

    async def post(self, deliveries: Sequence[Delivery]) -> None:
        """Post deliveries now, in this order."""
        for each in deliveries:
            if each.dropped:
                continue
            answer = await self._posted(each)
            if answer in _TRIED_AGAIN:
                answer = await self._posted(each)
            each.failed = not (isinstance(answer, int) and 200 <= answer < 300)  # noqa: PLR2004 any success

    def _delivery(self, change: Change) -> Delivery:
        number = len(self.deliveries) + 1
        context = context_of(number, change, self._settings, self._now())
        body, is_cut = written(context, self._settings.most_bytes)
        table = TABLES[change.entity_set]
        return Delivery(id=number, message=change.message, table=table, row_id=change.row_id, body=body, cut=is_cut)

    async def _posted(self, delivery: Delivery) -> int | str:
        settings = self._settings
        headers = {
            "content-type": "application/json; charset=utf-8",
            "x-ms-dynamics-organization": "sandbox.crm4.dynamics.example",
            "x-ms-dynamics-entity-name": delivery.table,
            "x-ms-dynamics-request-name": delivery.message,
        }
        headers |= {"x-ms-dynamics-msg-size-exceeded": "true"} if delivery.cut else {}
        query = {settings.key_name: settings.webhook_key} if settings.key_in == CODE else {}
        headers |= {} if query else {settings.key_name: settings.webhook_key}
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, verify=authorities()) as http:
                answer: int | str = (
                    await http.post(settings.webhook_url, content=delivery.body, headers=headers, params=query)
                ).status_code
        except httpx.HTTPError as error:
            answer = type(error).__name__
        delivery.answers.append(answer)
        return answer
