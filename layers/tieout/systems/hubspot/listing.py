"""Lists the deals, companies and products that changed within a window, by HubSpot's search and its lists of archived ones.

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
from tieout.systems.hubspot.client import RECORDS_PER_CALL, Filter, HubSpotClient, open_client
from tieout.systems.hubspot.kinds import ACCOUNT, DEAL, PLURALS, PRODUCT, STAMPS, kinds_of
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.properties import day_of, moment_of, money_of
from tieout.systems.hubspot.translate import Account, changed_at, currency_of, is_record_id, merged_ids_of, version_of

if TYPE_CHECKING:
    import httpx

ENTITIES = (DEAL, ACCOUNT, PRODUCT)
# HubSpot says "a few moments" and promises nothing. Others who list by search hold back an hour, since what is newer is in no
# order yet: https://github.com/estuary/connectors/pull/2210.
LATENESS = timedelta(hours=1)

_PROPERTIES = {DEAL: ("amount", "closedate", "deal_currency_code", *STAMPS), ACCOUNT: STAMPS, PRODUCT: STAMPS}
_PAGE_RECORDS = 200
# 90 as for what can be restored, and one for whatever day HubSpot counts from:
# https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/delete-contact.
_KEPT_ARCHIVED = timedelta(days=91)
_CURSOR = re.compile("(?P<above>[0-9]{1,19})?|archived:(?P<after>[0-9A-Za-z=_-]{0,200})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> HubSpotListing:
    """A listing of one HubSpot account; it takes what `open_reader` takes."""
    return HubSpotListing(connection, open_client(connection, credentials, http, clock), clock)


class HubSpotListing:
    """Lists deals, companies and products; see `tieout.facts.listing`.

    First the live ones, in order of their ids: whatever shares a stamp, or changes meanwhile, each other record comes once.
    Then the archived ones, which cannot be searched: HubSpot's list of them is gone through as a whole, a hundred a page, for
    those that were archived within the window; a page may have none. It is not for windows so old that nothing archived in
    them is kept.
    """

    def __init__(self, connection: Connection, client: HubSpotClient, clock: Clock) -> None:
        self._connection = connection.name
        self._account = Account(time_zone=connection.time_zone, default_currency=connection.default_currency)
        options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
        self._listed_entities = kinds_of(options).keys()
        self._client = client
        self._clock = clock

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """One page, for one call; see `tieout.facts.listing.Listing`.

        A record that was merged into another comes with it, as deleted and without a version: its own would be that of the
        other, which moves on. Of more than 199 merged into one the rest are left out.

        Raises:
            UnreadableRecordError: for an entity that is not listed, or a cursor that is none.
            TransientError, PermanentError: as `HubSpotClient` does.
        """
        _check(entity)
        place = _CURSOR.fullmatch(cursor)
        if place is None:
            raise UnreadableRecordError("not a place in a listing of HubSpot's")
        if entity not in self._listed_entities:
            return ListingPage((), "")
        if place["after"] is not None:
            return self._archived_page(entity, window, place["after"])
        return self._live_page(entity, window, int(place["above"] or 0))

    def count(self, entity: str, window: Window) -> int:
        """How many live records a search has within the window, for one call; archived ones are not counted.

        Raises:
            UnreadableRecordError: for an entity that is not listed.
            TransientError, PermanentError: as `HubSpotClient` does.
        """
        _check(entity)
        return self._client.count_records(PLURALS[entity], _changed_within(window))

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """The records HubSpot has under their own ids, archived ones as deleted, for two calls and as many for what is not live.

        Raises:
            TransientError, PermanentError: as `HubSpotClient` does, and what HubSpot says of a single record.
        """
        ids = [key.record_id for key in keys if key.entity in ENTITIES and is_record_id(key.record_id)]
        if not ids:
            return {}
        [entity] = {key.entity for key in keys}
        found = self._read(entity, ids, archived=False)
        found |= self._read(entity, [each for each in ids if each not in found], archived=True)
        listed = [self._listed(entity, record, deleted=record.get("archived") is True) for record in found.values()]
        return {each.key: each for each in listed}

    def _live_page(self, entity: str, window: Window, after: int) -> ListingPage:
        filters = [*_changed_within(window), ("hs_object_id", "GT", str(after))]
        found = self._client.search_records(PLURALS[entity], filters, _PROPERTIES[entity])
        ids = [int(each["id"]) for each in found.records]
        if not all(first < second for first, second in pairwise([after, *ids])) or (found.following and not ids):
            raise UnavailableError("HubSpot's search did not answer in order of ids")
        records, count = self._fitting(entity, found.records, window)
        if found.following or count < len(ids):
            return ListingPage(records, str(ids[count - 1]))
        return ListingPage(records, "archived:" if self._clock.now() - window.until < _KEPT_ARCHIVED else "")

    def _fitting(
        self, entity: str, found: Sequence[Mapping[str, Any]], window: Window
    ) -> tuple[tuple[Listed, ...], int]:
        """As many records as fit into a page with what was merged into them, and how many those are.

        One that the index had within the window and that changed since is passed over: it is in a later window now.
        """
        records: dict[RecordKey, Listed] = {}
        for count, each in enumerate(found):
            listed = list(self._with_merged(entity, each)) if _is_within(window, changed_at(each)) else []
            if records and len(records) + len(listed) > _PAGE_RECORDS:
                return tuple(records.values()), count
            records |= {of.key: of for of in listed[:_PAGE_RECORDS]}
        return tuple(records.values()), len(found)

    def _with_merged(self, entity: str, record: Mapping[str, Any]) -> Iterator[Listed]:
        yield self._listed(entity, record)
        for each in sorted(merged_ids_of(record)):
            yield Listed(key=self._key(entity, each), version="", deleted=True)

    def _archived_page(self, entity: str, window: Window, after: str) -> ListingPage:
        found = self._client.archived_records(PLURALS[entity], after, _PROPERTIES[entity])
        gone = [each for each in found.records if _is_within(window, _archived_at(each))]
        following = f"archived:{found.following}" if found.following else ""
        return ListingPage(tuple(self._listed(entity, each, deleted=True) for each in gone), following)

    def _read(self, entity: str, ids: Sequence[str], *, archived: bool) -> dict[str, Mapping[str, Any]]:
        """Those of the records that are there; one that was merged is not, even where its survivor is answered for it."""
        found: dict[str, Mapping[str, Any]] = {}
        for chunk in batched(ids, RECORDS_PER_CALL, strict=False):
            answer = self._client.read_records(
                PLURALS[entity], chunk, archived=archived, properties=_PROPERTIES[entity]
            )
            by_id = {str(record.get("id")): record for record in answer.results}
            found |= {each: by_id[each] for each in chunk if each in by_id}
            for each in chunk:
                failure = answer.failures.get(each, answer.other_failure)
                if each not in found and failure is not None:
                    raise failure
        return found

    def _listed(self, entity: str, record: Mapping[str, Any], *, deleted: bool = False) -> Listed:
        """A record as it is listed; only a deal has an amount and a day."""
        account = self._account
        return Listed(
            key=self._key(entity, str(record["id"])),
            version=version_of(record),
            deleted=deleted,
            amount=_if_readable(lambda: money_of(record, "amount", currency_of(record, account))),
            day=_if_readable(lambda: day_of(record, "closedate", account.time_zone)),
        )

    def _key(self, entity: str, record_id: str) -> RecordKey:
        return RecordKey(self._connection, entity, record_id)


def _check(entity: str) -> None:
    if entity not in ENTITIES:
        raise UnreadableRecordError(f"HubSpot's records of {entity} are not listed")


def _changed_within(window: Window) -> list[Filter]:
    bounds = (("GTE", window.since), ("LT", window.until))
    return [("hs_lastmodifieddate", operator, str(_milliseconds(moment))) for operator, moment in bounds]


def _is_within(window: Window, moment: datetime) -> bool:
    return window.since <= moment < window.until


def _archived_at(record: Mapping[str, Any]) -> datetime:
    """When a record was put into the recycling bin; where HubSpot does not say, its last modification."""
    text = record.get("archivedAt")
    return moment_of("archivedAt", text) if isinstance(text, str) else changed_at(record)


def _milliseconds(moment: datetime) -> int:
    """Since 1970, of the first whole millisecond that is not before a moment: HubSpot's stamps have no finer parts."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))


def _if_readable[Value](read: Callable[[], Value]) -> Value | None:
    """A value; None where it cannot be read, which must not cost the others of its page."""
    try:
        return read()
    except UnreadableRecordError:
        return None
