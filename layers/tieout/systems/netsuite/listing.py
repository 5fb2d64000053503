"""Lists which records of an account changed or were deleted within a window, for whoever compares or catches up.

NetSuite keeps stamps by the account's wall clock and to the second, so a window is cut by readings of that clock, such that
exactly the versions within it are listed (`account_time.wall_clock_of`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, MalformedError, UnreadableRecordError
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.landscape import Connection
from tieout.money import Money, decimal_of
from tieout.ports import Clock
from tieout.systems.netsuite import listed_queries, queries, translate
from tieout.systems.netsuite.account_time import wall_clock_of
from tieout.systems.netsuite.amounts import at_precision
from tieout.systems.netsuite.client import NetSuiteClient, open_client
from tieout.systems.netsuite.listed_queries import Span
from tieout.systems.netsuite.master_types import MASTER_TYPES
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.rows import Row

if TYPE_CHECKING:
    import httpx

ENTITIES = (*translate.TRANSACTION_TYPES, *MASTER_TYPES)
# Changes of the hour that the account's clock shows twice all have the version of the clock change, so the last of them are
# first seen an hour after it. The rest is for saves that are stamped and not committed yet: how long a save may take, scripts
# and workflows included, Oracle does not say.
LATENESS = timedelta(hours=1, minutes=15)

_PAGE_ROWS = 200
_CHANGED, _DELETED = "changed", "deleted"


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> NetSuiteListing:
    """A listing of one connection, to be kept: it holds the access token; takes what `open_reader` takes."""
    return NetSuiteListing(open_client(connection, credentials, http, clock), connection)


class NetSuiteListing:
    """Lists transactions and master data; see `tieout.facts.listing.Listing`."""

    def __init__(self, client: NetSuiteClient, connection: Connection) -> None:
        self._client, self._connection = client, connection
        options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
        self._unread = MASTER_TYPES.keys() - set(options.master_data)

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """A page of what changed, oldest first, and behind that of what was deleted, by the account's own table of deletions.

        A role that may not see the table lists no deletions: only `still_known` then tells of them.

        Raises:
            UnreadableRecordError: for an entity that is not listed, or a cursor that is none.
            TransientError, PermanentError: as `NetSuiteClient.query`.
        """
        _check(entity)
        part, span = self._place(window, cursor)
        if entity in self._unread:
            return ListingPage((), "")
        if part == _DELETED:
            return self._deleted(entity, span)
        rows, has_more = self._client.first(listed_queries.changed(entity, span), _PAGE_ROWS)
        records = tuple(self._listed(entity, row) for row in rows)
        if has_more:
            return ListingPage(records, f"{_CHANGED} {rows[-1]['lastmodified']} {rows[-1]['id']}")
        return ListingPage(records, f"{_DELETED} {self._wall_clock(window)[0]} 0")

    def count(self, entity: str, window: Window) -> int:
        """How many changes a listing would have, for one call; deletions are not counted.

        Raises:
            UnreadableRecordError: for an entity that is not listed.
            TransientError, PermanentError: as `NetSuiteClient.query`.
        """
        _check(entity)
        [row] = self._client.query(listed_queries.count(entity, Span(*self._wall_clock(window))))
        return int(row["changes"])

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """Those that our role may see, in one call; what it may not see looks as if it were gone: only a reading proves that.

        Raises:
            TransientError, PermanentError: as `NetSuiteClient.query`.
        """
        wanted = {key.record_id: key for key in keys if queries.is_internal_id(key.record_id)}
        if not wanted:
            return {}
        [entity] = {key.entity for key in keys}
        _check(entity)
        rows = self._client.query(listed_queries.known(entity, wanted))
        return {wanted[row["id"]]: self._listed(entity, row) for row in rows}

    def _place(self, window: Window, cursor: str) -> tuple[str, Span]:
        since, until = self._wall_clock(window)
        if not cursor:
            return _CHANGED, Span(since, until)
        part, _, place = cursor.partition(" ")
        stamp, _, above = place.partition(" ")
        if part not in {_CHANGED, _DELETED}:
            raise UnreadableRecordError("not a place in a NetSuite listing")
        return part, Span(stamp, until, above)

    def _wall_clock(self, window: Window) -> tuple[str, str]:
        zone = self._connection.time_zone
        return wall_clock_of(window.since, zone), wall_clock_of(window.until, zone)

    def _deleted(self, entity: str, span: Span) -> ListingPage:
        try:
            rows, has_more = self._client.first(listed_queries.deleted(entity, span), _PAGE_ROWS)
        except AccessDeniedError:  # our role lacks the permission "Deleted Records": the account is listed without them
            return ListingPage((), "")
        gone = {row["id"]: Listed(key=self._key(entity, row), version="", deleted=True) for row in rows}
        following = f"{_DELETED} {rows[-1]['deleted']} {rows[-1]['id']}" if has_more else ""
        return ListingPage(tuple(gone.values()), following)

    def _listed(self, entity: str, row: Row) -> Listed:
        try:
            version = translate.version(row, self._connection.time_zone)
        except (MalformedError, KeyError) as error:
            raise UnreadableRecordError("a listed transaction does not say when it was changed") from error
        return Listed(key=self._key(entity, row), version=version, amount=_total(row), day=_day(row))

    def _key(self, entity: str, row: Row) -> RecordKey:
        return RecordKey(self._connection.name, entity, row["id"])


def _check(entity: str) -> None:
    if entity not in ENTITIES:
        raise UnreadableRecordError(f"NetSuite's records of {entity} are not listed")


def _total(row: Row) -> Money | None:
    """The document's total in its own currency, as NetSuite signs it, or a journal's debits; None where there is none.

    What cannot be read is none either: nothing is planned of a list, and one odd row must not hide those beside it.
    """
    precision = row.get("currencyprecision", "")
    try:
        number = at_precision(decimal_of(row["foreigntotal"]), int(precision) if precision.isdigit() else None)
        return Money.of(number, row["currency"])
    except (MalformedError, KeyError, ArithmeticError):
        return None


def _day(row: Row) -> date | None:
    try:
        return date.fromisoformat(row["trandate"])
    except (KeyError, ValueError):
        return None
