"""Tells of what happened: posts events, signed, until they are answered 2xx, and puts them on a bus where the account has one."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.buses import PutEvents
from sandbox.systems.stripe.settings import AccountSettings
from sandbox.systems.stripe.store import Object
from tieout.arriving.spool import BusEntry

_TIMEOUT = 60
_DESTINATION = "aws.partner/stripe.com/ed_sandbox"


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


class Telling:
    """Makes the deliveries of events, and posts them as the settings say; what was not taken goes again with what comes next."""

    def __init__(self, settings: AccountSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._put_events: PutEvents | None = None
        self.deliveries: list[Delivery] = []

    def open_relay(self, put_events: PutEvents) -> None:
        """Let events go to a bus from now on, too."""
        self._put_events = put_events

    async def tell(self, events: Sequence[Object]) -> list[Delivery]:
        """Tell of events; of none while nothing is told."""
        if not self._settings.tells:
            return []
        told = [self._delivery(each) for each in events]
        self.deliveries += told
        if self._put_events is not None and told:
            entries = [BusEntry(_DESTINATION, each.type, each.body.decode()) for each in told]
            self._put_events(entries)
        if self._settings.send == "immediately" and self._settings.webhook_url:
            await self.post([each for each in self.deliveries if each.waits])
        return told

    async def post(self, deliveries: Sequence[Delivery]) -> None:
        """Post deliveries now, in this order."""
        for each in deliveries:
            if not each.dropped:
                answer = await self._posted(each)
                each.taken = each.taken or (isinstance(answer, int) and 200 <= answer < 300)  # noqa: PLR2004 any success

    def signature(self, body: bytes) -> str:
        """What proves a body now: the time, and a signature by each secret that is live."""
        seconds = str(int(self._now().timestamp()))
        signed = f"{seconds}.".encode() + body
        proofs = [hmac.digest(each.encode(), signed, "sha256").hex() for each in self._settings.webhook_secrets]
        return ",".join([f"t={seconds}", *(f"v1={each}" for each in proofs)])

    def _delivery(self, event: Object) -> Delivery:
        about = event["data"]["object"]
        stated = self._thin(event) if self._settings.thin else event
        body = json.dumps(stated, indent=2).encode()  # as Stripe writes it, over many lines
        return Delivery(id=event["id"], type=stated["type"], object_id=about["id"], body=body)

    def _thin(self, event: Object) -> dict[str, Any]:
        about = event["data"]["object"]
        address = f"/v1/{about['object']}s/{about['id']}"
        return {
            "id": event["id"],
            "object": "v2.core.event",
            "type": f"v1.{event['type']}",
            "created": datetime.fromtimestamp(event["created"], UTC).isoformat().replace("+00:00", ".000Z"),
            "livemode": event["livemode"],
            "related_object": {"id": about["id"], "type": about["object"], "url": address},
        }

    async def _posted(self, delivery: Delivery) -> int | str:
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "stripe-signature": self.signature(delivery.body),
        }
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as http:
                answer: int | str = (
                    await http.post(self._settings.webhook_url, content=delivery.body, headers=headers)
                ).status_code
        except httpx.HTTPError as error:
            answer = type(error).__name__
        delivery.answers.append(answer)
        return answer
