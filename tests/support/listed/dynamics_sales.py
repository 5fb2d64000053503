"""A simulated environment of Dynamics 365 Sales whose opportunities and accounts are listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sandbox.systems.dynamics_sales.tables import OPPORTUNITIES
from sandbox.systems.faults import Fault
from tests.support.dynamics_sales_environment import CONNECTION, LiveSales
from tests.support.listed.scene import MASTERS
from tests.support.one_server import OneServer

_MANY = 1_000_000


class DataverseScene:
    """See `tests.support.listed.scene`."""

    connection = CONNECTION
    down = Fault(kind="answer", status=503)
    throttled = Fault(kind="answer", status=429)

    def __init__(self, live: LiveSales) -> None:
        self.clock, self.plan, self._selling, self._tables = live.clock, live.plan, live.selling, live.tables
        self.reader, self.listing = live.reader, live.listing
        self._changes = 0

    def create(self, entity: str) -> str:
        """Open an opportunity, or add an account; its id."""
        if entity in MASTERS:
            return self._selling.keep("accounts", {"name": "North"})[0].row_id
        stated = {"estimatedvalue": "10.00", "estimatedclosedate": "2026-12-15", "currency": "EUR"}
        return self._selling.save(stated)[0].row_id

    def change(self, entity: str, record_id: str) -> None:
        """Estimate another value, or name it otherwise."""
        if entity in MASTERS:
            self._selling.keep("accounts", {"accountid": record_id, "name": "South"})
            return
        self._changes += 1
        self._selling.save({"opportunityid": record_id, "estimatedvalue": f"{self._changes}.50"})

    def delete(self, entity: str, record_id: str) -> bool:
        """Delete a row."""
        if entity in MASTERS:
            self._selling.drop("accounts", record_id)
        else:
            self._selling.delete(record_id)
        return True

    def stamp_of(self, version: str) -> datetime:
        """When the row was saved that has this version."""
        kept = [*self._tables.rows(OPPORTUNITIES), *self._tables.rows("accounts")]
        rows = {int(row["versionnumber"]): str(row["modifiedon"]) for row in kept}
        return datetime.fromisoformat(rows[int(version)])

    def purge(self, _entity: str, _record_id: str) -> bool:
        """What is deleted is gone already."""
        return False


@contextmanager
def open_scene(server: OneServer, url: str) -> Iterator[DataverseScene]:
    """A new environment."""
    live = LiveSales(server, url, calls_in_window=_MANY)
    with live.http:
        yield DataverseScene(live)
