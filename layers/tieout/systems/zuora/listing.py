"""Lists the records that were last changed within a window, kind by kind, from the files of query jobs.

A job is run once for each kind and window, and its file read piece by piece, so the pages of a listing show one moment. A job that
came to nothing, or whose file is gone, is replaced by one for what is behind the last record listed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, StillRunningError, UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.fields import Row
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.zuora.answers import MissingError
from tieout.systems.zuora.client import ZuoraClient
from tieout.systems.zuora.ids import BILLING_DOCUMENT, ENTITY_OF, PAYMENT, SUBSCRIPTION, object_of
from tieout.systems.zuora.listed import listed_of, object_listed
from tieout.systems.zuora.options import Options
from tieout.systems.zuora.places import Place, following, place_in
from tieout.systems.zuora.queries import TABLES, query_of
from tieout.systems.zuora.reader import open_client
from tieout.systems.zuora.resources import MOST_AT_ONCE, OF_KIND, SUBSCRIPTIONS

if TYPE_CHECKING:
    import httpx

ENTITIES = (BILLING_DOCUMENT, PAYMENT, SUBSCRIPTION)
LATENESS = timedelta(minutes=5)  # what Data Query reads is updated soon after the change, not with it
_MOST_RECORDS = 200
_PIECE = 256 * 1024  # bytes of a file; a row has less than one
_WAITS_SECONDS = (1, 2, 4)  # for a job to end while a page waits for it
_AT_ONCE = 3  # queries that came to nothing, each of which is replaced at once
_RESTS = tuple(timedelta(minutes=each) for each in (5, 30, 120, 360))  # between those behind them
_MEMOS = ("credit_memo", "debit_memo")
_COMPLETED, _ENDED = "completed", frozenset(("failed", "cancelled", "canceled"))


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> ZuoraListing:
    """A listing of one tenant; its arguments are those of `open_client`."""
    client, options = open_client(connection, credentials, http, clock)
    return ZuoraListing(connection, client, options, clock)


class ZuoraListing:
    """Lists subscriptions, billing documents and payments; see `tieout.facts.listing`."""

    def __init__(self, connection: Connection, client: ZuoraClient, options: Options, clock: Clock) -> None:
        self._connection = connection.name
        self._client = client
        self._options = options
        self._clock = clock

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """One page: none of the records for the call that begins a job, and of its file two calls for each later one.

        Raises:
            StillRunningError: as long as the job has not ended; the same cursor asks for it again.
            UnreadableRecordError: for another entity, a cursor that is none, or a row that does not say what it is.
            TransientError, PermanentError: as `ZuoraClient.object`.
        """
        kinds = self._kinds(entity)
        place = place_in(cursor, kinds)
        if not place.job:
            return self._begun(place, window)
        try:
            data_file = self._file(place)
            piece = self._client.bytes_of(data_file, place.offset, _PIECE)
        except MissingError as error:
            self._rest(place, error)
            return self._begun(Place(place.kind, place.after, lost=place.lost + 1), window)
        records, length = self._read(place.kind, piece)
        last = object_of(entity, records[-1].key.record_id) if records else None
        if last is None:
            return ListingPage((), following(place, kinds))
        behind = Place(place.kind, last[1], place.job, place.offset + length)
        return ListingPage(tuple(records), behind.cursor())

    def count(self, entity: str, _window: Window) -> int | None:
        """None: only a query would say it. Raises `UnreadableRecordError` for another entity."""
        self._kinds(entity)
        return None

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """The records that Zuora has, for a call for each 99 of a kind; raises as `page`."""
        named: dict[str, list[str]] = {}
        for key in keys:
            found = object_of(key.entity, key.record_id)
            if found is not None:
                named.setdefault(found[0], []).append(found[1])
        listed = (each for kind, names in named.items() for each in self._known(kind, names))
        return {each.key: each for each in listed}

    def _kinds(self, entity: str) -> Sequence[str]:
        kinds = [
            kind for kind, of in ENTITY_OF.items() if of == entity and (self._options.settlement or kind not in _MEMOS)
        ]
        if not kinds:
            raise UnreadableRecordError(f"Zuora has no {entity} to list")
        return kinds

    def _begun(self, place: Place, window: Window) -> ListingPage:
        job = self._client.submit(query_of(TABLES[place.kind], window, place.after))
        begun = int(self._clock.now().timestamp())
        return ListingPage((), place._replace(job=job, offset=0, begun=begun).cursor())

    def _rest(self, place: Place, error: MissingError) -> None:
        """Return once another query may take the place of one that came to nothing: some at once, then after longer and longer.

        Raises:
            UnavailableError: until then, for so long in the end that the run is told of as stuck.
        """
        if place.lost < _AT_ONCE:
            return
        rest = _RESTS[min(place.lost - _AT_ONCE, len(_RESTS) - 1)]
        left = place.begun + rest.total_seconds() - self._clock.now().timestamp()
        if left > 0:
            said = f"Zuora has come to nothing with {place.lost + 1} queries"
            raise UnavailableError(said, retry_after_seconds=math.ceil(left)) from error

    def _file(self, place: Place) -> str:
        """The address of what a job has found; `MissingError` where it has come to nothing."""
        for seconds in (*_WAITS_SECONDS, None):
            job = self._client.job(place.job)
            if job.status == _COMPLETED and job.data_file:
                return job.data_file
            if job.status in _ENDED:
                raise MissingError(f"a query of Zuora has {job.status}")
            if seconds is not None:
                self._clock.sleep(seconds)
        raise StillRunningError("a query of Zuora has not ended yet")

    def _read(self, kind: str, piece: bytes) -> tuple[list[Listed], int]:
        """The records of whole lines at the beginning of a piece, and how many bytes they take."""
        lines = piece.split(b"\n")
        whole = lines if len(piece) < _PIECE else lines[:-1]
        if not whole and piece:
            raise UnreadableRecordError("a row of a query of Zuora is longer than any should be")
        taken = whole[:_MOST_RECORDS]
        records = {each.key: each for each in (self._listed(kind, line) for line in taken if line.strip())}
        return list(records.values()), sum(len(line) + 1 for line in taken)

    def _listed(self, kind: str, line: bytes) -> Listed:
        try:
            row = strict_json.parse(line)
        except MalformedError as error:
            raise UnreadableRecordError(f"a row of a query of Zuora: {error.reason}") from None
        if not isinstance(row, dict):
            raise UnreadableRecordError("a row of a query of Zuora is no object")
        return listed_of(self._connection, kind, row)

    def _known(self, kind: str, names: Sequence[str]) -> Sequence[Listed]:
        """Those of a kind that Zuora has; of a subscription its last version says what it is."""
        found: list[Row] = []
        for start in range(0, len(names), MOST_AT_ONCE):
            some = names[start : start + MOST_AT_ONCE]
            if kind == SUBSCRIPTION:
                latest = [("filter[]", "islatestversion.EQ:true")]
                found += self._client.named(SUBSCRIPTIONS, "name", some, latest)
            else:
                found += self._client.named(OF_KIND[kind].path, "id", some)
        return [object_listed(self._connection, kind, each) for each in found]
