"""Tells of what happened: posts events, signed, until they are answered 2xx, and puts them on a bus where the account has one."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sandbox.buses import PutEvents
from sandbox.systems.posting_events import Delivery, Post, PostsEvents
from sandbox.systems.stripe.settings import AccountSettings
from tieout.arriving.spool import BusEntry

_DESTINATION = "aws.partner/stripe.com/ed_sandbox"


class Telling(PostsEvents):
    """Makes the deliveries of events, and posts them as the settings say; what was not taken goes again with what comes next."""

    def __init__(self, settings: AccountSettings, now: Callable[[], datetime]) -> None:
        super().__init__(settings)
        self._settings = settings
        self._now = now
        self._put_events: PutEvents | None = None

    def open_relay(self, put_events: PutEvents) -> None:
        """Let events go to a bus from now on, too."""
        self._put_events = put_events

    async def tell(self, events: Sequence[Mapping[str, Any]]) -> list[Delivery]:
        """Tell of events, on the bus as well where there is one."""
        told = await super().tell(events)
        if self._put_events is not None and told:
            self._put_events([BusEntry(_DESTINATION, each.type, each.body.decode()) for each in told])
        return told

    def signature(self, body: bytes) -> str:
        """What proves a body now: the time, and a signature by each secret that is live."""
        seconds = str(int(self._now().timestamp()))
        signed = f"{seconds}.".encode() + body
        proofs = [hmac.digest(each.encode(), signed, "sha256").hex() for each in self._settings.webhook_secrets]
        return ",".join([f"t={seconds}", *(f"v1={each}" for each in proofs)])

    def delivery_of(self, event: Mapping[str, Any]) -> Delivery:
        """One event, whole or thin."""
        about = event["data"]["object"]
        stated = self._thin(event) if self._settings.thin else event
        body = json.dumps(stated, indent=2).encode()  # as Stripe writes it, over many lines
        return Delivery(id=event["id"], type=stated["type"], object_id=about["id"], body=body)

    def post_of(self, delivery: Delivery) -> Post:
        """Signed anew each time."""
        return Post(
            {
                "content-type": "application/json; charset=utf-8",
                "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
                "stripe-signature": self.signature(delivery.body),
            }
        )

    def _thin(self, event: Mapping[str, Any]) -> dict[str, Any]:
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
