"""A table whose pages end early, as DynamoDB may end any page: whoever reads only the first one is found out."""

from __future__ import annotations

from tieout.ledger.table import Cursor, Page, Table

_MOST_PAGES = 100


class ShortPages:
    """Implements `tieout.ledger.table.Table` over another one; no page has more than `items`.

    Whoever asks for more pages than a test's table has begins at the first one again and again, and is stopped.
    """

    def __init__(self, table: Table, items: int = 2) -> None:
        self._table = table
        self._items = items
        self._asked = 0
        self.get, self.write, self.write_each = table.get, table.write, table.write_each

    def query(
        self,
        partition: str,
        *,
        prefix: str = "",
        limit: int = 1000,
        after: Cursor | None = None,
        newest_first: bool = False,
    ) -> Page:
        """The beginning of the page the other table would give."""
        shorter = self._shorter(limit)
        return self._table.query(partition, prefix=prefix, limit=shorter, after=after, newest_first=newest_first)

    def index(
        self,
        name: str,
        value: str,
        *,
        prefix: str = "",
        behind: str = "",
        limit: int = 1000,
        after: Cursor | None = None,
    ) -> Page:
        """The beginning of the page the other table would give."""
        return self._table.index(name, value, prefix=prefix, behind=behind, limit=self._shorter(limit), after=after)

    def _shorter(self, limit: int) -> int:
        self._asked += 1
        assert self._asked <= _MOST_PAGES
        return min(limit, self._items)
