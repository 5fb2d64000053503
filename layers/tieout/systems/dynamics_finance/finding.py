"""Says in a record id which documents are meant: one entry of the books, or those still to be found by what an event named.

An event names an invoice, a voucher or a journal, and never the entry of the general ledger it posted. So its notice asks for a
listing, whose records are entries: `*usmf/customer_invoice/CIV-000713` becomes `usmf/2026-03-31/ARI-000713`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from tieout.arriving.notice import LISTING
from tieout.errors import UnreadableRecordError

ENTITY = "journal_entry"
"""The one entity of this source: whatever is posted is an entry of the books, of a kind that its category and lines decide."""

_ENTRY = re.compile("(?P<company>[^/]+)/(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})/(?P<voucher>.+)", re.DOTALL)


class Entry(NamedTuple):
    """What makes an entry: a voucher counts once for each company and day, and may come again in another year."""

    company: str
    day: date
    voucher: str

    @classmethod
    def parse(cls, record_id: str) -> Entry:
        """The entry that `text` wrote; raises `UnreadableRecordError` for anything else."""
        match = _ENTRY.fullmatch(record_id)
        try:
            if match is not None:
                return cls(match["company"], date.fromisoformat(match["day"]), match["voucher"])
        except ValueError:
            pass
        raise UnreadableRecordError("not the company, day and voucher of an entry")

    def text(self) -> str:
        """Its record id."""
        return f"{self.company}/{self.day}/{self.voucher}"


class Search(NamedTuple):
    """What an event named, and where finding its entries goes on.

    Attributes:
        named: `voucher`, `journal`, or a kind of document by its name.
        after: behind this journal number; empty: from the start.
    """

    company: str
    named: str
    number: str
    after: str = ""

    @classmethod
    def parse(cls, record_id: str) -> Search:
        """The search that `text` wrote; raises `UnreadableRecordError` for anything else."""
        parts = [each.replace("%2F", "/").replace("%25", "%") for each in record_id.removeprefix(LISTING).split("/")]
        if not record_id.startswith(LISTING) or len(parts) != len(cls._fields) or not all(parts[:-1]):
            raise UnreadableRecordError("not a search for entries")
        return cls(*parts)

    def text(self) -> str:
        """The record id that asks for it."""
        return LISTING + "/".join(each.replace("%", "%25").replace("/", "%2F") for each in self)
