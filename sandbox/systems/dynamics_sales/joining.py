"""Joins a simulated environment of Dynamics 365 Sales to the sandbox: it tells of what is changed as soon as it is."""

from __future__ import annotations

import secrets

from sandbox.systems.dynamics_sales.app import create_app
from sandbox.systems.dynamics_sales.settings import EnvironmentSettings
from sandbox.systems.joining import JoinedConnection
from tieout.landscape import Connection


def join_connection(connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new environment of the connection's own organisation, whose steps post to `webhook_url` with a new key."""
    key = f"sandbox-not-a-secret-{secrets.token_hex(16)}"
    settings = EnvironmentSettings(
        client_secret=f"sandbox-not-a-secret-{secrets.token_hex(12)}",
        organization_id=str(connection.options["organization_id"]),
        webhook_url=webhook_url,
        webhook_key=key,
    )
    credentials = {
        "tenant_id": settings.tenant_id,
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "login_url": "http://127.0.0.1:1",
    }
    return JoinedConnection(
        app=create_app(settings), webhook_secret=key, credentials=credentials, address_credentials=("login_url",)
    )
