"""Reads what opportunities are now, in as few calls as Salesforce allows: the completing half of the record step.

Two hundred opportunities cost one call, and their products one more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tieout.arriving.notice import RecordKey
from tieout.errors import PermanentError, ThrottledError, TransientError, UnavailableError, UnreadableRecordError
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.salesforce import queries
from tieout.systems.salesforce.allowance import Allowance
from tieout.systems.salesforce.answers import ALLOWANCE_SECONDS, Row
from tieout.systems.salesforce.client import SalesforceClient
from tieout.systems.salesforce.options import Options
from tieout.systems.salesforce.queries import Query
from tieout.systems.salesforce.tokens import AccessTokens
from tieout.systems.salesforce.translate import Organization, opportunity_statement, unknown_statement

if TYPE_CHECKING:
    import httpx

_OPPORTUNITY = "opportunity"


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> SalesforceReader:
    """A reader of one organisation, to be kept: it holds the access token and what is left of the day's calls.

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
    organization = Organization(default_currency=connection.default_currency, line_fields=options.line_fields)
    return SalesforceReader(client, allowance, organization, options)


class SalesforceReader:
    """Reads records by key; see `tieout.facts.reading.SourceReader`."""

    def __init__(
        self, client: SalesforceClient, allowance: Allowance, organization: Organization, options: Options
    ) -> None:
        self._client = client
        self._allowance = allowance
        self._organization = organization
        self._options = options

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it. Never raises a `TieoutError`."""
        return _OneRead(self._client, self._allowance, self._organization, self._options).read(keys)


class _OneRead:
    """One call of `read`: once Salesforce did not answer, or asked for fewer calls, it is asked nothing more."""

    def __init__(
        self, client: SalesforceClient, allowance: Allowance, organization: Organization, options: Options
    ) -> None:
        self._client = client
        self._allowance = allowance
        self._organization = organization
        self._options = options
        self._stopped: ThrottledError | UnavailableError | None = None

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """See `SalesforceReader.read`."""
        readings: dict[RecordKey, Reading] = {}
        wanted: dict[str, RecordKey] = {}
        for key in keys:
            if key.entity == _OPPORTUNITY and queries.is_record_id(key.record_id):
                wanted[key.record_id] = key
            else:
                readings[key] = UnreadableRecordError(f"Salesforce has no {key.entity} of that id to complete")
        for ids in queries.in_chunks(wanted, queries.opportunities, self._client.address_bytes):
            readings |= self._chunk([wanted[each] for each in ids])
        return readings

    def _chunk(self, keys: Sequence[RecordKey], lacking: Sequence[str] = ()) -> Mapping[RecordKey, Reading]:
        """Read one chunk; where one record spoils the whole answer, its halves, and at last it alone without its name."""
        if not self._may_read(_OPPORTUNITY):
            return dict.fromkeys(keys, _beyond_allowance())
        try:
            return self._opportunities(keys, lacking)
        except UnreadableRecordError as error:
            if len(keys) > 1:
                middle = len(keys) // 2
                return {**self._chunk(keys[:middle]), **self._chunk(keys[middle:])}
            return {keys[0]: error} if lacking else self._chunk(keys, (queries.FREE_TEXT,))
        except (TransientError, PermanentError) as error:
            return dict.fromkeys(keys, error)

    def _opportunities(self, keys: Sequence[RecordKey], lacking: Sequence[str]) -> Mapping[RecordKey, Reading]:
        ids = [key.record_id for key in keys]
        rows = {row.get("Id"): row for row in self._asked(queries.opportunities(ids).without(lacking))}
        selling = [each for each in ids if _has_products(rows.get(each, {}))]
        lines: dict[object, list[Row]] = defaultdict(list)
        if selling:
            for row in self._asked(queries.line_items(selling, self._options.line_fields)):
                lines[row.get("OpportunityId")].append(row)
        return {
            key: _stated(opportunity_statement, key, row, lines[key.record_id], self._organization)
            if (row := rows.get(key.record_id)) is not None
            else unknown_statement(key)
            for key in keys
        }

    def _may_read(self, entity: str) -> bool:
        return entity in self._options.entities_beyond_allowance or not self._allowance.is_reached()

    def _asked(self, query: Query) -> Sequence[Row]:
        if self._stopped is not None:
            raise self._stopped
        try:
            return self._client.rows(query)
        except (ThrottledError, UnavailableError) as error:
            self._stopped = error
            raise


def _has_products(row: Row) -> bool:
    return row.get("HasOpportunityLineItem") is True and row.get("IsDeleted") is not True


def _beyond_allowance() -> ThrottledError:
    return ThrottledError(
        "our share of the organisation's calls of the day is used", retry_after_seconds=ALLOWANCE_SECONDS
    )


def _stated(translate: Callable[..., Statement], key: RecordKey, *arguments: Any) -> Reading:  # noqa: ANN401 as it takes
    try:
        return translate(key, *arguments)
    except UnreadableRecordError as error:
        return error
    except Exception as error:  # noqa: BLE001 a bug, or a value nobody thought of, fails its own record and no other
        return UnreadableRecordError(f"the record cannot be translated: {type(error).__name__}")
