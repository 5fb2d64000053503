"""Says where a listing goes on: behind a row version, or where Dataverse itself said that it does."""

from __future__ import annotations

import re

from tieout.errors import UnreadableRecordError

_VERSION = re.compile("[0-9]{1,19}", re.ASCII)


def version_in(cursor: str) -> int:
    """The row version behind which a listing goes on; 0 for the start of it.

    Raises:
        UnreadableRecordError: for anything else.
    """
    if cursor and _VERSION.fullmatch(cursor) is None:
        raise UnreadableRecordError("not a place in a listing of Dataverse's rows")
    return int(cursor or 0)
