"""Lists the deals that changed within a window, by HubSpot's search and by its list of archived deals.

https://developers.hubspot.com/docs/api-reference/search/guide says what a search finds, how late and how much of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched, pairwise
from typing import TYPE_CHECKING, Any

from tieout.arriving.notice import RecordKey
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.hubspot.client import DEALS_PER_CALL, DealFilter, HubSpotClient, open_client
from tieout.systems.hubspot.properties import day_of, moment_of, money_of
from tieout.systems.hubspot.translate import Account, changed_at, currency_of, is_record_id, merged_ids_of, version_of

if TYPE_CHECKING:
    import httpx

_DEAL = "opportunity"
ENTITIES = (_DEAL,)
# HubSpot says "a few moments" and promises nothing. Others who list by search hold back an hour, since what is newer is in no
# order yet: https://github.com/estuary/connectors/pull/2210.
LATENESS = timedelta(hours=1)

_PROPERTIES = ("amount", "closedate", "deal_currency_code", "hs_lastmodifieddate", "hs_merged_object_ids")
_PAGE_RECORDS = 200
# 90 as for what can be restored, and one for whatever day HubSpot counts from:
# https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/delete-contact.
_KEPT_ARCHIVED = timedelta(days=91)
_CURSOR = re.compile("(?P<deal>[0-9]{1,19})?|archived:(?P<after>[0-9A-Za-z=_-]{0,200})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> HubSpotListing:
    """A listing of one HubSpot account; it takes what `open_reader` takes."""
    return HubSpotListing(connection, open_client(connection, credentials, http, clock), clock)


class HubSpotListing:
    """Lists deals; see `tieout.facts.listing`.

    First the live ones, in order of their ids: whatever shares a stamp, or changes meanwhile, each other deal comes once.
    Then the archived ones, which cannot be searched: HubSpot's list of them is gone through as a whole, a hundred a page, for
    those that were archived within the window; a page may have none. It is not for windows so old that nothing archived in
    them is kept.
    """

    def __init__(self, connection: Connection, client: HubSpotClient, clock: Clock) -> None:
        self._connection = connection.name
        self._account = Account(time_zone=connection.time_zone, default_currency=connection.default_currency)
        self._client = client
        self._clock = clock

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """One page, for one call; see `tieout.facts.listing.Listing`.

        A deal that was merged into another comes with it, as deleted and without a version: its own would be that of the
        other, which moves on. Of more than 199 merged into one the rest are left out.

        Raises:
            UnreadableRecordError: for an entity that is not listed, or a cursor that is none.
            TransientError, PermanentError: as `HubSpotClient` does.
        """
        _check(entity)
        place = _CURSOR.fullmatch(cursor)
        if place is None:
            raise UnreadableRecordError("not a place in a listing of HubSpot's deals")
        if place["after"] is not None:
            return self._archived_page(window, place["after"])
        return self._live_page(window, int(place["deal"] or 0))

    def count(self, entity: str, window: Window) -> int:
        """How many live deals a search has within the window, for one call; archived ones are not counted.

        Raises:
            UnreadableRecordError: for an entity that is not listed.
            TransientError, PermanentError: as `HubSpotClient` does.
        """
        _check(entity)
        return self._client.count_deals(_changed_within(window))

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """The deals HubSpot has under their own ids, archived ones as deleted, for two calls and as many for what is not live.

        Raises:
            TransientError, PermanentError: as `HubSpotClient` does, and what HubSpot says of a single deal.
        """
        ids = [key.record_id for key in keys if key.entity == _DEAL and is_record_id(key.record_id)]
        found = self._read(ids, archived=False)
        found |= self._read([each for each in ids if each not in found], archived=True)
        listed = {each: self._listed(deal, deleted=deal.get("archived") is True) for each, deal in found.items()}
        return {each.key: each for each in listed.values()}

    def _live_page(self, window: Window, after: int) -> ListingPage:
        filters = [*_changed_within(window), ("hs_object_id", "GT", str(after))]
        found = self._client.search_deals(filters, _PROPERTIES)
        ids = [int(each["id"]) for each in found.deals]
        if not all(first < second for first, second in pairwise([after, *ids])) or (found.following and not ids):
            raise UnavailableError("HubSpot's search did not answer in order of ids")
        records, count = self._fitting(found.deals, window)
        if found.following or count < len(ids):
            return ListingPage(records, str(ids[count - 1]))
        return ListingPage(records, "archived:" if self._clock.now() - window.until < _KEPT_ARCHIVED else "")

    def _fitting(self, deals: Sequence[Mapping[str, Any]], window: Window) -> tuple[tuple[Listed, ...], int]:
        """As many deals as fit into a page with what was merged into them, and how many those are.

        One that the index had within the window and that changed since is passed over: it is in a later window now.
        """
        records: dict[RecordKey, Listed] = {}
        for count, deal in enumerate(deals):
            listed = list(self._with_merged(deal)) if _is_within(window, changed_at(deal)) else []
            if records and len(records) + len(listed) > _PAGE_RECORDS:
                return tuple(records.values()), count
            records |= {each.key: each for each in listed[:_PAGE_RECORDS]}
        return tuple(records.values()), len(deals)

    def _with_merged(self, deal: Mapping[str, Any]) -> Iterator[Listed]:
        yield self._listed(deal)
        for each in sorted(merged_ids_of(deal)):
            yield Listed(key=self._key(each), version="", deleted=True)

    def _archived_page(self, window: Window, after: str) -> ListingPage:
        found = self._client.archived_deals(after, _PROPERTIES)
        gone = [deal for deal in found.deals if _is_within(window, _archived_at(deal))]
        following = f"archived:{found.following}" if found.following else ""
        return ListingPage(tuple(self._listed(each, deleted=True) for each in gone), following)

    def _read(self, ids: Sequence[str], *, archived: bool) -> dict[str, Mapping[str, Any]]:
        """Those of the deals that are there; one that was merged is not, even where its survivor is answered for it."""
        found: dict[str, Mapping[str, Any]] = {}
        for chunk in batched(ids, DEALS_PER_CALL, strict=False):
            answer = self._client.read_deals(chunk, archived=archived, properties=_PROPERTIES)
            by_id = {str(deal.get("id")): deal for deal in answer.results}
            found |= {each: by_id[each] for each in chunk if each in by_id}
            for each in chunk:
                failure = answer.failures.get(each, answer.other_failure)
                if each not in found and failure is not None:
                    raise failure
        return found

    def _listed(self, deal: Mapping[str, Any], *, deleted: bool = False) -> Listed:
        account = self._account
        return Listed(
            key=self._key(str(deal["id"])),
            version=version_of(deal),
            deleted=deleted,
            amount=_if_readable(lambda: money_of(deal, "amount", currency_of(deal, account))),
            day=_if_readable(lambda: day_of(deal, "closedate", account.time_zone)),
        )

    def _key(self, deal_id: str) -> RecordKey:
        return RecordKey(self._connection, _DEAL, deal_id)


def _check(entity: str) -> None:
    if entity != _DEAL:
        raise UnreadableRecordError(f"HubSpot's records of {entity} are not listed")


def _changed_within(window: Window) -> list[DealFilter]:
    bounds = (("GTE", window.since), ("LT", window.until))
    return [("hs_lastmodifieddate", operator, str(_milliseconds(moment))) for operator, moment in bounds]


def _is_within(window: Window, moment: datetime) -> bool:
    return window.since <= moment < window.until


def _archived_at(deal: Mapping[str, Any]) -> datetime:
    """When a deal was put into the recycling bin; where HubSpot does not say, its last modification."""
    text = deal.get("archivedAt")
    return moment_of("archivedAt", text) if isinstance(text, str) else changed_at(deal)


def _milliseconds(moment: datetime) -> int:
    """Since 1970, of the first whole millisecond that is not before a moment: HubSpot's stamps have no finer parts."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))


def _if_readable[Value](read: Callable[[], Value]) -> Value | None:
    """A value; None where it cannot be read, which must not cost the others of its page."""
    try:
        return read()
    except UnreadableRecordError:
        return None
