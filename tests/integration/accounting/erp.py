"""What the accounting proof asks of every ERP: books to post in, the line's own reader and listing, and members' names."""

from __future__ import annotations

from dataclasses import dataclass

from tests.integration.accounting.documents import Books
from tests.support.clock import ManualClock
from tieout.facts.listing import Listing
from tieout.facts.reading import SourceReader
from tieout.landscape import Connection


@dataclass(frozen=True, kw_only=True)
class Erp:
    """A simulated ERP with a reader of it.

    Attributes:
        members: the mapping table: on each line a table, the ERP's own name, and what planning calls it.
        entities: what its listing is asked for.
    """

    books: Books
    connection: Connection
    reader: SourceReader
    listing: Listing
    clock: ManualClock
    members: str
    entities: tuple[str, ...]
