"""Joins a simulated HubSpot account to the sandbox: it sends signed webhooks by itself when a deal changes in it."""

from __future__ import annotations

import secrets

from sandbox.systems.hubspot.app import create_app
from sandbox.systems.hubspot.settings import Settings
from sandbox.systems.joining import JoinedConnection
from tieout.landscape import Connection


def join_connection(_connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new account whose app posts to `webhook_url`."""
    settings = Settings(
        client_secret=f"sandbox-not-a-secret-{secrets.token_hex(12)}",
        access_token=f"sandbox-not-a-token-{secrets.token_hex(12)}",
        target_url=webhook_url,
        automatic=True,
    )
    return JoinedConnection(
        app=create_app(settings),
        webhook_secret=settings.client_secret,
        credentials={"access_token": settings.access_token},
    )
