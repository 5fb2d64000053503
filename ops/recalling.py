"""A stage as it was known at a moment: the same place, whose ledger is what the journal says it was then."""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta

from ops.archive import Archive
from ops.journal_reading import UnknownPastError, lines
from ops.place import Place
from tieout.ledger.journal import SETTLED_SECONDS
from tieout.ledger.recalled import RecalledTable, Replay
from tieout.moments import moment_text


def place_at(place: Place, moment: datetime, now: datetime) -> Place:
    """The stage with its ledger as it was at a moment (`recalled`); whatever else it has is as it is now."""
    past = copy(place)
    past.table = recalled(place.archive, moment, now)
    return past


def recalled(archive: Archive, moment: datetime, now: datetime) -> RecalledTable:
    """The ledger as it was at a moment, to the second.

    Raises:
        UnknownPastError: the journal begins later, or changes of that moment may still be on their way to it.
        IncompleteJournalError: the journal lacks changes.
    """
    settled = now - timedelta(seconds=SETTLED_SECONDS)
    if moment > settled:
        raise UnknownPastError(
            f"{moment_text(moment)} is not past for long enough: what the ledger was is known up to {moment_text(settled)},"
            " since changes take up to two minutes to the journal"
        )
    return replayed(archive, moment).table()


def replayed(archive: Archive, moment: datetime) -> Replay:
    """Every change up to a moment, taken from the journal; raises `UnknownPastError` where that begins later."""
    replay = Replay(moment)
    for some in lines(archive, until=moment):
        replay.take(some)
    return replay
