"""Lists what changed within a window, deleted records included, in order of stamp and id."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.columns import day_of, money_of
from tieout.errors import UnreadableRecordError
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.landscape import Connection
from tieout.moments import moment_text
from tieout.money import Money
from tieout.ports import Clock
from tieout.systems.salesforce import queries
from tieout.systems.salesforce.access import Access, open_access
from tieout.systems.salesforce.answers import Row
from tieout.systems.salesforce.contracts import renewal_date_of, renewal_of
from tieout.systems.salesforce.cursors import Place
from tieout.systems.salesforce.fields import currency_of, version_of

if TYPE_CHECKING:
    import httpx

ENTITIES = tuple(queries.LISTED)
# A record is stamped when it is saved and seen when its transaction ends, which takes ten minutes at most ("maximum execution
# time for each Apex transaction"):
# https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_gov_limits.htm.
LATENESS = timedelta(minutes=10)

_STATE = ("Id", "IsDeleted", "SystemModstamp", "CurrencyIsoCode")
_MILLISECOND_MICROSECONDS = 1000


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> SalesforceListing:
    """A listing of one organisation; it takes what `open_reader` takes."""
    return SalesforceListing(connection.name, open_access(connection, credentials, http, clock))


class SalesforceListing:
    """Lists records by `SystemModstamp`; see `tieout.facts.listing`. Products of opportunities are nothing by themselves."""

    def __init__(self, connection: str, access: Access) -> None:
        self._connection = connection
        self._access = access
        own = access.options.contract_fields
        terms = ("StartDate", "EndDate", "ContractTerm", own.value, own.renewal_amount, own.renewal_date)
        self._columns = {
            "opportunity": (*_STATE, "Amount", "CloseDate"),
            "contract": (*_STATE, *terms),
            "account": _STATE,
            "product": _STATE,
        }

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """One page, for one call; see `tieout.facts.listing.Listing`.

        Raises:
            ThrottledError: also where our share of the organisation's calls of the day is used.
            UnreadableRecordError: for an entity that is not listed, or a cursor that is none.
            TransientError, PermanentError: as `SalesforceClient.rows`.
        """
        subject, behind = queries.subject_of(entity), Place.parse(cursor)
        if entity not in queries.OF_ACCOUNTS and entity not in self._access.options.master_data:
            return ListingPage((), "")
        since, until = (_literal(each) for each in window)
        rows = self._rows(entity, queries.changed(subject, self._columns[entity], since, until, behind))
        records = tuple(self._listed(entity, row) for row in rows)
        if len(records) < queries.PAGE_ROWS:
            return ListingPage(records, "")
        return ListingPage(records, Place(records[-1].version, records[-1].key.record_id).text())

    def count(self, entity: str, window: Window) -> int:
        """How many records the pages of a listing would have, for one call; raises as `page` does."""
        since, until = (_literal(each) for each in window)
        query = queries.count(queries.subject_of(entity), since, until)
        self._access.check_allowance(entity)
        return self._access.client.count(query)

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """The records Salesforce shows, those in the recycle bin as deleted, for one call, or few where addresses are long.

        Raises:
            TieoutError: as `page` does.
        """
        found: dict[RecordKey, Listed] = {}
        for entity in {key.entity for key in keys}:
            query = partial(queries.listed, queries.subject_of(entity), self._columns[entity])
            ids = [key.record_id for key in keys if key.entity == entity and queries.is_record_id(key.record_id)]
            for chunk in queries.in_chunks(ids, query, self._access.client.address_bytes):
                listed = (self._listed(entity, row) for row in self._rows(entity, query(chunk)))
                found |= {each.key: each for each in listed}
        return found

    def _rows(self, entity: str, query: queries.Query) -> Sequence[Row]:
        self._access.check_allowance(entity)
        return self._access.client.rows(query)

    def _listed(self, entity: str, row: Row) -> Listed:
        amount, day = self._worth(entity, row)
        return Listed(
            key=RecordKey(self._connection, entity, str(row.get("Id"))),
            version=version_of(row),
            deleted=row.get("IsDeleted") is True,
            amount=amount,
            day=day,
        )

    def _worth(self, entity: str, row: Row) -> tuple[Money | None, date | None]:
        """What a record is worth, and the day it counts from; master data is worth nothing."""
        organization = self._access.organization
        fields, currency = organization.contract_fields, organization.default_currency
        if entity == "contract":
            renewal = _if_readable(lambda: renewal_of(row, currency, fields))
            return renewal, _if_readable(lambda: renewal_date_of(row, fields))
        if entity == "opportunity":
            amount = _if_readable(lambda: money_of(row, "Amount", currency_of(row, currency)))
            return amount, _if_readable(lambda: day_of(row, "CloseDate"))
        return None, None


def _literal(moment: datetime) -> str:
    """The first whole millisecond that is not before a moment, in SOQL: Salesforce's stamps have no finer parts."""
    return moment_text(moment + timedelta(microseconds=-moment.microsecond % _MILLISECOND_MICROSECONDS))


def _if_readable[Value](read: Callable[[], Value]) -> Value | None:
    """A value; None where it cannot be read, which must not cost the others of its page."""
    try:
        return read()
    except UnreadableRecordError:
        return None
