"""Lists which sales orders, billing documents and journal entries changed within a window.

What is deleted is in no list: of sales orders `still_known` tells, and what is billed or posted is never deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.landscape import Connection
from tieout.money import Money
from tieout.ports import Clock
from tieout.systems.sap_s4hana import listed_queries, queries, sales, translate
from tieout.systems.sap_s4hana.client import S4Client
from tieout.systems.sap_s4hana.fields import Row, day_of, decimal_in, required_text, text_of
from tieout.systems.sap_s4hana.ids import is_sound
from tieout.systems.sap_s4hana.one_read import record_id_of
from tieout.systems.sap_s4hana.options import Options
from tieout.systems.sap_s4hana.queries import Query
from tieout.systems.sap_s4hana.reader import open_client

if TYPE_CHECKING:
    import httpx

ENTITIES = ("sales_order", "billing_document", "journal_entry")
# A journal entry that is changed is stamped with the day alone, and so is an order that was never changed.
LATENESS = timedelta(days=1)


def open_listing(connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> S4Listing:
    """A listing of one tenant; it takes what `open_reader` takes."""
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    return S4Listing(open_client(connection, options, credentials, http, clock), connection.name, options.ledger)


class S4Listing:
    """Lists records in order of their keys; see `tieout.facts.listing`."""

    def __init__(self, client: S4Client, connection: str, ledger: str) -> None:
        self._client = client
        self._connection = connection
        self._ledger = ledger

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """One page, for one call; it may have few records or none and still name a following one.

        Raises:
            UnreadableRecordError: for an entity that is not listed, or a cursor that is none.
            TransientError, PermanentError: as `S4Client.rows`.
        """
        query = listed_queries.changed(entity, window, cursor)
        rows = self._client.rows(query)[: query.most]
        records, is_cut = self._grouped(entity, rows), len(rows) == query.most
        if is_cut and entity == "journal_entry" and len(records) > 1:
            records.pop()  # what stands last may go on behind the rows
        taken = records[: listed_queries.PAGE_RECORDS]
        listed = (self._listed(entity, each) for each in taken)
        is_last = not is_cut and len(taken) == len(records)
        following = "" if is_last else listed_queries.cursor_behind(entity, taken[-1][-1])
        return ListingPage(tuple(each for each in listed if _is_within(each, window)), following)

    def count(self, entity: str, window: Window) -> int | None:
        """About how many records a listing would have; of journal entries, whose items alone are counted, nobody says.

        Raises:
            UnreadableRecordError: for an entity that is not listed.
            TransientError, PermanentError: as `S4Client.rows`.
        """
        query = listed_queries.changed(entity, window, "")
        return None if entity == "journal_entry" else self._client.count(query)

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """The records S/4HANA shows, for few calls; what is hidden from our user looks as if it were gone: a reading proves it.

        Raises:
            UnavailableError: also where it shows nothing at all of the entity, which is a lack of authorization.
            TransientError, PermanentError: as `S4Client.rows`.
        """
        found: dict[RecordKey, Listed] = {}
        for entity in {key.entity for key in keys}:
            query = listed_queries.known(entity)
            ids = [key.record_id for key in keys if key.entity == entity and is_sound(key)]
            for chunk in queries.in_chunks(ids, query, self._client.base_bytes):
                records = self._grouped(entity, self._known(query, chunk))
                found |= {each.key: each for each in (self._listed(entity, rows) for rows in records)}
            if ids and not any(key.entity == entity for key in found):
                self._check_shown(entity)
        return found

    def _known(self, query: Callable[[Sequence[str]], Query], ids: Sequence[str]) -> list[Row]:
        """The rows of some ids; by halves where the address is longer than something on the way takes."""
        try:
            return list(self._client.rows(query(ids)))
        except UnreadableRecordError:
            if len(ids) == 1:
                raise
            middle = len(ids) // 2
            return [*self._known(query, ids[:middle]), *self._known(query, ids[middle:])]

    def _check_shown(self, entity: str) -> None:
        source = listed_queries.known(entity)(()).source
        if not self._client.rows(queries.first_of(source, listed_queries.known(entity)(()).columns[0])):
            raise UnavailableError(f"S/4HANA shows no {entity} at all to our user")

    def _grouped(self, entity: str, rows: Sequence[Row]) -> list[list[Row]]:
        """The rows of each record, in order."""
        return [list(group) for _, group in groupby(rows, key=lambda row: record_id_of(entity, row))]

    def _listed(self, entity: str, rows: Sequence[Row]) -> Listed:
        first = rows[0]
        key = RecordKey(self._connection, entity, record_id_of(entity, first))
        if entity == "journal_entry":
            amount, day = _if_readable(lambda: self._debits(rows)), _if_readable(lambda: day_of(first, "PostingDate"))
            version = translate.entry_version(rows)
            is_told = version == translate.entered_at(rows)
            return Listed(key=key, version=version, amount=amount, day=day, is_told=is_told)
        day_name = "SalesOrderDate" if entity == "sales_order" else "BillingDocumentDate"
        return Listed(
            key=key,
            version=sales.version_of(first),
            amount=_if_readable(lambda: _net_amount(entity, first)),
            day=_if_readable(lambda: day_of(first, day_name)),
        )

    def _debits(self, rows: Sequence[Row]) -> Money | None:
        """What an entry has on its debit side, in its company's currency; None for one of other ledgers."""
        own = [row for row in rows if text_of(row, "Ledger") == self._ledger]
        if not own:
            return None
        amounts = [decimal_in(row, "AmountInCompanyCodeCurrency") for row in own]
        return Money.of(
            sum((each for each in amounts if each > 0), Decimal(0)), required_text(own[0], "CompanyCodeCurrency")
        )


def _net_amount(entity: str, row: Row) -> Money:
    sign = sales.billing_sign(row) if entity == "billing_document" else 1
    return Money.of(sign * decimal_in(row, "TotalNetAmount"), required_text(row, "TransactionCurrency"))


def _is_within(listed: Listed, window: Window) -> bool:
    return window.since <= datetime.fromisoformat(listed.version) < window.until


def _if_readable[Value](read: Callable[[], Value]) -> Value | None:
    """A value; None where it cannot be read, which must not cost the others of its page."""
    try:
        return read()
    except (MalformedError, UnreadableRecordError):
        return None
