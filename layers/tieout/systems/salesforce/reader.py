"""Reads what records of an organisation are now, in as few calls as Salesforce allows: the completing half of the record step.

Two hundred opportunities cost one call and their products one more; two hundred contracts cost one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.errors import ThrottledError
from tieout.facts.reading import ListedPage, Reading
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.salesforce import queries
from tieout.systems.salesforce.allowance import Allowance
from tieout.systems.salesforce.answers import ALLOWANCE_SECONDS
from tieout.systems.salesforce.client import SalesforceClient
from tieout.systems.salesforce.cursors import Cursor
from tieout.systems.salesforce.one_read import OneRead
from tieout.systems.salesforce.options import Options
from tieout.systems.salesforce.rate_table import RateTable
from tieout.systems.salesforce.tokens import AccessTokens
from tieout.systems.salesforce.translate import Organization

if TYPE_CHECKING:
    import httpx

# Whose records are listed for an entity that is nothing by itself: those it may have changed.
_LISTED_FOR = {"line_item": ("opportunity",), "account": ("opportunity", "contract")}


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> SalesforceReader:
    """A reader of one organisation, to be kept: it holds the access token, the rates, and what is left of the day's calls.

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
    organization = Organization(
        default_currency=connection.default_currency,
        line_fields=options.line_fields,
        contract_fields=options.contract_fields,
    )
    return SalesforceReader(client, allowance, organization, options, RateTable(clock))


class SalesforceReader:
    """Reads records by key and lists them; see `tieout.facts.reading`."""

    def __init__(
        self,
        client: SalesforceClient,
        allowance: Allowance,
        organization: Organization,
        options: Options,
        rate_table: RateTable,
    ) -> None:
        self._client = client
        self._allowance = allowance
        self._organization = organization
        self._beyond = frozenset(options.entities_beyond_allowance)
        self._rate_table = rate_table if options.dated_rates else None

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it. Never raises a `TieoutError`."""
        return OneRead(self._client, self._organization, self._rate_table, self._check_allowance).read(keys)

    def list_page(self, key: RecordKey) -> ListedPage:
        """Up to 200 records of a listing, deleted ones included, in order of their ids.

        For products and accounts, which are nothing by themselves, the page names the listings of what they may have changed.

        Raises:
            UnreadableRecordError: for an entity without records of its own, or a place that is none.
            TransientError, PermanentError: as `SalesforceClient.rows`.
        """
        cursor = Cursor.parse(key.record_id)
        if key.entity in _LISTED_FOR:
            return ListedPage(tuple(key._replace(entity=each) for each in _LISTED_FOR[key.entity]), None)
        subject = queries.subject_of(key.entity)
        self._check_allowance(key.entity)
        ids = [str(row.get("Id")) for row in self._client.rows(queries.page(subject, cursor))]
        is_last = len(ids) < queries.PAGE_ROWS
        following = None if is_last else key._replace(record_id=cursor._replace(after=ids[-1]).text())
        return ListedPage(tuple(key._replace(record_id=each) for each in ids), following)

    def _check_allowance(self, entity: str) -> None:
        """Leave what is left of the day's calls to others; raises `ThrottledError`."""
        # What is read because of a product or an account are opportunities.
        counted_as = entity if entity in queries.LISTED else "opportunity"
        if counted_as not in self._beyond and self._allowance.is_reached():
            raise ThrottledError(
                "our share of the organisation's calls of the day is used", retry_after_seconds=ALLOWANCE_SECONDS
            )
