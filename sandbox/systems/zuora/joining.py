"""Joins a simulated Zuora tenant to the sandbox: it tells of what happens as soon as it does."""

from __future__ import annotations

import secrets

from sandbox.systems.joining import JoinedConnection
from sandbox.systems.zuora.app import create_app
from sandbox.systems.zuora.settings import TenantSettings
from tieout.landscape import Connection

CUSTOMERS = {f"8ad0{0x901:028x}": "Acme Holding", f"8ad0{0x902:028x}": "Tyrell Corporation"}
"""Whom the tenant bills, by their ids, which the sandbox's mapping table knows."""


def join_connection(connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new tenant of two customers in the connection's own time zone, with a new secret and a new password.

    Its callouts go to `webhook_url`.
    """
    settings = TenantSettings(
        client_secret=f"sandbox-not-a-secret-{secrets.token_hex(8)}",
        time_zone=connection.time_zone,
        webhook_url=webhook_url,
        password=f"sandbox-not-a-password-{secrets.token_hex(12)}",
    )
    app = create_app(settings)
    for account, name in CUSTOMERS.items():
        app.state.tenant.open_account(name, connection.default_currency, id=account)
    return JoinedConnection(
        app=app,
        webhook_secret=f"{settings.username}:{settings.password}",
        credentials={"client_id": settings.client_id, "client_secret": settings.client_secret},
    )
