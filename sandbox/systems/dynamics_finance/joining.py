"""Joins a simulated environment of Dynamics to the sandbox: it tells of what is posted as soon as it is."""

from __future__ import annotations

import secrets

from sandbox.systems.dynamics_finance.app import create_app
from sandbox.systems.dynamics_finance.settings import EnvironmentSettings
from sandbox.systems.joining import JoinedConnection
from tieout.landscape import Connection


def join_connection(_connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new environment whose endpoint is `webhook_url` with a new key behind it."""
    key = f"sandbox-not-a-secret-{secrets.token_hex(16)}"
    settings = EnvironmentSettings(
        client_secret=f"sandbox-not-a-secret-{secrets.token_hex(12)}", endpoint_url=f"{webhook_url}/{key}"
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
