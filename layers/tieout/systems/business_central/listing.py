"""Lists the documents of some companies' books by when their entries changed last, for whoever compares them with what arrived.

Entries are never deleted, so nothing is listed as gone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.landscape import Connection
from tieout.money import Money
from tieout.ports import Clock
from tieout.systems.business_central import queries
from tieout.systems.business_central.access import Access, open_access
from tieout.systems.business_central.entries import Posted, by_document, debit_of, entry_number, posting_day, version_of
from tieout.systems.business_central.fields import moment_of
from tieout.systems.business_central.ids import Document, Place
from tieout.systems.business_central.listed_entries import check_shown, next_entries
from tieout.systems.business_central.translate import DOCUMENTS

if TYPE_CHECKING:
    import httpx

ENTITIES = (DOCUMENTS,)
# An entry is stamped when it is written and seen when its posting is committed as a whole. A call of the API ends after ten
# minutes, a session of people's or of the job queue after hours; a batch that posts for longer than one is a rare thing.
LATENESS = timedelta(hours=1)

_CURSOR = re.compile(r"(?P<company>[0-9a-f-]{36})/(?P<after>[0-9]{0,18})", re.ASCII)


def open_listing(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> BusinessCentralListing:
    """A listing of one connection, to be kept; it takes what `open_access` takes."""
    return BusinessCentralListing(connection.name, open_access(connection, credentials, http, clock))


class BusinessCentralListing:
    """Lists the documents of one connection's companies, one company after the other; see `tieout.facts.listing`."""

    def __init__(self, connection: str, access: Access) -> None:
        self._connection = connection
        self._client, self._companies, self._options = access

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """The documents of up to 200 entries that changed within the window.

        A document stands where its last entry of the window does, and in the window in which an entry of it changed last:
        all its entries are read to know both.

        Raises:
            UnreadableRecordError: for another entity, a cursor that is none, or an entry that says not what is listed of it.
            TransientError, PermanentError: as `BusinessCentralClient.rows`.
        """
        _check_listed(entity)
        company, after = self._place_in(cursor)
        place = Place(company, queries.moment(window.since), after)
        entries = next_entries(place, queries.moment(window.until), self._client.rows)
        found = self._posted(company, entries.documents)
        records = tuple(
            self._listed(document, found[document])
            for each in entries.documents
            for document in (each, each.beside())
            if document in found and _stands_among(entries.numbers, found[document], window)
        )
        following = f"{company}/{entries.following.after}" if entries.following else self._next_company(company)
        return ListingPage(records, following)

    def count(self, entity: str, window: Window) -> None:
        """Nobody can say: entries can be counted, and not how many documents they make.

        Raises:
            UnreadableRecordError: for another entity.
        """
        del window
        _check_listed(entity)

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """Those of the documents that are in the books, as they would be listed.

        Raises:
            UnavailableError: also where a company shows no entry at all, which is a lack of permission.
            UnreadableRecordError: if an entry of one says not what is listed of it.
            TransientError, PermanentError: as `BusinessCentralClient.rows`.
        """
        wanted: dict[str, dict[Document, RecordKey]] = defaultdict(dict)
        for key in keys:
            try:
                document = Document.parse(key.record_id)
            except UnreadableRecordError:
                continue
            if document.company in self._options.companies:
                wanted[document.company][document] = key
        known: dict[RecordKey, Listed] = {}
        for company, documents in wanted.items():
            found = self._posted(company, list(documents))
            if not found:
                check_shown(company, self._client.rows)
            known |= {key: self._listed(each, found[each]) for each, key in documents.items() if each in found}
        return known

    def _posted(self, company: str, documents: Sequence[Document]) -> Mapping[Document, Posted]:
        found: dict[Document, Posted] = {}
        for some in queries.in_chunks(sorted({each.number for each in documents})):
            rows = self._client.rows(company, queries.ENTRIES, queries.by_numbers("documentNumber", some))
            found |= by_document(company, rows, self._options)
        return found

    def _listed(self, document: Document, posted: Posted) -> Listed:
        """A document as it is listed; it is worth what is debited, or credited, in all."""
        currency = self._companies.get(document.company, (), self._client.rows).currency
        turnover = sum((abs(debit_of(row)) for row in posted.rows), Decimal(0)) / 2
        try:
            amount = Money.of(turnover, currency)
        except MalformedError as error:
            raise UnreadableRecordError(f"a document cannot be listed: {error.reason}") from error
        key = RecordKey(self._connection, DOCUMENTS, document.text())
        return Listed(key=key, version=version_of(posted.told_by), amount=amount, day=posting_day(document))

    def _place_in(self, cursor: str) -> tuple[str, str]:
        """The company, and the entry behind which its listing goes on."""
        if not cursor:
            return self._options.companies[0], ""
        match = _CURSOR.fullmatch(cursor)
        if match is None or match["company"] not in self._options.companies:
            raise UnreadableRecordError("not a place in a listing of Business Central's documents")
        return match["company"], match["after"]

    def _next_company(self, company: str) -> str:
        place = list(self._options.companies).index(company) + 1
        return f"{self._options.companies[place]}/" if place < len(self._options.companies) else ""


def _check_listed(entity: str) -> None:
    if entity != DOCUMENTS:
        raise UnreadableRecordError(f"Business Central has no {entity} to list")


def _stands_among(numbers: Collection[int], posted: Posted, window: Window) -> bool:
    """Whether a document is listed with the entries of some numbers: its last of the window is, and none changed behind it."""
    changes = {entry_number(row): moment_of(row, "lastModifiedDateTime") for row in posted.told_by}
    last = max((each for each, moment in changes.items() if _is_within(moment, window)), default=None)
    return last in numbers and max(changes.values()) < window.until


def _is_within(moment: datetime, window: Window) -> bool:
    return window.since <= moment < window.until
