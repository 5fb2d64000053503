"""Lists the resources that were changed within a window, kind by kind, deleted ones among them.

Chargebee's lists are asked by the second of the last change, and each resource says its version to the millisecond. They have what
a subscription is; what it has been, the events of the window say, which are listed behind them where what is told is kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.errors import UnreadableRecordError
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.fields import Row, required, text_in
from tieout.landscape import Connection
from tieout.moments import parse_moment
from tieout.ports import Clock
from tieout.systems.chargebee.client import EVENTS, MOST_OF_A_PAGE, ChargebeeClient
from tieout.systems.chargebee.ids import KINDS, SUBSCRIPTION, Kind, kind_of, kinds_wanted
from tieout.systems.chargebee.listed import listed_of
from tieout.systems.chargebee.options import Options
from tieout.systems.chargebee.reader import open_client
from tieout.systems.chargebee.steps import steps_of

if TYPE_CHECKING:
    import httpx

ENTITIES = tuple(dict.fromkeys(each.entity for each in KINDS.values()))
LATENESS = timedelta(minutes=5)  # how long a list may be behind, which Chargebee says nothing of
_BEHIND = ":"
_SECOND = 1  # more on both sides: whether a bound belongs to what it bounds is nowhere said


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, _clock: Clock
) -> ChargebeeListing:
    """A listing of one site; its arguments are those of `open_client`, and no clock is asked."""
    client, options = open_client(connection, credentials, http)
    return ChargebeeListing(connection, client, options)


class ChargebeeListing:
    """Lists subscriptions, billing documents, payments and customers; see `tieout.facts.listing`."""

    def __init__(self, connection: Connection, client: ChargebeeClient, options: Options) -> None:
        self._connection, self._client = connection, client
        self._wanted = kinds_wanted(customers=options.customers)
        self._zone = ZoneInfo(connection.time_zone)

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """One page, for one call; see `tieout.facts.listing.Listing`.

        Raises:
            UnreadableRecordError: for another entity, a cursor that is none, or a resource that does not say what it is.
            TransientError, PermanentError: as `ChargebeeClient.page`.
        """
        kinds = _kinds(entity)
        if entity == SUBSCRIPTION and cursor.partition(_BEHIND)[0] == EVENTS:
            return self._told(window, cursor.partition(_BEHIND)[2])
        kind, offset = _place_in(cursor, kinds)
        if kind not in self._wanted:
            return ListingPage((), "")
        page = self._client.page(kind, _asked(kind, window), offset)
        found = [listed_of(self._key(kind, row), kind, row, self._zone) for row in page.rows]
        records = {each.key: each for each in found if window.since <= parse_moment(each.version) < window.until}
        if page.following:
            return ListingPage(tuple(records.values()), f"{kind.collection}{_BEHIND}{page.following}")
        behind = [each.collection for each in kinds[kinds.index(kind) + 1 :]]
        behind += [EVENTS] if entity == SUBSCRIPTION and self._connection.keeps_payloads else []
        return ListingPage(tuple(records.values()), behind[0] if behind else "")

    def count(self, entity: str, _window: Window) -> int | None:
        """None: Chargebee's lists do not say how long they are. Raises `UnreadableRecordError` for another entity."""
        _kinds(entity)
        return None

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """Those that Chargebee has and has not deleted, a hundred of a kind for a call; raises as `page`."""
        known: dict[RecordKey, Listed] = {}
        for kind in KINDS.values():
            of_kind = [key for key in keys if kind_of(key.entity, key.record_id) == kind]
            for some in batched(of_kind, MOST_OF_A_PAGE, strict=False):
                shown = self._client.by_ids(kind, [each.record_id.removeprefix(kind.prefix) for each in some])
                listed = (listed_of(self._key(kind, row), kind, row, self._zone) for row in shown.values())
                known |= {each.key: each for each in listed if not each.deleted}
        return known

    def _told(self, window: Window, offset: str) -> ListingPage:
        """A page of events, of which any may show a subscription, whatever its type."""
        page = self._client.events(
            [("occurred_at[between]", _seconds(window)), ("sort_by[asc]", "occurred_at")], offset
        )
        following = f"{EVENTS}{_BEHIND}{page.following}" if page.following else ""
        return ListingPage((), following, tuple(steps_of(page.rows, self._connection)))

    def _key(self, kind: Kind, row: Row) -> RecordKey:
        record_id = f"{kind.prefix}{required(text_in(row, 'id'), 'id')}"
        if kind_of(kind.entity, record_id) != kind:
            raise UnreadableRecordError("Chargebee listed a resource whose id no key can have")
        return RecordKey(self._connection.name, kind.entity, record_id)


def _kinds(entity: str) -> Sequence[Kind]:
    kinds = [each for each in KINDS.values() if each.entity == entity]
    if not kinds:
        raise UnreadableRecordError(f"Chargebee has no {entity} to list")
    return kinds


def _place_in(cursor: str, kinds: Sequence[Kind]) -> tuple[Kind, str]:
    """Which of some kinds is listed next, and by what its next page is asked for."""
    if not cursor:
        return kinds[0], ""
    collection, _, offset = cursor.partition(_BEHIND)
    found = [each for each in kinds if each.collection == collection]
    if not found:
        raise UnreadableRecordError("not a place in a listing of Chargebee's resources")
    return found[0], offset


def _asked(kind: Kind, window: Window) -> Sequence[tuple[str, str]]:
    return [("updated_at[between]", _seconds(window)), ("sort_by[asc]", kind.listed_by)]


def _seconds(window: Window) -> str:
    since = math.floor(window.since.timestamp()) - _SECOND
    until = math.ceil(window.until.timestamp()) + _SECOND
    return strict_json.dump([str(since), str(until)])
