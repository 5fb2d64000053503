"""What reading, listing and subscribing share of one environment: its client, what is known of its companies, and the options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.business_central.client import BusinessCentralClient
from tieout.systems.business_central.companies import Companies
from tieout.systems.business_central.options import Options
from tieout.systems.business_central.tokens import AccessTokens

if TYPE_CHECKING:
    import httpx


class Access(NamedTuple):
    """One environment as one connection has it."""

    client: BusinessCentralClient
    companies: Companies
    options: Options


def open_access(connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> Access:
    """Access to the environment of a connection, to be kept: it holds the access token.

    Args:
        connection: the environment, with its options.
        credentials: `tenant_id`, `environment`, `client_id`, `client_secret` and, outside the public cloud, `login_url`.
        http: sends the requests.
        clock: decides when a token, and what is known of a company, is too old.
    """
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    tokens = AccessTokens(credentials, http, clock)
    return Access(
        client=BusinessCentralClient(connection.api_base_url, credentials, tokens, http),
        companies=Companies(connection.default_currency, clock, has_periods=options.accounting_periods),
        options=options,
    )
