"""Joins a simulated Zuora tenant to the sandbox: it tells of what happens as soon as it does."""

from __future__ import annotations

import secrets

from sandbox.systems.joining import JoinedConnection
from sandbox.systems.zuora.app import create_app
from sandbox.systems.zuora.settings import TenantSettings
from tieout.landscape import Connection


def join_connection(connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new tenant in the connection's own time zone, whose callouts go to `webhook_url`, with a new secret and a new password."""
    settings = TenantSettings(
        client_secret=f"sandbox-not-a-secret-{secrets.token_hex(8)}",
        time_zone=connection.time_zone,
        webhook_url=webhook_url,
        password=f"sandbox-not-a-password-{secrets.token_hex(12)}",
    )
    return JoinedConnection(
        app=create_app(settings),
        webhook_secret=f"{settings.username}:{settings.password}",
        credentials={"client_id": settings.client_id, "client_secret": settings.client_secret},
    )
