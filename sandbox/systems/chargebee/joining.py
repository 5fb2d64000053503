"""Joins a simulated Chargebee site to the sandbox: it tells of what happens as soon as it does."""

from __future__ import annotations

import secrets

from sandbox.systems.chargebee.app import create_app
from sandbox.systems.chargebee.settings import SiteSettings
from sandbox.systems.joining import JoinedConnection
from tieout.landscape import Connection


def join_connection(_connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new site whose webhook leads to `webhook_url`, with a new key and a new login."""
    login = f"chargebee:sandbox-not-a-secret-{secrets.token_hex(16)}"
    settings = SiteSettings(
        api_key=f"test_sandbox-not-a-secret-{secrets.token_hex(12)}", webhook_url=webhook_url, webhook_login=login
    )
    return JoinedConnection(app=create_app(settings), webhook_secret=login, credentials={"api_key": settings.api_key})
