"""A stage as it was known at a moment: the same place, whose ledger is what the journal says it was then."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from datetime import UTC, datetime, timedelta
from itertools import batched

from ops import display
from ops.archive import Archive
from ops.place import Place
from tieout.errors import PermanentError
from tieout.ledger.journal import PREFIX, SETTLED_SECONDS, begins_at, object_key, unpacked
from tieout.ledger.recalled import Replay
from tieout.moments import moment_text

_READ_AT_ONCE = 16  # S3 answers one request in some 20 ms, and a busy day has 8,640 objects


class UnknownPastError(PermanentError):
    """The journal cannot say how it was at that moment; the message says what it can say."""


def place_at(place: Place, moment: datetime, now: datetime) -> Place:
    """The stage with its ledger as it was at a moment, to the second; whatever else it has is as it is now.

    Raises:
        UnknownPastError: the journal begins later, or changes of that moment may still be on their way to it.
        CutJournalError: the journal does not reach back to the ledger's beginning.
    """
    settled = now - timedelta(seconds=SETTLED_SECONDS)
    if moment > settled:
        raise UnknownPastError(
            f"{moment_text(moment)} is not past for long enough: what the ledger was is known up to {moment_text(settled)},"
            " since changes take up to two minutes to the journal"
        )
    past = copy(place)
    past.table = replayed(place.archive, moment.astimezone(UTC)).table()
    return past


def replayed(archive: Archive, moment: datetime) -> Replay:
    """Every change up to a moment, taken from the journal, while it is said how far that has come.

    Raises:
        UnknownPastError: the journal is empty, or begins later.
    """
    replay = Replay(moment)
    for body in display.progress(_bodies(archive, moment), "objects of the journal read"):
        replay.take(unpacked(body))
    return replay


def _bodies(archive: Archive, moment: datetime) -> Iterator[bytes]:
    """The objects of the journal up to a moment, oldest first."""
    with ThreadPoolExecutor(_READ_AT_ONCE) as readers:
        for some in batched(_keys(archive, moment), 4 * _READ_AT_ONCE, strict=False):
            yield from readers.map(archive.get, some)


def _keys(archive: Archive, moment: datetime) -> Iterator[str]:
    """The keys of these objects; to list them costs one request for a thousand."""
    last = object_key(moment)
    keys = (each.key for each in archive.stored(PREFIX))
    first = next(keys, None)
    if first is None:
        raise UnknownPastError("the journal of this stage is empty: nothing is known of the past yet")
    if first > last:
        raise UnknownPastError(
            f"the journal begins at {moment_text(begins_at(first))}: it does not reach back to {moment_text(moment)}"
        )
    yield first
    for key in keys:
        if key > last:
            return
        yield key
