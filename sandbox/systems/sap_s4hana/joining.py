"""Joins a simulated S/4HANA tenant to the sandbox: its Event Mesh pushes by itself when a document changes in it."""

from __future__ import annotations

import secrets

from sandbox.systems.joining import JoinedConnection
from sandbox.systems.sap_s4hana.app import create_app
from sandbox.systems.sap_s4hana.settings import TenantSettings
from tieout.landscape import Connection

_FAKE = "sandbox-not-a-secret-"


def join_connection(connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new tenant that reads and pushes with new secrets, and whose pushes bear tokens for the audience the connection names.

    Their issuer is the tenant's own address.
    """
    settings = TenantSettings(
        client_secret=_FAKE + secrets.token_hex(12),
        webhook_url=webhook_url,
        webhook_secret=_FAKE + secrets.token_hex(12),
        automatic=True,
    )
    audience = connection.options.get("audience")
    if isinstance(audience, list) and audience:
        settings.audience = str(audience[0])
    credentials = {"client_id": settings.client_id, "client_secret": settings.client_secret}
    return JoinedConnection(
        app=create_app(settings),
        webhook_secret=settings.webhook_secret,
        credentials=credentials,
        address_options=("issuer",),
    )
