"""Tells of what happened by callouts: a template of the tenant's filled in, posted until it is answered 2xx.

Who is asked to prove himself by Basic authentication does so when he is challenged, and before only where that is set.
https://docs.zuora.com/en/zuora-platform/extensibility/events-and-notifications/notifications/callout-notification-overview
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

import httpx

from sandbox.systems.posting_events import Delivery, Post, PostsEvents
from sandbox.systems.zuora.settings import TenantSettings
from sandbox.systems.zuora.store import Store

_MERGE_FIELD = re.compile(r"\{\{([A-Za-z]+)\.([A-Za-z]+)(?:\.([A-Za-z]+))?\}\}")
_NAMES = {
    "account": "Account",
    "subscription": "Subscription",
    "invoice": "Invoice",
    "credit_memo": "CreditMemo",
    "debit_memo": "DebitMemo",
    "payment": "Payment",
    "refund": "Refund",
}


class Telling(PostsEvents):
    """The callouts of one tenant; each names its notification whenever it is tried, and itself by another name each time."""

    def __init__(self, settings: TenantSettings, store: Store) -> None:
        super().__init__(settings)
        self._settings, self._store = settings, store

    def delivery_of(self, event: Mapping[str, Any]) -> Delivery:
        """A callout by the template for what it is about."""
        about = event["about"]
        body = json.dumps(filled(self._settings.templates.get(about["kind"], {}), event, self._account_of(about)))
        return Delivery(id=event["id"], type=event["type"], object_id=about["id"], body=body.encode())

    def post_of(self, delivery: Delivery) -> Post:
        """With credentials only where they are shown to everybody."""
        request_id = f"{self._store.next_number('requests'):032x}"
        headers = {
            "content-type": "application/json",
            "user-agent": "Zuora",
            "zuora-notification-id": delivery.id,
            "zuora-request-id": request_id,
            "x-amzn-trace-id": f"Root=1-{request_id[:8]}-{request_id[8:]}",
        }
        return Post(headers | (self._credentials() if self._settings.preemptive else {}))

    async def posted(self, delivery: Delivery) -> int | str:
        """What a try is answered in the end: where credentials are asked for, it is made once more with them."""
        answer = await self.send(delivery, self.post_of(delivery))
        if not isinstance(answer, str) and _is_challenge(answer):
            delivery.answers.append(answer.status_code)
            again = self.post_of(delivery)
            answer = await self.send(delivery, Post({**again.headers, **self._credentials()}))
        noted = answer if isinstance(answer, str) else answer.status_code
        delivery.answers.append(noted)
        return noted

    def _credentials(self) -> dict[str, str]:
        named = f"{self._settings.username}:{self._settings.password}"
        return {"authorization": f"Basic {base64.b64encode(named.encode()).decode()}"}

    def _account_of(self, about: Mapping[str, Any]) -> Mapping[str, Any]:
        return about if about["kind"] == "account" else self._store.get(about["accountId"])


def _is_challenge(answer: httpx.Response) -> bool:
    """Whether an answer asks for credentials in the one way that is understood."""
    asks = answer.headers.get("www-authenticate", "").lower().startswith("basic ")
    return answer.status_code == httpx.codes.UNAUTHORIZED and asks


def filled(template: Mapping[str, str], event: Mapping[str, Any], account: Mapping[str, Any]) -> dict[str, str]:
    """A template with what its merge fields stand for; one that stands for nothing is empty."""
    about = event["about"]
    known = {"Account": account, _NAMES[about["kind"]]: about}
    of_the_event = {"Type": event["type"], "Date": event["moment"]}

    def stands_for(found: re.Match[str]) -> str:
        source, name, field = found.groups()
        if source == "Event":
            return str(of_the_event.get(name, ""))
        value = {each.lower(): stated for each, stated in known.get(name, {}).items()}.get(str(field).lower())
        return "" if value is None else str(value)

    return {name: _MERGE_FIELD.sub(stands_for, text) for name, text in template.items()}
