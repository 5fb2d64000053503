"""Says which records are listed, and where the listing goes on: the record ids that begin with `*`."""

from __future__ import annotations

import re
from typing import NamedTuple

from tieout.errors import UnreadableRecordError

_CURSOR = re.compile(r"\*(?:(?P<account>[0-9A-Za-z]{18}):)?(?P<after>[0-9A-Za-z]{18})?", re.ASCII)


class Cursor(NamedTuple):
    """Where a listing in order of ids goes on.

    Attributes:
        account: only what belongs to this account; empty: everything.
        after: behind this id; empty: from the start.
    """

    account: str = ""
    after: str = ""

    @classmethod
    def parse(cls, record_id: str) -> Cursor:
        """The cursor that `text` wrote.

        Raises:
            UnreadableRecordError: for anything else.
        """
        match = _CURSOR.fullmatch(record_id)
        if match is None:
            raise UnreadableRecordError("not a place in a listing of Salesforce's records")
        return cls(match["account"] or "", match["after"] or "")

    def text(self) -> str:
        """The record id that asks for it."""
        return f"*{self.account and f'{self.account}:'}{self.after}"
