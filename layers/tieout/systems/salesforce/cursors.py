"""Says which records are listed, and where the listing goes on: record ids that begin with `*`, and cursors of windows."""

from __future__ import annotations

import re
from typing import NamedTuple

from tieout.errors import UnreadableRecordError

_PLACE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z):([0-9A-Za-z]{18})", re.ASCII)
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


class Place(NamedTuple):
    """Where a listing of what changed within a window goes on: behind the last record it had.

    Attributes:
        stamp: that record's, as `moments.moment_text` writes it.
    """

    stamp: str
    record_id: str

    @classmethod
    def parse(cls, cursor: str) -> Place | None:
        """The place that `text` wrote; None for an empty cursor: from the start.

        Raises:
            UnreadableRecordError: for anything else.
        """
        match = _PLACE.fullmatch(cursor)
        if match is None and cursor:
            raise UnreadableRecordError("not a place in a listing of what changed in Salesforce")
        return cls(match[1], match[2]) if match else None

    def text(self) -> str:
        """The cursor that asks for it."""
        return f"{self.stamp}:{self.record_id}"
