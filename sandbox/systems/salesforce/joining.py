"""Joins a simulated Salesforce organisation to the sandbox: it tells of its changes in every way its connection takes."""

from __future__ import annotations

import base64
import secrets

from sandbox.systems.joining import JoinedConnection
from sandbox.systems.salesforce.app import create_app
from sandbox.systems.salesforce.certificates import make_key
from sandbox.systems.salesforce.ids import expand
from sandbox.systems.salesforce.settings import OrganizationSettings
from tieout.landscape import Connection


def join_connection(connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new organisation with the custom fields that the connection reads, which posts to `webhook_url`."""
    key = make_key()
    settings = OrganizationSettings(
        organization_id=expand(str(connection.options["organization_id"])),
        certificate_public_key=key.public_key,
        webhook_url=webhook_url,
        webhook_secret=f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",
        automatic=True,
    )
    return JoinedConnection(
        app=create_app(settings), webhook_secret=settings.webhook_secret, credentials=key.credentials(settings)
    )
