"""Says where a listing of Zuora's records goes on: of which kind, behind which, and how far in the file of which job; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tieout.errors import UnreadableRecordError

_BETWEEN = ":"
_JOB = re.compile("[0-9A-Za-z-]{1,64}", re.ASCII)
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)
_COUNT = re.compile("[0-9]{1,12}", re.ASCII)


class Place(NamedTuple):
    """A place in a listing.

    Attributes:
        kind: of the objects that are listed.
        after: the last one that was listed; empty for none.
        job: whose file has those behind it; empty as long as there is none.
        offset: how many bytes of that file were read.
        lost: how many jobs before this one came to nothing since a record was listed last.
        begun: when the job was, in seconds since 1970.
    """

    kind: str
    after: str = ""
    job: str = ""
    offset: int = 0
    lost: int = 0
    begun: int = 0

    def cursor(self) -> str:
        """The place as a text."""
        return _BETWEEN.join(map(str, self))


def place_in(cursor: str, kinds: Sequence[str]) -> Place:
    """The place that a cursor names; of an empty one the beginning of the first kind.

    Raises:
        UnreadableRecordError: for anything that no page has named.
    """
    if not cursor:
        return Place(kinds[0])
    parts = cursor.split(_BETWEEN)
    if len(parts) != len(Place._fields) or not _is_sound(*parts) or parts[0] not in kinds:
        raise UnreadableRecordError("not a place in a listing of Zuora's records")
    kind, after, job, *counts = parts
    return Place(kind, after, job, *map(int, counts))


def _is_sound(_kind: str, after: str, job: str, *counts: str) -> bool:
    named = (not after or _NAME.fullmatch(after)) and (not job or _JOB.fullmatch(job))
    return bool(named) and all(_COUNT.fullmatch(each) for each in counts)


def following(place: Place, kinds: Sequence[str]) -> str:
    """Where the next kind begins; empty where there is none."""
    behind = kinds[kinds.index(place.kind) + 1 :]
    return Place(behind[0]).cursor() if behind else ""
