"""Reads the records of one batch; what strikes one of them costs no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from tieout.arriving.notice import RecordKey
from tieout.asking import Asking
from tieout.errors import (
    PermanentError,
    TransientError,
    UnreadableRecordError,
)
from tieout.facts.reading import Reading, reading_of
from tieout.systems.business_central import queries, translate
from tieout.systems.business_central.answers import MissingResourceError
from tieout.systems.business_central.companies import Ask, Companies
from tieout.systems.business_central.entries import Posted, account_of, by_document
from tieout.systems.business_central.fields import Row
from tieout.systems.business_central.headers import PURCHASE_FIELDS, SALES_FIELDS, Header, header_of
from tieout.systems.business_central.ids import Document, Record
from tieout.systems.business_central.listed_entries import check_shown
from tieout.systems.business_central.options import Options

# What is asked for, a number of documents or an id, to the keys that ask for it.
_Keys = Mapping[str, Sequence[RecordKey]]
_Readings = Mapping[RecordKey, Reading]
_Documents = Mapping[Document, Posted]
_ENTRIES = "general_ledger"
_ENTITIES = frozenset({translate.DOCUMENTS, _ENTRIES, *queries.SALES})


class OneRead:
    """One call of `read`: once Business Central did not answer, or asked for fewer calls, it is asked nothing more."""

    def __init__(self, ask: Ask, companies: Companies, options: Options) -> None:
        self._ask = ask
        self._companies = companies
        self._options = options
        self._asking = Asking()

    def read(self, keys: Sequence[RecordKey]) -> _Readings:
        """See `BusinessCentralReader.read`."""
        readings: dict[RecordKey, Reading] = {}
        wanted: dict[tuple[str, str], dict[str, list[RecordKey]]] = defaultdict(lambda: defaultdict(list))
        for key in dict.fromkeys(keys):
            try:
                company, asked_for = _named(key)
            except UnreadableRecordError as error:
                readings[key] = error
                continue
            if company in self._options.companies:
                wanted[key.entity, company][asked_for].append(key)
            else:
                readings[key] = translate.unposted_statement(key)
        for (entity, company), keys_of in wanted.items():
            for some in queries.in_chunks(list(keys_of)):
                readings |= self._chunk(entity, company, {each: keys_of[each] for each in some})
        return readings

    def _chunk(self, entity: str, company: str, keys_of: _Keys) -> _Readings:
        """Read one chunk; where something in the answer spoils the whole, its halves."""
        try:
            return self._read(entity, company, keys_of)
        except UnreadableRecordError as error:
            if len(keys_of) > 1:
                items, middle = list(keys_of.items()), len(keys_of) // 2
                halves = (dict(items[:middle]), dict(items[middle:]))
                return {key: each for half in halves for key, each in self._chunk(entity, company, half).items()}
            return _all_as(keys_of, error)
        except (TransientError, PermanentError) as error:
            return _all_as(keys_of, error)

    def _read(self, entity: str, company: str, keys_of: _Keys) -> _Readings:
        if entity == translate.DOCUMENTS:
            return self._documents(company, keys_of)
        resource, stated = (
            (queries.ENTRIES, translate.entry_statement)
            if entity == _ENTRIES
            else (queries.SALES[entity], translate.header_statement)
        )
        found = self._asked(company, resource, queries.by_ids(list(keys_of)))
        if entity == _ENTRIES and not found:
            check_shown(company, self._asked)
        rows = {str(row.get("id")).lower(): row for row in found}
        return {
            key: reading_of(partial(stated, key, company, rows[each]))
            if each in rows
            else translate.unknown_statement(key)
            for each, keys in keys_of.items()
            for key in keys
        }

    def _documents(self, company: str, keys_of: _Keys) -> _Readings:
        query = queries.by_numbers("documentNumber", list(keys_of))
        if any(self._options.dimensions.plain().values()):
            query = queries.with_dimensions(query)
        rows = self._asked(company, queries.ENTRIES, query)
        if not rows:
            check_shown(company, self._asked)
        found = by_document(company, rows, self._options)
        wanted = {Document.parse(key.record_id): key for keys in keys_of.values() for key in keys}
        readings: dict[RecordKey, Reading] = {
            key: translate.unknown_statement(key) for document, key in wanted.items() if document not in found
        }
        known = {document: found[document] for document in wanted if document in found}
        with_header = {document: posted for document, posted in known.items() if document.kind in queries.SALES}
        journals = {document: posted for document, posted in known.items() if document.kind not in queries.SALES}
        for some in (journals, with_header):
            try:
                readings |= self._stated(company, some, wanted)
            except UnreadableRecordError:
                raise
            except (TransientError, PermanentError) as error:  # of what a journal does not need
                readings |= dict.fromkeys((wanted[document] for document in some), error)
        return readings

    def _stated(self, company: str, documents: _Documents, keys: Mapping[Document, RecordKey]) -> _Readings:
        if not documents:
            return {}
        headers = self._headers(company, documents)
        accounts = {account_of(row) for posted in documents.values() for row in posted.rows}
        books = self._companies.get(company, accounts, self._asked)
        stated = translate.document_statement
        return {
            keys[each]: reading_of(partial(stated, keys[each], each, posted, headers.get(each), books, self._options))
            for each, posted in documents.items()
        }

    def _headers(self, company: str, documents: _Documents) -> Mapping[Document, Header]:
        """The sales document behind each, else the purchase document; what only one of them can be behind is asked of it alone."""
        receivable, payable = self._options.receivable_accounts, self._options.payable_accounts
        sold, bought = _touching(documents, receivable), _touching(documents, payable)
        either = documents.keys() - sold - bought
        found = self._headers_in(queries.SALES, SALES_FIELDS, company, sold | either)
        rest = (bought | either) - found.keys()
        return found | self._headers_in(queries.PURCHASES, PURCHASE_FIELDS, company, rest)

    def _headers_in(
        self, resources: Mapping[str, str], fields: Mapping[str, str], company: str, documents: Collection[Document]
    ) -> dict[Document, Header]:
        found: dict[Document, Header] = {}
        for kind, resource in resources.items():
            of_kind = sorted(each for each in documents if each.kind == kind)
            if of_kind:
                query = queries.by_numbers("number", sorted({each.number for each in of_kind}))
                rows = self._rows_if_any(company, resource, {**query, "$select": fields[kind]})
                found |= {each: header for each in of_kind if (header := header_of(each, rows)) is not None}
        return found

    def _rows_if_any(self, company: str, resource: str, query: Mapping[str, str]) -> Sequence[Row]:
        """None of a resource that this version of Business Central does not have, such as purchase credit memos once."""
        try:
            return self._asked(company, resource, query)
        except MissingResourceError:
            return ()

    def _asked(self, company: str, resource: str, query: Mapping[str, str]) -> Sequence[Row]:
        return self._asking(lambda: self._ask(company, resource, query))


def _named(key: RecordKey) -> tuple[str, str]:
    """A key's company, and by what it is asked for; raises `UnreadableRecordError`."""
    if key.entity == translate.DOCUMENTS:
        document = Document.parse(key.record_id)
        return document.company, document.number
    if key.entity in _ENTITIES:
        return Record.parse(key.record_id)
    raise UnreadableRecordError(f"Business Central has no {key.entity} to complete")


def _touching(documents: _Documents, accounts: Collection[str]) -> set[Document]:
    return {each for each, posted in documents.items() if any(account_of(row) in accounts for row in posted.rows)}


def _all_as(keys_of: _Keys, error: TransientError | PermanentError) -> _Readings:
    return {key: error for keys in keys_of.values() for key in keys}
