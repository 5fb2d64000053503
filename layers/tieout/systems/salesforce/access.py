"""Opens an organisation's API for one connection: a client of it, what its options say, and our share of its calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tieout.errors import ThrottledError
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.salesforce.allowance import Allowance
from tieout.systems.salesforce.answers import ALLOWANCE_SECONDS
from tieout.systems.salesforce.client import SalesforceClient
from tieout.systems.salesforce.options import Options
from tieout.systems.salesforce.tokens import AccessTokens
from tieout.systems.salesforce.translate import Organization

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One organisation, to be kept: it holds the access token, and what is left of the day's calls."""

    client: SalesforceClient
    organization: Organization
    options: Options
    allowance: Allowance

    def check_allowance(self, entity: str) -> None:
        """Leave what is left of the day's calls to others; raises `ThrottledError`."""
        # What is read because of a product or an account are opportunities.
        counted_as = "opportunity" if entity in {"line_item", "account"} else entity
        if counted_as not in self.options.entities_beyond_allowance and self.allowance.is_reached():
            raise ThrottledError(
                "our share of the organisation's calls of the day is used", retry_after_seconds=ALLOWANCE_SECONDS
            )


def open_access(connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> Access:
    """Access to one organisation.

    Args:
        connection: the organisation, with its options.
        credentials: `client_id`, `username`, `private_key` (PEM) and, for other than production, `login_url`.
        http: sends the requests.
        clock: decides when what was learnt of the organisation is asked again.
    """
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    allowance = Allowance(options.allowance_percent, clock)
    client = SalesforceClient(
        http,
        AccessTokens(credentials, http, clock),
        allowance,
        clock,
        api_base_url=connection.api_base_url,
        api_version=options.api_version,
    )
    organization = organization_of(connection, options)
    return Access(client=client, organization=organization, options=options, allowance=allowance)


def organization_of(connection: Connection, options: Options) -> Organization:
    """What the translation must know of the organisation a connection is to."""
    return Organization(
        default_currency=connection.default_currency,
        line_fields=options.line_fields,
        contract_fields=options.contract_fields,
        master_data=frozenset(options.master_data),
        account_ids=options.account_ids,
        product_ids=options.product_ids,
    )
