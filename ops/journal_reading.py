"""The journal in the archive, as an operator reads it: oldest first, from a moment or from its beginning."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import batched, takewhile

from ops import display
from ops.archive import Archive
from tieout.errors import PermanentError
from tieout.ledger.journal import PREFIX, WINDOW_SECONDS, begins_at, object_key, unpacked
from tieout.moments import moment_text

_READ_AT_ONCE = 16  # S3 answers one request in some 20 ms, and a busy day has 8,640 objects
_LISTED_AT_ONCE = 1000  # the most S3 lists in one request


class UnknownPastError(PermanentError):
    """The journal cannot say how it was at that moment; the message says what it can say."""


def lines(archive: Archive, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[set[bytes]]:
    """The lines of every object that has changes of that time, while it is said how far that has come.

    Args:
        archive: where the journal stands.
        since: the earliest changes wanted; None: those of the journal's beginning. Earlier ones of the same seconds come along.
        until: the latest, with later ones of the same seconds; None: the newest.

    Raises:
        UnknownPastError: the journal is empty, or begins later than `until`.
    """
    for body in display.progress(_bodies(archive, since, until), "objects of the journal read"):
        yield unpacked(body)


def _bodies(archive: Archive, since: datetime | None, until: datetime | None) -> Iterator[bytes]:
    with ThreadPoolExecutor(_READ_AT_ONCE) as readers:
        for some in batched(_keys(archive, since, until), 4 * _READ_AT_ONCE, strict=False):
            yield from readers.map(archive.get, some)


def _keys(archive: Archive, since: datetime | None, until: datetime | None) -> Iterator[str]:
    """The keys of these objects, in order."""
    keys = _keys_since(archive, since)
    first = next(keys, None)
    if first is None:
        raise UnknownPastError("the journal of this stage is empty: nothing is known of the past yet")
    last = first if until is None else object_key(until.astimezone(UTC))
    if first > last and until is not None:
        raise UnknownPastError(
            f"the journal begins at {moment_text(begins_at(first))}: it does not reach back to {moment_text(until)}"
        )
    yield first
    yield from keys if until is None else takewhile(lambda key: key <= last, keys)


def _keys_since(archive: Archive, since: datetime | None) -> Iterator[str]:
    after = PREFIX
    if since is not None:
        after = object_key(since.astimezone(UTC) - timedelta(seconds=WINDOW_SECONDS))
    while page := archive.keys(PREFIX, _LISTED_AT_ONCE, after=after):
        yield from page
        after = page[-1]
