"""Which connections can be listed, which polls and censuses of them are due, and which changes each has to look at; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.census import Purpose, Run
from tieout.facts.listing import Window
from tieout.landscape import Connection, Landscape
from tieout.systems import listable_entities

_FIRST_CENSUS = timedelta(days=1)  # what lies before it, a backfill brings


@dataclass(frozen=True, slots=True, kw_only=True)
class Listable:
    """A connection whose source can list what it has.

    Attributes:
        entities: the ledger's entities that it can list and a flow carries.
        lateness: how long after its stamp a change may first be seen in a list.
    """

    connection: Connection
    entities: tuple[str, ...]
    lateness: timedelta


def sources_of(landscape: Landscape) -> tuple[Listable, ...]:
    """The connections whose systems can list something that a flow carries."""
    flows = landscape.flows_by_entity()
    found = []
    for connection in landscape.connections:
        entities, lateness = listable_entities(connection.system)
        carried = tuple(each for each in entities if each in flows)
        if carried and connection.is_read:
            found.append(Listable(connection=connection, entities=carried, lateness=lateness))
    return tuple(found)


def period_dimensions(landscape: Landscape) -> frozenset[str]:
    """The dimensions of time of the cubes."""
    return frozenset(each.name for feed in landscape.feeds for each in feed.dimensions if each.attribute == "period")


def due(listable: Listable, runs: Sequence[Run], now: datetime) -> Iterator[Run]:
    """The runs of one connection that are to begin; one that is under way is not begun again."""
    last = {(run.entity, run.purpose): run for run in runs}
    connection = listable.connection
    compared = connection.census.entities or listable.entities
    for entity in listable.entities:
        if connection.poll is not None:
            every = timedelta(minutes=connection.poll.every_minutes)
            yield from _due(listable, entity, Purpose.POLL, last.get((entity, Purpose.POLL)), every, every, now)
        if connection.census.every_hours and entity in compared:
            every = timedelta(hours=connection.census.every_hours)
            before = last.get((entity, Purpose.CENSUS))
            yield from _due(listable, entity, Purpose.CENSUS, before, every, _FIRST_CENSUS, now)


def settled(listable: Listable, purpose: Purpose, now: datetime) -> datetime:
    """Before which moment a change should be here: what is still on its way through the line is no difference.

    A poll waits for nobody: nothing else brings what it finds.
    """
    if purpose is Purpose.POLL:
        return now
    return now - timedelta(minutes=listable.connection.census.settle_minutes)


def _due(
    listable: Listable,
    entity: str,
    purpose: Purpose,
    before: Run | None,
    every: timedelta,
    first: timedelta,
    now: datetime,
) -> Iterator[Run]:
    if before is not None and (not before.phase.is_over or now - before.started_at < every):
        return
    until = settled(listable, purpose, now)
    since = before.listed_until if before is not None else until - first
    yield Run.begun(
        connection=listable.connection.name,
        entity=entity,
        purpose=purpose,
        span=Window(since - listable.lateness, until),
        now=now,
        mark=before.mark if before is not None else "",
    )
