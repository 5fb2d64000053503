"""Reads what transactions and master data of one NetSuite account are now (step 3, record).

A batch of transactions costs three calls: the headers, the posted lines, the consolidated rates; one of customers, items,
accounts or departments costs one. Where records have no row, one more asks for all of them whether they are among the deleted
ones; of those that are not, the REST API must confirm each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.asking import Asking
from tieout.drift import Watch
from tieout.errors import (
    ConflictError,
    PermanentError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.facts.reading import Reading, SourceReader, reading_of
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.netsuite import listed_queries, master_queries, masters, queries, rest_record, translate
from tieout.systems.netsuite.client import NetSuiteClient, open_client
from tieout.systems.netsuite.expected import HEADER, LINE, RATE
from tieout.systems.netsuite.lines import Books, Rates
from tieout.systems.netsuite.master_types import MASTER_TYPES
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.rows import Row

if TYPE_CHECKING:
    import httpx

_Stating = Callable[[RecordKey], Reading]

_KEYS_AT_ONCE = 100  # keeps the statement short and the lines of ordinary documents within one page


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> SourceReader:
    """A reader of one connection, to be kept: it holds the access token; takes what `open_client` takes."""
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    books = Books(
        time_zone=connection.time_zone,
        default_currency=connection.default_currency,
        group_subsidiary=options.group_subsidiary,
        cash_accounts=tuple(options.cash_accounts),
    )
    client = open_client(connection, credentials, http, clock)
    return NetSuiteReader(client, books, options, client.watch)


class NetSuiteReader:
    """Reads transactions and master data by key; see `tieout.ports.SourceReader`.

    Attributes:
        watch: notices in what the client's answers are other than expected, where it shows them.
    """

    def __init__(self, client: NetSuiteClient, books: Books, options: Options, watch: Watch | None = None) -> None:
        self._client = client
        self._books = books
        self._options = options
        self.watch = watch or Watch({})

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it; nothing is raised."""
        return _OneRead(self._client, self._books, self._options).read(keys)


class _OneRead:
    """One call of `read`: once NetSuite did not answer, or asked for fewer calls, it is asked nothing more."""

    def __init__(self, client: NetSuiteClient, books: Books, options: Options) -> None:
        self._client = client
        self._books = books
        self._options = options
        self._asked = Asking()

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """See `NetSuiteReader.read`."""
        readings: dict[RecordKey, Reading] = {}
        wanted: list[RecordKey] = []
        for key in dict.fromkeys(keys):
            refused = self._without_asking(key)
            if refused is None:
                wanted.append(key)
            else:
                readings[key] = refused
        for batch in _batches(wanted):
            readings |= self._read_batch(batch)
        return readings

    def _read_batch(self, batch: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """The readings of keys that one query can ask for together."""
        entity = batch[0].entity
        try:
            shown = self._masters(batch) if entity in MASTER_TYPES else self._documents(batch)
        except UnreadableRecordError as error:
            # Something in the answer cannot be carried: read alone, only the record that holds it fails.
            if len(batch) == 1:
                return {batch[0]: error}
            return {key: reading for key in batch for reading in self._read_batch([key]).values()}
        except (TransientError, PermanentError) as error:
            return dict.fromkeys(batch, error)
        deleted = self._deleted(entity, sorted({key.record_id for key in batch} - shown.keys()))
        return {
            key: translate.missing(key)
            if key.record_id in deleted
            else reading_of(partial(shown.get(key.record_id, self._absence), key), f"the {key.entity} cannot be read")
            for key in batch
        }

    def _masters(self, batch: Sequence[RecordKey]) -> Mapping[str, _Stating]:
        """What states each record of master data that NetSuite shows, by its id."""
        entity, options = batch[0].entity, self._options
        rows = self._query(master_queries.masters(entity, [key.record_id for key in batch], options), entity)
        stating = partial(masters.statement, options=options, time_zone=self._books.time_zone)
        return {row["id"]: partial(stating, row=row) for row in rows if "id" in row}

    def _documents(self, batch: Sequence[RecordKey]) -> Mapping[str, _Stating]:
        """What states each transaction that NetSuite shows, by its id."""
        headers, lines, rates = self._rows(batch)
        return {
            each: partial(self._document, header=header, lines=lines.get(each, []), rates=rates)
            for each, header in headers.items()
        }

    def _rows(self, batch: Sequence[RecordKey]) -> tuple[Mapping[str, Row], Mapping[str, list[Row]], Rates]:
        ids = list(dict.fromkeys(key.record_id for key in batch))
        options = self._options
        asked = self._query(queries.headers(ids, partners=options.partners), HEADER)
        headers = {row["id"]: row for row in asked if "id" in row}
        lines: dict[str, list[Row]] = defaultdict(list)
        if headers:
            book, dimensions = options.accounting_book, options.dimensions
            for row in self._query(queries.lines(headers, book, dimensions, partners=options.partners), LINE):
                lines[row.get("document", "")].append(row)
        return headers, lines, self._rates(headers.values(), lines.values())

    def _rates(self, headers: Iterable[Row], lines: Iterable[Sequence[Row]]) -> Rates:
        group = self._books.group_subsidiary
        periods = sorted({row["period"] for row in headers if "period" in row})
        subsidiaries = sorted({row["subsidiary"] for rows in lines for row in rows if "subsidiary" in row} - {group})
        if not (group and periods and subsidiaries):
            return {}
        rows = self._query(queries.rates(periods, subsidiaries, group, self._options.accounting_book), RATE)
        # The first of several rows of one rate counts; the query orders them.
        return {(row.get("period", ""), row.get("subsidiary", "")): row for row in reversed(rows)}

    def _deleted(self, entity: str, record_ids: Sequence[str]) -> frozenset[str]:
        """Those that stand in the account's own table of deletions.

        Our role may lack the permission for it, or NetSuite not answer now: then the REST API is asked for each, and what it
        says, or that it says nothing, strikes the missing records alone.
        """
        if not record_ids:
            return frozenset()
        try:
            return frozenset(row.get("id", "") for row in self._query(listed_queries.deleted_among(entity, record_ids)))
        except (TransientError, PermanentError):
            return frozenset()

    def _document(self, key: RecordKey, header: Row, lines: Sequence[Row], rates: Rates) -> Reading:
        if any(row.get("lastmodified") != header.get("lastmodified") for row in lines):
            return ConflictError("the transaction changed while it was read")
        return translate.statement(key, header, lines, rates, self._books)

    def _absence(self, key: RecordKey) -> Reading:
        """Deleted, once the REST API confirms it: SuiteQL also leaves out what our role may not see."""
        record_types = rest_record.record_types(key.entity, intercompany=self._options.intercompany_journals)
        for record_type in record_types:
            record = self._asked(partial(self._client.record, record_type, key.record_id))
            if record is not None:
                status = rest_record.word(record, "status")
                return UnavailableError(
                    f"netsuite has the {record_type} ({status}), and SuiteQL does not show it to our role"
                )
        if not record_types:
            return UnavailableError(f"netsuite neither shows the {key.entity} nor says that it was deleted")
        return translate.missing(key)

    def _query(self, suiteql: str, answer: str = "") -> Sequence[Row]:
        return self._asked(partial(self._client.query, suiteql, answer))

    def _without_asking(self, key: RecordKey) -> Reading | None:
        """The reading of a key that needs no call: a type that is never a fact of ours, or an id that is none."""
        if key.entity not in translate.LEDGER_ENTITIES and key.entity not in self._options.master_data:
            return translate.unposted(key)
        try:
            queries.digits(key.record_id)
        except UnreadableRecordError as error:
            return error
        return None


def _batches(keys: Sequence[RecordKey]) -> Iterator[Sequence[RecordKey]]:
    """Transactions together, whatever their type, and each kind of master data by itself."""
    alike: dict[str, list[RecordKey]] = defaultdict(list)
    for key in keys:
        alike[key.entity if key.entity in MASTER_TYPES else ""].append(key)
    for those in alike.values():
        for start in range(0, len(those), _KEYS_AT_ONCE):
            yield those[start : start + _KEYS_AT_ONCE]
