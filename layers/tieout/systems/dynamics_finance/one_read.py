"""Reads the entries of one batch; what strikes one of them costs no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import partial

from tieout.arriving.notice import RecordKey
from tieout.asking import Asking
from tieout.errors import (
    MalformedError,
    PermanentError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.facts.reading import Reading, reading_of
from tieout.systems.dynamics_finance import queries, translate
from tieout.systems.dynamics_finance.client import DynamicsClient
from tieout.systems.dynamics_finance.finding import ENTITY, Entry
from tieout.systems.dynamics_finance.options import Options
from tieout.systems.dynamics_finance.queries import Query
from tieout.systems.dynamics_finance.rows import Row, day_of, text_of

_Keys = Mapping[Entry, RecordKey]
_Rows = Mapping[str, list[Row]]


class OneRead:
    """One call of `read`: once Dynamics did not answer, or asked for fewer calls, it is asked nothing more."""

    def __init__(self, client: DynamicsClient, options: Options) -> None:
        self._client = client
        self._options = options
        self._asking = Asking()

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """See `DynamicsReader.read`."""
        readings: dict[RecordKey, Reading] = {}
        wanted: dict[str, dict[Entry, RecordKey]] = defaultdict(dict)
        for key in keys:
            try:
                entry = _entry(key)
            except UnreadableRecordError as error:
                readings[key] = error
            else:
                wanted[entry.company][entry] = key
        for company, entries in wanted.items():
            readings |= self._read_or_halve(company, entries)
        return readings

    def _read_or_halve(self, company: str, keys: _Keys) -> Mapping[RecordKey, Reading]:
        """Read some entries of a company; where one of them spoils an answer, each half by itself, and at last it alone."""
        try:
            return self._read(company, keys)
        except UnreadableRecordError as error:
            if len(keys) == 1:
                return dict.fromkeys(keys.values(), error)
            items, middle = list(keys.items()), len(keys) // 2
            return {
                **self._read_or_halve(company, dict(items[:middle])),
                **self._read_or_halve(company, dict(items[middle:])),
            }
        except (TransientError, PermanentError) as error:
            return dict.fromkeys(keys.values(), error)

    def _read(self, company: str, keys: _Keys) -> Mapping[RecordKey, Reading]:
        vouchers = list(dict.fromkeys(entry.voucher for entry in keys))
        found = self._all(vouchers, partial(queries.entries, self._options, company))
        headers = {entry: [row for row in found if _is_of(row, entry)] for entry in keys}
        in_books = {entry: [row for row in of if translate.is_in_the_books(row)] for entry, of in headers.items()}
        numbers = [text_of(row, "JournalNumber") for of in in_books.values() for row in of]
        lines = _by(self._all(numbers, partial(queries.lines, self._options, company)), "JournalNumber")
        posted, shared = self._documents(company, in_books, found), translate.shared_numbers(found)
        stated = {
            key: partial(self._state, key, headers[entry], in_books[entry], lines, posted.get(entry, ()), shared)
            for entry, key in keys.items()
        }
        return {key: reading_of(state, "the entry cannot be translated") for key, state in stated.items()}

    def _documents(
        self, company: str, headers: Mapping[Entry, Sequence[Row]], found: Sequence[Row]
    ) -> Mapping[Entry, Sequence[Row]]:
        """By entry, the documents of its category that it posts; `found` are all entries of the vouchers."""
        kinds = {entry: translate.document_of(of[0], self._options) for entry, of in headers.items() if of}
        posted: dict[Entry, Sequence[Row]] = {}
        for document in self._options.documents:
            entries = [entry for entry, kind in kinds.items() if kind is document]
            vouchers = [entry.voucher for entry in entries]
            shown = _by(self._all(vouchers, partial(queries.documents, document, company)), document.voucher)
            posted |= {each: _posted_by(each, shown.get(each.voucher, ()), document.day, found) for each in entries}
        return posted

    def _state(
        self,
        key: RecordKey,
        shown: Sequence[Row],
        headers: Sequence[Row],
        lines: _Rows,
        documents: Sequence[Row],
        shared: Collection[tuple[str, str]],
    ) -> Reading:
        if not shown:
            # What is posted is never deleted. It may be archived, or our role has lost the company.
            return UnavailableError("Dynamics does not show the entry: it is archived, or hidden from our role")
        if not headers:
            return translate.unposted(key)
        if any(translate.number_in_company(header) in shared for header in headers):
            return UnreadableRecordError("the entry's journal number is another's, too: whose lines are which?")
        of_each = [lines.get(text_of(header, "JournalNumber"), []) for header in headers]
        if not all(of_each):
            return UnreadableRecordError("the entry is shown without its lines")
        rows = [row for of in of_each for row in of]
        return translate.statement(key, headers, rows, documents, self._options)

    def _all(self, values: Sequence[str], query: Callable[[Sequence[str]], Query]) -> list[Row]:
        """The rows of all values, in as few calls as addresses may be long."""
        distinct = list(dict.fromkeys(values))
        chunks = queries.in_chunks(distinct, query, self._client.base_url)
        return [row for chunk in chunks for row in self._asked(query(chunk))]

    def _asked(self, query: Query) -> Sequence[Row]:
        return self._asking(lambda: self._client.rows(query))


def _entry(key: RecordKey) -> Entry:
    if key.entity != ENTITY:
        raise UnreadableRecordError(f"Dynamics has no {key.entity} to complete")
    return Entry.parse(key.record_id)


def _is_of(row: Row, entry: Entry) -> bool:
    """Whether a header row is of an entry: its voucher may have been used on other days. A row without a day is nobody's."""
    return text_of(row, "Voucher") == entry.voucher and _day(row, "AccountingDate") == entry.day


def _posted_by(entry: Entry, documents: Sequence[Row], column: str, headers: Sequence[Row]) -> Sequence[Row]:
    """Those of the documents of a voucher that an entry posts: of its day, or else of a day on which no other entry has it.

    Numbers begin anew; and what has a date of its own may be booked on another.
    """
    own = [row for row in documents if _day(row, column) == entry.day]
    of_others = {_day(row, "AccountingDate") for row in headers if text_of(row, "Voucher") == entry.voucher} - {None}
    return own or [row for row in documents if _day(row, column) not in of_others]


def _day(row: Row, column: str) -> date | None:
    """The date in a column; None where there is none."""
    try:
        return day_of(row, column)
    except MalformedError:
        return None


def _by(rows: Sequence[Row], column: str) -> _Rows:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[text_of(row, column)].append(row)
    return found
