"""Lists the rows that were written within a window, in the order of their row versions, or have changed since a mark.

What was deleted is in no such window: it is missed by asking which of the rows that are here Dataverse still shows. By
a mark Dataverse tells it itself, as long as its change tracking reaches back: seven days where nobody has changed that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.listing import ChangesPage, Listed, ListingPage, Window
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.dynamics_sales import queries
from tieout.systems.dynamics_sales.answers import ExpiredMarkError, Row
from tieout.systems.dynamics_sales.client import DataverseClient
from tieout.systems.dynamics_sales.context import stated_guid
from tieout.systems.dynamics_sales.cursors import version_in
from tieout.systems.dynamics_sales.options import Options
from tieout.systems.dynamics_sales.reader import open_client
from tieout.systems.dynamics_sales.translate import close_date_of, version_of, worth_of

if TYPE_CHECKING:
    import httpx

ENTITIES = tuple(queries.TABLES)
_DELETED = "/$deletedEntity"
# A row is stamped when it is saved and seen when its transaction ends, which takes two minutes at most:
# https://learn.microsoft.com/power-apps/developer/data-platform/analyze-performance. The rest is for what is not documented.
LATENESS = timedelta(minutes=10)


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> DataverseListing:
    """A listing of one environment, to be kept; its arguments are those of `open_client`."""
    client, options = open_client(connection, credentials, http, clock)
    return DataverseListing(connection.name, client, options)


class DataverseListing:
    """Lists opportunities, accounts and products of the catalogue; see `tieout.facts.listing`."""

    def __init__(self, connection: str, client: DataverseClient, options: Options) -> None:
        self._connection = connection
        self._client = client
        self._unread = set(ENTITIES) - {"opportunity", *options.master_data}

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """One page, for one call; see `tieout.facts.listing.Listing`.

        Raises:
            UnreadableRecordError: for another entity, a cursor that is none, or a row that does not say what it is.
            TransientError, PermanentError: as `DataverseClient.rows`.
        """
        table, after = _table_of(entity), version_in(cursor)
        rows = self._client.rows(queries.changed(table, window, after)) if entity not in self._unread else ()
        records = tuple(self._listed(entity, row) for row in rows)
        return ListingPage(records, records[-1].version if len(rows) == queries.PAGE_ROWS else "")

    def changes(self, entity: str, mark: str, cursor: str) -> ChangesPage:
        """A page of what has changed since a mark, deletions included; see `tieout.facts.listing.Tracker`.

        Where Dataverse does not know the mark any more, all rows are listed, page by page, and what was deleted meanwhile
        is left to a census.

        Raises:
            UnreadableRecordError: for another entity, or a row that does not say what it is.
            AccessDeniedError: also where the table's changes are not tracked.
            TransientError, PermanentError: as `DataverseClient.changes`.
        """
        table = _table_of(entity)
        if entity in self._unread:
            return ChangesPage((), "", mark)
        try:
            found = self._client.changes(cursor or mark or queries.tracked(table), table.entity_set)
        except ExpiredMarkError:
            found = self._client.changes(queries.tracked(table), table.entity_set)
        # What was deleted and restored comes as both, and is there.
        records = sorted((self._changed(entity, row) for row in found.rows), key=lambda each: not each.deleted)
        return ChangesPage(tuple({each.key: each for each in records}.values()), found.following, found.mark)

    def count(self, entity: str, window: Window) -> int | None:
        """How many rows were written within the window, for one call; None for 5,000 and more. Raises as `page`."""
        return self._client.count(queries.counted(_table_of(entity), window))

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """The rows that Dataverse shows, for a call for each hundred; raises as `page`."""
        found: dict[RecordKey, Listed] = {}
        for entity in {key.entity for key in keys} & queries.TABLES.keys():
            ids = [key.record_id for key in keys if key.entity == entity and queries.is_record_id(key.record_id)]
            for chunk in queries.in_chunks(ids):
                rows = self._client.rows(queries.listed(queries.TABLES[entity], chunk))
                found |= {each.key: each for row in rows for each in [self._listed(entity, row)]}
        return found

    def _changed(self, entity: str, row: Row) -> Listed:
        """A row that was written; or one of which nothing is left but its id, and where it was."""
        if str(row.get("@odata.context", "")).endswith(_DELETED):
            return Listed(key=self._key(entity, row.get("id")), version="", deleted=True)
        return self._listed(entity, row)

    def _key(self, entity: str, stated: object) -> RecordKey:
        try:
            return RecordKey(self._connection, entity, stated_guid(stated, "record_id"))
        except MalformedError as error:
            raise UnreadableRecordError(f"a row cannot be listed: {error.reason}") from error

    def _listed(self, entity: str, row: Row) -> Listed:
        """A row as it is listed; only an opportunity has a worth and a day."""
        return Listed(
            key=self._key(entity, row.get(queries.TABLES[entity].row_id)),
            version=version_of(row),
            amount=_if_readable(lambda: worth_of(row)),
            day=_if_readable(lambda: close_date_of(row)),
        )


def _table_of(entity: str) -> queries.Table:
    if entity not in queries.TABLES:
        raise UnreadableRecordError(f"Dataverse has no {entity} to list")
    return queries.TABLES[entity]


def _if_readable[Value](read: Callable[[], Value]) -> Value | None:
    """A value; None where it cannot be read, which must not cost the others of its page."""
    try:
        return read()
    except UnreadableRecordError:
        return None
