"""Lists the objects whose version lies within a window: those made in it, kind by kind, and those that its events name.

Stripe's lists go by the moment in which an object was made. What became of it later is told by events, for 30 days: before that an
object counts as changed when it was made, so that it is listed once, and read as it is now. A subscription always does; beside it
its events are listed as the steps of its history.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.errors import UnreadableRecordError
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.fields import Row, moment_in, part_of, required, text_in
from tieout.landscape import Connection
from tieout.moments import parse_moment
from tieout.ports import Clock
from tieout.systems.stripe.answers import MissingError
from tieout.systems.stripe.client import MOST_OF_A_PAGE, StripeClient
from tieout.systems.stripe.ids import CUSTOMER, PRODUCT, entity_of
from tieout.systems.stripe.listed import listed_of
from tieout.systems.stripe.masters import is_deleted
from tieout.systems.stripe.options import Options
from tieout.systems.stripe.places import following, place_in
from tieout.systems.stripe.reader import open_client
from tieout.systems.stripe.resources import EVENTS, OF_ENTITY, STEPS, TOLD_BY, Resource, resource_of
from tieout.systems.stripe.steps import steps_of

if TYPE_CHECKING:
    import httpx

ENTITIES = tuple(OF_ENTITY)
_TOLD_WITHIN = timedelta(minutes=5)  # an event is stamped when it is made, which is soon after what it tells of
LATENESS = _TOLD_WITHIN
_TOLD_FOR = timedelta(days=29)  # of 30, since a listing takes its time
_EVENTS_AT_ONCE = 20  # each may cost a call


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> StripeListing:
    """A listing of one account; its arguments are those of `open_client`, and the clock says which events are still told."""
    client, _ = open_client(connection, credentials, http)
    return StripeListing(connection, client, clock)


class StripeListing:
    """Lists billing documents, payments, subscriptions and master data; see `tieout.facts.listing`."""

    def __init__(self, connection: Connection, client: StripeClient, clock: Clock) -> None:
        self._connection = connection
        self._zone = ZoneInfo(connection.time_zone)
        self._client = client
        self._clock = clock
        options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
        self._unread = {CUSTOMER, PRODUCT} - set(options.master_data)

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """One page, for one call, or of what events name for a call for each; see `tieout.facts.listing.Listing`.

        Raises:
            UnreadableRecordError: for another entity, a cursor that is none, or an object that does not say what it is.
            TransientError, PermanentError: as `StripeClient.page`.
        """
        if entity in self._unread:
            return ListingPage((), "")
        is_told = _types(entity) != () and self._clock.now() - window.since < _TOLD_FOR
        resources = (*_resources(entity), *([EVENTS] if is_told else []))
        resource, after = place_in(cursor, resources)
        at_once = _EVENTS_AT_ONCE if resource is EVENTS and entity in TOLD_BY else MOST_OF_A_PAGE
        page = self._client.page(resource, _asked(resource, entity, window), after, at_once)
        last = required(text_in(page.rows[-1], "id"), "id") if page.has_more else ""
        behind = following(resource, resources, last)
        if resource is EVENTS and entity in STEPS:
            return ListingPage((), behind, tuple(steps_of(page.rows, self._connection)))
        found = self._told(page.rows, entity, window) if resource is EVENTS else self._made(page.rows, entity)
        records = {each.key: each for each in found if not is_told or _is_within(each, window)}
        return ListingPage(tuple(records.values()), behind)

    def count(self, entity: str, _window: Window) -> int | None:
        """None: Stripe's lists do not say how long they are. Raises `UnreadableRecordError` for another entity."""
        _resources(entity)
        return None

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """The objects that Stripe has, for a call each; raises as `page`."""
        found = (self._as_it_is(key) for key in keys if entity_of(key.record_id) == key.entity)
        return {each.key: each for each in found if each is not None}

    def _made(self, rows: Sequence[Row], entity: str) -> Iterator[Listed]:
        for row in rows:
            yield listed_of(self._key(row, entity), row, self._zone)

    def _told(self, events: Sequence[Row], entity: str, window: Window) -> Iterator[Listed]:
        """What was made before the window, as it is now; of an object's events the last is the one that tells of its version."""
        for event in events:
            told = part_of(part_of(event, "data") or {}, "object") or {}
            if required(moment_in(told, "created"), "created") >= window.since:
                continue
            found = self._as_it_is(self._key(told, entity))
            if found is not None and parse_moment(found.version) <= required(moment_in(event, "created"), "created"):
                yield found

    def _as_it_is(self, key: RecordKey) -> Listed | None:
        try:
            row = self._client.object(resource_of(key.record_id), key.record_id)
        except MissingError:
            return None
        if is_deleted(row):
            return None
        return listed_of(key, row, self._zone)

    def _key(self, row: Row, entity: str) -> RecordKey:
        record_id = required(text_in(row, "id"), "id")
        if entity_of(record_id) != entity:
            raise UnreadableRecordError("Stripe listed an object whose id is of another kind")
        return RecordKey(self._connection.name, entity, record_id)


def _resources(entity: str) -> Sequence[Resource]:
    if entity not in OF_ENTITY:
        raise UnreadableRecordError(f"Stripe has no {entity} to list")
    return OF_ENTITY[entity]


def _types(entity: str) -> Sequence[str]:
    """The events that tell of an entity; none where nothing of them is needed."""
    return TOLD_BY.get(entity, STEPS.get(entity, ()))


def _asked(resource: Resource, entity: str, window: Window) -> Sequence[tuple[str, str]]:
    """The window in whole seconds, in which everything is stamped; events about what states its own version come somewhat later."""
    is_late = resource is EVENTS and entity in TOLD_BY
    until = window.until + _TOLD_WITHIN if is_late else window.until
    types = [("types[]", each) for each in _types(entity)] if resource is EVENTS else []
    return [("created[gte]", _first_second(window.since)), ("created[lt]", _first_second(until)), *types]


def _first_second(moment: datetime) -> str:
    """The first whole second that is not before a moment."""
    return str(math.ceil(moment.timestamp()))


def _is_within(listed: Listed, window: Window) -> bool:
    return window.since <= parse_moment(listed.version) < window.until
