"""Reads what records are now, in as few calls as Dataverse allows: the completing half of the record step.

A hundred opportunities cost one call, and their products one more; a hundred accounts, or products of the catalogue, cost one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tieout.arriving.notice import LISTING, RecordKey
from tieout.drift import Watch
from tieout.entra_tokens import EntraTokens
from tieout.errors import UnreadableRecordError
from tieout.facts.reading import ListedPage, Reading
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.dynamics_sales import queries
from tieout.systems.dynamics_sales.client import DataverseClient
from tieout.systems.dynamics_sales.context import stated_guid
from tieout.systems.dynamics_sales.cursors import version_in
from tieout.systems.dynamics_sales.one_read import OneRead
from tieout.systems.dynamics_sales.options import Options
from tieout.systems.dynamics_sales.translate import version_of

if TYPE_CHECKING:
    import httpx


def open_client(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> tuple[DataverseClient, Options]:
    """What calls one environment, to be kept since it holds the access token, and what is asked for there.

    Args:
        connection: the environment, with its options.
        credentials: `tenant_id`, `client_id`, `client_secret` and, outside the public cloud, `login_url`.
        http: sends the requests.
        clock: decides when a token is too old.
    """
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    base_url = connection.api_base_url.rstrip("/")
    tokens = EntraTokens(credentials, options.scope or f"{base_url}/.default", http, clock)
    return DataverseClient(f"{base_url}/api/data/{options.api_version}/", tokens, http), options


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> DataverseReader:
    """A reader of one environment, to be kept; its arguments are those of `open_client`."""
    client, options = open_client(connection, credentials, http, clock)
    return DataverseReader(client, options, client.watch)


class DataverseReader:
    """Reads records by key and lists them; see `tieout.facts.reading`.

    Attributes:
        watch: notices in what the client's answers are other than expected, where it shows them.
    """

    def __init__(self, client: DataverseClient, options: Options, watch: Watch | None = None) -> None:
        self.watch = watch or Watch({})
        self._client = client
        self._options = options

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it. Never raises a `TieoutError`."""
        return OneRead(self._client, self._options).read(list(dict.fromkeys(keys)))

    def list_page(self, key: RecordKey) -> ListedPage:
        """Up to 200 rows of an entity in the order of their row versions: one that changes meanwhile comes again at the end.

        Raises:
            UnreadableRecordError: for another entity, a place that is none, or a row that does not say what it is.
            TransientError, PermanentError: as `DataverseClient.rows`.
        """
        table = queries.TABLES.get(key.entity)
        if table is None:
            raise UnreadableRecordError(f"Dataverse has no {key.entity} to list")
        rows = self._client.rows(queries.page(table, version_in(key.record_id.removeprefix(LISTING))))
        found = [key._replace(record_id=stated_guid(row.get(table.row_id), "record_id")) for row in rows]
        is_last = len(rows) < queries.PAGE_ROWS
        following = None if is_last else key._replace(record_id=f"{LISTING}{version_of(rows[-1])}")
        return ListedPage(tuple(dict.fromkeys(found)), following)
