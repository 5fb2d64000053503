"""Reads what documents of some companies' books are now, in as few calls as Business Central allows (step 3, record).

Thirty documents of a company cost one call for their entries, and one more for the sales, and one for the purchase,
documents behind them where there are any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tieout.arriving.notice import RecordKey
from tieout.drift import Watch
from tieout.facts.reading import ListedPage, Reading
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.business_central.access import Access, open_access
from tieout.systems.business_central.ids import Place
from tieout.systems.business_central.listed_entries import next_entries
from tieout.systems.business_central.one_read import OneRead
from tieout.systems.business_central.translate import DOCUMENTS

if TYPE_CHECKING:
    import httpx


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> BusinessCentralReader:
    """A reader of one connection, to be kept; it takes what `open_access` takes."""
    access = open_access(connection, credentials, http, clock)
    return BusinessCentralReader(access, access.client.watch)


class BusinessCentralReader:
    """Reads records by key and lists them; see `tieout.facts.reading`.

    Attributes:
        watch: notices in what the client's answers are other than expected, where it shows them.
    """

    def __init__(self, access: Access, watch: Watch | None = None) -> None:
        self.watch = watch or Watch({})
        self._client, self._companies, self._options = access

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it. Never raises a `TieoutError`."""
        return OneRead(self._client.rows, self._companies, self._options).read(keys)

    def list_page(self, key: RecordKey) -> ListedPage:
        """The documents of up to 200 entries of a company that changed since a moment; of all companies, a listing of each.

        Whichever entity's records changed, those in the books are documents: so what is listed is documents always.

        Raises:
            UnreadableRecordError: for a place that is none.
            TransientError, PermanentError: as `BusinessCentralClient.rows`.
        """
        place = Place.parse(key.record_id)
        documents = key._replace(entity=DOCUMENTS)
        if not place.company:
            everyone = (Place(company=each).text() for each in self._options.companies)
            return ListedPage(tuple(documents._replace(record_id=each) for each in everyone), None)
        if place.company not in self._options.companies:
            return ListedPage((), None)
        page = next_entries(place, "", self._client.rows)
        keys = dict.fromkeys(documents._replace(record_id=each.text()) for each in page.documents)
        following = documents._replace(record_id=page.following.text()) if page.following else None
        return ListedPage(tuple(keys), following)
