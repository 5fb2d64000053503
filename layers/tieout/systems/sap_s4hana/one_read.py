"""Reads the records of one batch; what strikes one of them costs no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tieout.arriving.notice import RecordKey
from tieout.asking import Asking
from tieout.errors import (
    PermanentError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.facts.reading import Reading, reading_of
from tieout.systems.sap_s4hana import queries, translate
from tieout.systems.sap_s4hana.client import S4Client
from tieout.systems.sap_s4hana.fields import Row, required_text
from tieout.systems.sap_s4hana.ids import bare, is_sound, journal_id
from tieout.systems.sap_s4hana.lines import Books
from tieout.systems.sap_s4hana.queries import Query

_Keys = Sequence[RecordKey]
_Readings = dict[RecordKey, Reading]


class OneRead:
    """One call of `read`: once S/4HANA did not answer, or asked for fewer calls, it is asked nothing more."""

    def __init__(self, client: S4Client, books: Books) -> None:
        self._client = client
        self._books = books
        self._asked = Asking()
        self._saw_orders = False
        self._query_of: Mapping[str, Callable[[Sequence[str]], Query]] = {
            "sales_order": queries.sales_orders,
            "billing_document": queries.billing_documents,
            "journal_entry": partial(queries.journal_items, group_amount=books.group_amount),
        }

    def read(self, keys: _Keys) -> Mapping[RecordKey, Reading]:
        """See `S4Reader.read`."""
        readings: _Readings = {}
        wanted: dict[str, list[RecordKey]] = {each: [] for each in self._query_of}
        for key in dict.fromkeys(keys):
            if key.entity not in wanted:
                readings[key] = translate.unread(key)
            elif is_sound(key):
                wanted[key.entity].append(key)
            else:
                readings[key] = UnreadableRecordError(f"S/4HANA has no {key.entity} of that id to complete")
        for entity, those in wanted.items():
            by_id = {key.record_id: key for key in those}
            for ids in queries.in_chunks(list(by_id), self._query_of[entity], self._client.base_bytes):
                readings |= self._chunk(entity, [by_id[each] for each in ids])
        return readings

    def _chunk(self, entity: str, keys: _Keys) -> _Readings:
        """Read one chunk; where one record spoils the whole answer, its halves."""
        try:
            return self._read(entity, keys)
        except UnreadableRecordError as error:
            if len(keys) == 1:
                return {keys[0]: error}
            middle = len(keys) // 2
            return {**self._chunk(entity, keys[:middle]), **self._chunk(entity, keys[middle:])}
        except (TransientError, PermanentError) as error:
            return dict.fromkeys(keys, error)

    def _read(self, entity: str, keys: _Keys) -> _Readings:
        rows: dict[str, list[Row]] = defaultdict(list)
        query = self._query_of[entity]([key.record_id for key in keys])
        for row in self._asked(lambda: self._client.rows(query)):
            rows[record_id_of(entity, row)].append(row)
        self._saw_orders = self._saw_orders or (entity == "sales_order" and bool(rows))
        return {key: reading_of(partial(self._reading, key, rows[key.record_id])) for key in keys}

    def _reading(self, key: RecordKey, rows: Sequence[Row]) -> Reading:
        if not rows:
            return self._absence(key)
        if key.entity == "journal_entry":
            return translate.journal_statement(key, rows, self._books)
        if len(rows) > 1:
            raise UnreadableRecordError("S/4HANA gave the document more than once")
        state = translate.sales_order_statement if key.entity == "sales_order" else translate.billing_statement
        return state(key, rows[0])

    def _absence(self, key: RecordKey) -> Reading:
        """A list without a record proves nothing: it looks the same where our user may not see it.

        What is billed or posted is never deleted. A sales order can be: S/4HANA must say so when it is asked for that one,
        and must show us any at all.
        """
        hidden = UnavailableError(f"S/4HANA does not show the {key.entity} to our user, or not yet")
        if key.entity != "sales_order":
            return hidden
        address = queries.sales_order_address(key.record_id)
        if self._asked(lambda: self._client.exists(address, queries.SALES_ORDERS)):
            return hidden
        return translate.missing_order(key) if self._shows_orders() else hidden

    def _shows_orders(self) -> bool:
        if not self._saw_orders:
            any_order = queries.first_of(queries.SALES_ORDERS, "SalesOrder")
            self._saw_orders = bool(self._asked(lambda: self._client.rows(any_order)))
        return self._saw_orders


def record_id_of(entity: str, row: Row) -> str:
    """The record id of an entity in an answer, as notices write it.

    Raises:
        UnreadableRecordError: if it lacks a part of its key.
    """
    if entity == "journal_entry":
        company, year, document = (
            required_text(row, each) for each in ("CompanyCode", "FiscalYear", "AccountingDocument")
        )
        return journal_id(company, year, document)
    return bare(required_text(row, {"sales_order": "SalesOrder", "billing_document": "BillingDocument"}[entity]))
