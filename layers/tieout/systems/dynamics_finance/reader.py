"""Finds the entries that events named, and reads what they are now: the completing half of the record step.

A batch of entries of one company costs a call for some thirty vouchers, one for their lines, and one for each kind of document
among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.drift import Watch
from tieout.entra_tokens import EntraTokens
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.facts.reading import ListedPage, Reading
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.dynamics_finance import queries, translate
from tieout.systems.dynamics_finance.client import DynamicsClient
from tieout.systems.dynamics_finance.expected import by_entity_set
from tieout.systems.dynamics_finance.finding import Search
from tieout.systems.dynamics_finance.one_read import OneRead
from tieout.systems.dynamics_finance.options import JOURNAL, VOUCHER, Options
from tieout.systems.dynamics_finance.rows import text_of

if TYPE_CHECKING:
    import httpx


def open_client(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> DynamicsClient:
    """What calls one environment, to be kept: it holds the access token.

    Args:
        connection: the environment, with its options.
        credentials: `tenant_id`, `client_id`, `client_secret` and, outside the public cloud, `login_url`.
        http: sends the requests.
        clock: decides when a token is too old.
    """
    scope = str(connection.options.get("scope") or f"{connection.api_base_url}/.default")
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    tokens = EntraTokens(credentials, scope, http, clock)
    return DynamicsClient(connection.api_base_url, tokens, http, Watch(by_entity_set(options)))


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> DynamicsReader:
    """A reader of one environment, to be kept; its arguments are those of `open_client`."""
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    client = open_client(connection, credentials, http, clock)
    return DynamicsReader(client, options, client.watch)


class DynamicsReader:
    """Reads entries by key and lists those that an event named; see `tieout.facts.reading`.

    Attributes:
        watch: notices in what the client's answers are other than expected, where it shows them.
    """

    def __init__(self, client: DynamicsClient, options: Options, watch: Watch | None = None) -> None:
        self.watch = watch or Watch({})
        self._client = client
        self._options = options

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it. Never raises a `TieoutError`."""
        return OneRead(self._client, self._options).read(list(dict.fromkeys(keys)))

    def list_page(self, key: RecordKey) -> ListedPage:
        """Up to 200 of the entries that were posted by what an event named, in order of their journal numbers.

        Raises:
            UnavailableError: Dynamics does not show what it said it has posted.
            UnreadableRecordError: for what is no search, or an entry without voucher or day.
            TransientError, PermanentError: as `DynamicsClient.rows`.
        """
        search = Search.parse(key.record_id)
        column, numbers = self._posted_by(search)
        rows = self._client.rows(queries.keys_found(self._options, search.company, column, numbers, search.after))
        if not rows and not search.after:
            raise UnavailableError("Dynamics does not show the entries of what it said it has posted")
        found = [translate.key_of(row, key.connection) for row in rows if translate.is_in_the_books(row)]
        is_last = len(rows) < queries.PAGE_ROWS
        following = search._replace(after=text_of(rows[-1], "JournalNumber")).text() if not is_last else ""
        return ListedPage(tuple(dict.fromkeys(found)), key._replace(record_id=following) if following else None)

    def _posted_by(self, search: Search) -> tuple[str, Sequence[str]]:
        """The column of entries, and its values, by which those of a search are found."""
        if search.named in {VOUCHER, JOURNAL}:
            return ("Voucher" if search.named == VOUCHER else "JournalBatchNumber"), [search.number]
        document = self._options.document(search.named)
        if document is None:
            raise UnreadableRecordError("an event names a kind of document that is not declared any more")
        rows = self._client.rows(queries.document_named(document, search.company, search.number))
        vouchers = list(dict.fromkeys(text for row in rows if (text := text_of(row, document.voucher))))
        if not vouchers:
            raise UnavailableError("Dynamics does not show the document it said it has posted")
        return "Voucher", vouchers
