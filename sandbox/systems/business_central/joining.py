"""Joins a simulated Business Central environment to the sandbox: it notifies by itself whoever subscribed."""

from __future__ import annotations

import secrets

from sandbox.systems.business_central.app import create_app
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.joining import JoinedConnection
from tieout.landscape import Connection

_DELAY_SECONDS = 1.0  # a demonstration does not wait for half a minute


def join_connection(_connection: Connection, _webhook_url: str) -> JoinedConnection:
    """A new environment; nobody is notified until somebody subscribes, with the webhook secret as the `clientState`."""
    settings = EnvironmentSettings(
        client_secret=f"sandbox-not-a-secret-{secrets.token_hex(12)}", delay_seconds=_DELAY_SECONDS, automatic=True
    )
    credentials = {
        "tenant_id": settings.tenant_id,
        "environment": settings.environment,
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
    }
    return JoinedConnection(
        app=create_app(settings),
        webhook_secret=f"sandbox-not-a-secret-{secrets.token_hex(12)}",
        credentials=credentials,
        address_credentials=("login_url",),
    )
