"""Joins a simulated NetSuite account to the sandbox: its script posts when a record is saved in it."""

from __future__ import annotations

import secrets

from sandbox.systems.joining import JoinedConnection
from sandbox.systems.netsuite.app import create_app
from sandbox.systems.netsuite.certificates import make_key
from sandbox.systems.netsuite.settings import AccountSettings
from tieout.landscape import Connection


def join_connection(connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new account in the connection's time zone whose script posts to `webhook_url`."""
    key = make_key()
    settings = AccountSettings(
        account_id=str(connection.options["account_id"]),
        time_zone=connection.time_zone,
        certificate_public_key=key.public_key,
        webhook_url=webhook_url,
        webhook_secret=f"sandbox-not-a-secret-{secrets.token_hex(12)}",
    )
    return JoinedConnection(
        app=create_app(settings), webhook_secret=settings.webhook_secret, credentials=key.credentials()
    )
