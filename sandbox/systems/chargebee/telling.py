"""Tells of what happened: posts events, each proven by a login or by a key in the address, until they are answered 2xx."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from sandbox.systems.chargebee.settings import SiteSettings
from sandbox.systems.posting_events import Delivery, Post, PostsEvents


class Telling(PostsEvents):
    """Makes the deliveries of events, and posts them as the settings say."""

    def __init__(self, settings: SiteSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    def delivery_of(self, event: Mapping[str, Any]) -> Delivery:
        """One event, the same each time it is posted."""
        about = next(iter(event["content"].values()))
        return Delivery(
            id=event["id"], type=event["event_type"], object_id=about["id"], body=json.dumps(event, indent=4).encode()
        )

    def post_of(self, _delivery: Delivery) -> Post:
        """By the login and the key of this moment."""
        settings = self._settings
        headers = {"content-type": "application/json;charset=UTF-8", "user-agent": "ChargeBee"}
        if settings.webhook_login:
            headers["authorization"] = f"Basic {base64.b64encode(settings.webhook_login.encode()).decode()}"
        return Post(headers, {"key": settings.webhook_key} if settings.webhook_key else {})
