"""Begins comparisons of what a source lists with what is here; the census function carries them on."""

from __future__ import annotations

from datetime import UTC, datetime

from ops.place import Place
from ops.told import Entrance
from tieout.census import Purpose, Run
from tieout.errors import PermanentError
from tieout.facts.listing import Window
from tieout.ledger.censuses import CensusLedger


class UnlistedError(PermanentError):
    """The source cannot list what is asked for; the message says what it can."""


def begin(place: Place, connection: str, entity: str, purpose: Purpose, span: Window) -> list[Run]:
    """Begin comparing one kind of record of a connection, or all that can be listed; the runs.

    Raises:
        StillRunningError: one of the same purpose is under way.
        UnlistedError: the source cannot list it.
    """
    ledger, now = CensusLedger(place.table), datetime.now(UTC)
    begun = []
    for each in listed_of(place.connection(connection), entity):
        run = Run.begun(connection=connection, entity=each, purpose=purpose, span=span, now=now, asked_by=place.who)
        ledger.begin(run)
        begun.append(run)
    return begun


def listed_of(entrance: Entrance, entity: str) -> tuple[str, ...]:
    """The kinds of records meant; `UnlistedError` where the source cannot list them."""
    if not entrance.listed:
        raise UnlistedError(f"{entrance.system} cannot list what it has")
    if entity and entity not in entrance.listed:
        raise UnlistedError(f"{entrance.system} cannot list {entity}; it lists {', '.join(entrance.listed)}")
    return (entity,) if entity else entrance.listed
