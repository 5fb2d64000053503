"""A simulated environment of Dynamics whose entries are listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.systems.dynamics_finance.documents import document_of
from sandbox.systems.faults import Fault
from tests.support.dynamics_environment import CONNECTION, JOURNAL, LiveEnvironment
from tests.support.one_server import OneServer

_MANY = 1_000_000


class DynamicsScene:
    """See `tests.support.listed.scene`."""

    connection = CONNECTION
    down = Fault(kind="answer", status=503)
    throttled = Fault(kind="answer", status=429)

    def __init__(self, live: LiveEnvironment) -> None:
        self.clock, self.plan, self._posting = live.clock, live.plan, live.posting
        self.reader, self.listing = live.reader, live.listing
        self._changes = 0

    def create(self, _entity: str) -> str:
        """Post a journal; the id of its entry."""
        document = self._posting.post(document_of(JOURNAL)).document
        return f"{document.company}/{document.date}/{document.voucher}"

    def change(self, _entity: str, record_id: str) -> None:
        """Repair an entry, as support does: no user changes what is posted."""
        self._changes += 1
        self._posting.correct(*_named(record_id), f"{self._changes}.00")

    def delete(self, _entity: str, _record_id: str) -> bool:
        """Nobody deletes what is posted."""
        return False

    def purge(self, _entity: str, record_id: str) -> bool:
        """Archive an entry."""
        self._posting.archive(*_named(record_id))
        return True


def _named(record_id: str) -> tuple[str, str]:
    company, _, voucher = record_id.split("/")
    return company, voucher


@contextmanager
def open_scene(server: OneServer, url: str) -> Iterator[DynamicsScene]:
    """A new environment."""
    live = LiveEnvironment(server, url, calls_in_window=_MANY)
    with live.http:
        yield DynamicsScene(live)
