"""Joins a simulated Stripe account to the sandbox: it tells of what happens as soon as it does."""

from __future__ import annotations

import secrets

from sandbox.systems.joining import JoinedConnection
from sandbox.systems.stripe.app import create_app
from sandbox.systems.stripe.settings import AccountSettings
from tieout.landscape import Connection


def join_connection(connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new account in the connection's own mode, whose endpoint is `webhook_url`, with a new key and a new signing secret."""
    secret = f"whsec_sandbox-not-a-secret-{secrets.token_hex(16)}"
    live = bool(connection.options.get("live", True))
    settings = AccountSettings(
        api_key=f"rk_{'live' if live else 'test'}_sandbox-not-a-secret-{secrets.token_hex(12)}",
        live=live,
        webhook_url=webhook_url,
        webhook_secrets=(secret,),
    )
    app = create_app(settings)
    return JoinedConnection(
        app=app,
        webhook_secret=secret,
        credentials={"api_key": settings.api_key},
        open_relay=app.state.telling.open_relay,
    )
