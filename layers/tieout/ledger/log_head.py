"""The head of the operators' log in the ledger: how many entries there are, and the hash of the last."""

from __future__ import annotations

from tieout.errors import ConflictError
from tieout.ledger import control_keys
from tieout.ledger.table import Absent, Condition, ConditionFailedError, Equals, Item, Put, Table
from tieout.operator_log import EMPTY, Entry, Head

_TRIES = 50


class LogHead:
    """It lies in another service than the entries, so that whoever cuts the end of these off has to change it, too."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self) -> Head:
        """The last entry that is known here; there may be more."""
        return _head(self._item())

    def advance(self, entry: Entry) -> None:
        """Know an entry to be the last, unless a later one is known.

        Raises:
            ConflictError: too many others do the same at this moment; the entry stands all the same.
        """
        for _ in range(_TRIES):
            item = self._item()
            if _head(item).number >= entry.number:
                return
            unchanged: Condition = Equals("number", item["number"]) if item else Absent("number")
            head: Item = {"number": entry.number, "digest": entry.digest}
            try:
                self._table.write([Put(control_keys.LOG_HEAD, head, unchanged)])
            except ConditionFailedError:
                continue
            return
        raise ConflictError("the log's head is written by too many at once")

    def _item(self) -> Item | None:
        return self._table.get([control_keys.LOG_HEAD]).get(control_keys.LOG_HEAD)


def _head(item: Item | None) -> Head:
    return Head(int(item["number"]), str(item["digest"])) if item else EMPTY
