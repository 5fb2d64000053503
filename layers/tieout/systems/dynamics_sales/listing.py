"""Lists the opportunities that were written within a window, in the order of their row versions, or have changed since a mark.

What was deleted is in no such window: it is missed by asking which of the opportunities that are here Dataverse still shows. By
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
from tieout.systems.dynamics_sales.reader import open_client
from tieout.systems.dynamics_sales.translate import close_date_of, version_of, worth_of

if TYPE_CHECKING:
    import httpx

_OPPORTUNITY = "opportunity"
ENTITIES = (_OPPORTUNITY,)
_DELETED = "/$deletedEntity"
# A row is stamped when it is saved and seen when its transaction ends, which takes two minutes at most:
# https://learn.microsoft.com/power-apps/developer/data-platform/analyze-performance. The rest is for what is not documented.
LATENESS = timedelta(minutes=10)


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> DataverseListing:
    """A listing of one environment, to be kept; its arguments are those of `open_client`."""
    client, _ = open_client(connection, credentials, http, clock)
    return DataverseListing(connection.name, client)


class DataverseListing:
    """Lists opportunities; see `tieout.facts.listing`. Products are nothing by themselves."""

    def __init__(self, connection: str, client: DataverseClient) -> None:
        self._connection = connection
        self._client = client

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """One page, for one call; see `tieout.facts.listing.Listing`.

        Raises:
            UnreadableRecordError: for another entity, a cursor that is none, or a row that does not say what it is.
            TransientError, PermanentError: as `DataverseClient.rows`.
        """
        _check_entity(entity)
        rows = self._client.rows(queries.changed(window, version_in(cursor)))
        records = tuple(self._listed(row) for row in rows)
        return ListingPage(records, records[-1].version if len(rows) == queries.PAGE_ROWS else "")

    def changes(self, entity: str, mark: str, cursor: str) -> ChangesPage:
        """A page of what has changed since a mark, deletions included; see `tieout.facts.listing.Tracker`.

        Where Dataverse does not know the mark any more, all opportunities are listed, page by page, and what was deleted meanwhile
        is left to a census.

        Raises:
            UnreadableRecordError: for another entity, or a row that does not say what it is.
            AccessDeniedError: also where the table's changes are not tracked.
            TransientError, PermanentError: as `DataverseClient.changes`.
        """
        _check_entity(entity)
        try:
            found = self._client.changes(cursor or mark or queries.tracked(), queries.OPPORTUNITIES)
        except ExpiredMarkError:
            found = self._client.changes(queries.tracked(), queries.OPPORTUNITIES)
        # What was deleted and restored comes as both, and is there.
        records = sorted((self._changed(row) for row in found.rows), key=lambda each: not each.deleted)
        return ChangesPage(tuple({each.key: each for each in records}.values()), found.following, found.mark)

    def count(self, entity: str, window: Window) -> int | None:
        """How many opportunities were written within the window, for one call; None for 5,000 and more. Raises as `page`."""
        _check_entity(entity)
        return self._client.count(queries.counted(window))

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """The opportunities that Dataverse shows, for a call for each hundred; raises as `page`."""
        ids = [key.record_id for key in keys if key.entity == _OPPORTUNITY and queries.is_record_id(key.record_id)]
        chunks = queries.in_chunks(ids)
        found = (self._listed(row) for chunk in chunks for row in self._client.rows(queries.listed(chunk)))
        return {each.key: each for each in found}

    def _changed(self, row: Row) -> Listed:
        """A row that was written; or one of which nothing is left but its id, and where it was."""
        if str(row.get("@odata.context", "")).endswith(_DELETED):
            return Listed(key=self._key(row.get("id")), version="", deleted=True)
        return self._listed(row)

    def _key(self, stated: object) -> RecordKey:
        try:
            return RecordKey(self._connection, _OPPORTUNITY, stated_guid(stated, "record_id"))
        except MalformedError as error:
            raise UnreadableRecordError(f"a row cannot be listed: {error.reason}") from error

    def _listed(self, row: Row) -> Listed:
        return Listed(
            key=self._key(row.get(queries.OPPORTUNITY_ID)),
            version=version_of(row),
            amount=_if_readable(lambda: worth_of(row)),
            day=_if_readable(lambda: close_date_of(row)),
        )


def _check_entity(entity: str) -> None:
    if entity != _OPPORTUNITY:
        raise UnreadableRecordError(f"Dataverse has no {entity} to list")


def _if_readable[Value](read: Callable[[], Value]) -> Value | None:
    """A value; None where it cannot be read, which must not cost the others of its page."""
    try:
        return read()
    except UnreadableRecordError:
        return None
