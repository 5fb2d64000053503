"""Joins a simulated Salesforce organisation to the sandbox: it tells by itself, in all of its ways, when a record changes in it."""

from __future__ import annotations

import base64
import secrets

from sandbox.systems.joining import JoinedConnection
from sandbox.systems.salesforce.app import create_app
from sandbox.systems.salesforce.certificates import make_key
from sandbox.systems.salesforce.ids import expand
from sandbox.systems.salesforce.settings import CALLOUT, CHANGE_EVENTS, OUTBOUND_MESSAGE, OrganizationSettings
from tieout.landscape import Connection
from tieout.systems.salesforce.options import Options

_WAYS = {"webhook": (OUTBOUND_MESSAGE, CALLOUT), "bus": (CHANGE_EVENTS,)}
_KINDS = {
    "recurring_amount": "currency",
    "recurring_months": "double",
    "term_months": "double",
    "value": "currency",
    "renewal_amount": "currency",
    "renewal_date": "date",
    "probability": "percent",
    "product": "text",
}


def join_connection(connection: Connection, webhook_url: str) -> JoinedConnection:
    """A new organisation with the custom fields that the connection reads, which tells in the ways the connection takes."""
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    key = make_key()
    settings = OrganizationSettings(
        organization_id=expand(options.organization_id),
        custom_fields=custom_fields(options),
        certificate_public_key=key.public_key,
        webhook_url=webhook_url,
        webhook_secret=f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",
        ways=tuple(way for arrival in connection.arrivals for way in _WAYS[arrival]),
        automatic=True,
    )
    if connection.bus is not None:  # its name ends with the channel that is relayed
        settings.channel_id = connection.bus.name.rpartition("/")[2]
    app = create_app(settings)
    return JoinedConnection(
        app=app,
        webhook_secret=settings.webhook_secret,
        credentials=key.credentials(settings),
        address_credentials=("login_url",),
        open_relay=app.state.telling.open_relay,
    )


def custom_fields(options: Options) -> tuple[str, ...]:
    """The custom fields that a connection's options name, as the organisation's settings state them."""
    named = {"OpportunityLineItem": options.line_fields.plain(), "Contract": options.contract_fields.plain()}
    return tuple(
        f"{owner}.{field} {_KINDS[option]}"
        for owner, fields in named.items()
        for option, field in fields.items()
        if str(field).endswith("__c")
    )
