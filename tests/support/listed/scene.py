"""What the contract of listings asks of each system that has one: a simulated account of it, and what happens there.

`tests/support/listed/<system>.py` has `open_scene(server, url)`, which makes one of these behind the server and closes it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

from sandbox.systems.faults import Fault, FaultPlan
from tests.support.clock import ManualClock
from tieout.facts.listing import Listing
from tieout.facts.master_data import ENTITIES
from tieout.facts.reading import SourceReader

MASTERS = frozenset(each for entities in ENTITIES.values() for each in entities)
"""The entities whose records are master data: they have no amounts and no days."""


class Scene(Protocol):
    """A new account without records of the entities that are listed, answering over HTTP.

    Attributes:
        connection: the name of the connection to it.
        clock: of the account and of ours; nothing stands still at one moment for longer than the account's stamps do.
        reader: of the account.
        listing: of the account.
        plan: the faults planted in it.
        down: has the account fail to answer a call.
        throttled: has the account refuse a call because there were too many.
    """

    connection: str
    clock: ManualClock
    reader: SourceReader
    listing: Listing
    plan: FaultPlan
    down: Fault
    throttled: Fault

    def create(self, entity: str) -> str:
        """Add a record; its id."""
        ...

    def change(self, entity: str, record_id: str) -> None:
        """Give a record another amount."""
        ...

    def delete(self, entity: str, record_id: str) -> bool:
        """Delete a record as users do; False where the system's users cannot."""
        ...

    def purge(self, entity: str, record_id: str) -> bool:
        """Remove a record without a trace; False where the system never does."""
        ...


@runtime_checkable
class Numbering(Protocol):
    """What a scene can also be: its account numbers its versions, and stamps records beside."""

    def stamp_of(self, version: str) -> datetime:
        """When the record was stamped that has this version."""
        ...


def stamp_of(scene: Scene, version: str) -> datetime:
    """The stamp by which a version is listed: most versions are their own."""
    return scene.stamp_of(version) if isinstance(scene, Numbering) else datetime.fromisoformat(version)
