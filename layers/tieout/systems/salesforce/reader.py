"""Reads what records of an organisation are now, in as few calls as Salesforce allows: the completing half of the record step.

Two hundred opportunities cost one call and their products one more; two hundred contracts cost one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.drift import Watch
from tieout.facts.reading import ListedPage, Reading
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.salesforce import queries
from tieout.systems.salesforce.access import Access, open_access
from tieout.systems.salesforce.cursors import Cursor
from tieout.systems.salesforce.one_read import OneRead
from tieout.systems.salesforce.rate_table import RateTable

if TYPE_CHECKING:
    import httpx

# Whose records are listed for an entity that is nothing by itself: those it may have changed.
_LISTED_FOR = {"line_item": ("opportunity",), "account": ("opportunity", "contract")}


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> SalesforceReader:
    """A reader of one organisation, to be kept: it holds the rates too; it takes what `access.open_access` takes."""
    access = open_access(connection, credentials, http, clock)
    return SalesforceReader(access, RateTable(clock), access.client.watch)


class SalesforceReader:
    """Reads records by key and lists them; see `tieout.facts.reading`.

    Attributes:
        watch: notices in what the client's answers are other than expected, where it shows them.
    """

    def __init__(self, access: Access, rate_table: RateTable, watch: Watch | None = None) -> None:
        self._access = access
        self.watch = watch or Watch({})
        self._rate_table = rate_table if access.options.dated_rates else None

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it. Never raises a `TieoutError`."""
        access = self._access
        return OneRead(access.client, access.organization, self._rate_table, access.check_allowance).read(keys)

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
        self._access.check_allowance(key.entity)
        ids = [str(row.get("Id")) for row in self._access.client.rows(queries.page(subject, cursor))]
        is_last = len(ids) < queries.PAGE_ROWS
        following = None if is_last else key._replace(record_id=cursor._replace(after=ids[-1]).text())
        return ListedPage(tuple(key._replace(record_id=each) for each in ids), following)
