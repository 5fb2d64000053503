"""Lists which entries of the general ledger were written when, for whoever compares them with what arrived.

Posted entries are never changed, and never deleted: what is listed is what was posted within a window, of all companies that are
wanted, in the order of writing, company and journal number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.landscape import Connection
from tieout.money import Money
from tieout.ports import Clock
from tieout.systems.dynamics_finance import queries, translate
from tieout.systems.dynamics_finance.client import DynamicsClient
from tieout.systems.dynamics_finance.finding import ENTITY, Entry
from tieout.systems.dynamics_finance.options import Options
from tieout.systems.dynamics_finance.reader import open_client
from tieout.systems.dynamics_finance.rows import Row, company_of, number_of, stated_text, version_of

if TYPE_CHECKING:
    import httpx

ENTITIES = (ENTITY,)
LATENESS = timedelta(hours=1)
"""An entry is stamped when it is written and seen when its journal is posted as a whole, which takes long for large ones."""

_MOMENT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,7})?Z", re.ASCII)


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> DynamicsListing:
    """A listing of one environment, to be kept; its arguments are those of `open_client`."""
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    return DynamicsListing(open_client(connection, credentials, http, clock), options, connection.name)


class DynamicsListing:
    """Lists the entries of one environment; see `tieout.facts.listing`."""

    def __init__(self, client: DynamicsClient, options: Options, connection: str) -> None:
        self._client = client
        self._options = options
        self._connection = connection

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """The entries written within the window, each worth its debits in its company's currency.

        Raises:
            UnreadableRecordError: for another entity, a cursor that is none, or a row that does not say what it is.
            TransientError, PermanentError: as `DynamicsClient.rows`.
        """
        _check_entity(entity)
        rows = self._client.rows(queries.changed(self._options, window, _place_in(cursor)))
        following = _cursor_behind(rows[-1]) if len(rows) == queries.PAGE_ROWS else ""
        return ListingPage(tuple(_listed(rows, self._connection).values()), following)

    def count(self, entity: str, window: Window) -> int:
        """How many entries of all posting layers were written within the window, for one call; raises as `page`."""
        _check_entity(entity)
        return self._client.count(queries.changed(self._options, window, None))

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """Those of the entries that Dynamics shows, as it would list them.

        Raises:
            UnreadableRecordError: for a row that does not say what it is.
            TransientError, PermanentError: as `DynamicsClient.rows`.
        """
        vouchers: dict[str, dict[str, None]] = defaultdict(dict)
        for key in keys:
            with suppress(UnreadableRecordError):  # what names no entry is none that Dynamics has
                entry = Entry.parse(key.record_id)
                vouchers[entry.company][entry.voucher] = None
        rows = [row for company, of in vouchers.items() for row in self._headers(company, list(of))]
        shown = _listed(rows, self._connection)
        return {key: shown[key] for key in keys if key in shown}

    def _headers(self, company: str, vouchers: Sequence[str]) -> list[Row]:
        query = partial(queries.keys_of, self._options, company)
        chunks = queries.in_chunks(vouchers, query, self._client.base_url)
        return [row for chunk in chunks for row in self._client.rows(query(chunk))]


def _listed(rows: Sequence[Row], connection: str) -> dict[RecordKey, Listed]:
    """The entries in the order of their rows; one of several rows at the version of the latest, worth all of them."""
    found: dict[RecordKey, Listed] = {}
    for row in rows:
        if translate.is_in_the_books(row):
            listed = _listed_as(row, connection)
            other = found.get(listed.key)
            found[listed.key] = listed if other is None else _together(listed, other)
    return found


def _listed_as(row: Row, connection: str) -> Listed:
    key = translate.key_of(row, connection)
    try:
        amount = Money.of(number_of(row, "AccountingDebitAmount"), stated_text(row, "AccountingCurrencyCode"))
        return Listed(key=key, version=version_of(row), amount=amount, day=Entry.parse(key.record_id).day)
    except MalformedError as error:
        raise UnreadableRecordError(f"an entry cannot be listed: {error.reason}") from error


def _together(one: Listed, other: Listed) -> Listed:
    assert one.amount is not None
    assert other.amount is not None
    return replace(one, version=max(one.version, other.version), amount=one.amount + other.amount)


def _check_entity(entity: str) -> None:
    if entity != ENTITY:
        raise UnreadableRecordError(f"Dynamics has no {entity} to list")


def _cursor_behind(row: Row) -> str:
    """Where a listing goes on behind a row, by its moment as Dynamics writes it: none of its digits may be lost."""
    try:
        place = (stated_text(row, "ModifiedDateTime"), company_of(row), stated_text(row, "JournalNumber"))
    except MalformedError as error:
        raise UnreadableRecordError(f"a listing cannot go on: {error.reason}") from error
    return "/".join(quote(each, safe=":") for each in place)


def _place_in(cursor: str) -> tuple[str, str, str] | None:
    """The place `_cursor_behind` wrote; None for the start of a listing.

    Raises:
        UnreadableRecordError: for anything else.
    """
    if not cursor:
        return None
    parts = [unquote(each) for each in cursor.split("/")]
    if len(parts) != 3 or _MOMENT.fullmatch(parts[0]) is None:  # noqa: PLR2004 moment, company, number
        raise UnreadableRecordError("not a place in a listing of Dynamics' entries")
    return parts[0], parts[1], parts[2]
