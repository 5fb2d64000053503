"""Reads what records of a tenant are now, in as few calls as OData allows: the completing half of the record step.

Sixty sales orders with their items cost one call, thirty journal entries another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.drift import Watch
from tieout.facts.reading import Reading, SourceReader
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.sap_s4hana.client import S4Client
from tieout.systems.sap_s4hana.lines import Books
from tieout.systems.sap_s4hana.one_read import OneRead
from tieout.systems.sap_s4hana.options import Options
from tieout.systems.sap_s4hana.tokens import AccessTokens, BasicUser

if TYPE_CHECKING:
    import httpx


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> SourceReader:
    """A reader of one tenant, to be kept: it holds the access token.

    Args:
        connection: the tenant, with its options.
        credentials: `client_id`, `client_secret` and, where it is not the tenant's own, `token_url`; or `username` and `password`.
        http: sends the requests.
        clock: decides when a token is too old.
    """
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    client = open_client(connection, options, credentials, http, clock)
    return S4Reader(client, Books.of(options), client.watch)


def open_client(
    connection: Connection, options: Options, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> S4Client:
    """What calls a tenant, proven in the way its options name."""
    is_basic = options.authentication == "basic"
    authorization = (
        BasicUser(credentials) if is_basic else AccessTokens(credentials, connection.api_base_url, http, clock)
    )
    return S4Client(http, authorization, connection.api_base_url)


class S4Reader:
    """Reads sales orders, billing documents and journal entries by key; see `tieout.facts.reading`.

    Attributes:
        watch: notices in what the client's answers are other than expected, where it shows them.
    """

    def __init__(self, client: S4Client, books: Books, watch: Watch | None = None) -> None:
        self.watch = watch or Watch({})
        self._client = client
        self._books = books

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it. Never raises a `TieoutError`."""
        return OneRead(self._client, self._books).read(keys)
