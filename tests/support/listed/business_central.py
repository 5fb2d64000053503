"""A simulated Business Central environment whose documents are listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx

from sandbox.systems.faults import Fault
from tests.support.central_environment import PORTUGAL, SPAIN
from tests.support.central_reading import CentralReading
from tests.support.one_server import OneServer

_DAY = "2026-03-02"


class BusinessCentralScene:
    """See `tests.support.listed.scene`; documents are journals, in two companies in turn, and what changes one is its reversal."""

    down = Fault(kind="unavailable")
    throttled = Fault(kind="throttle")

    def __init__(self, central: CentralReading) -> None:
        self._central = central
        self._numbers = count(1)
        self.connection = central.connection().name
        self.clock, self.plan = central.clock, central.plan
        self.reader, self.listing = central.reader(), central.listing()

    def create(self, entity: str) -> str:
        """Post a journal."""
        assert entity == "journal_entry"
        number = next(self._numbers)
        company = (SPAIN, PORTUGAL)[number % 2]
        self._post(company, f"J/{number:05d}", "1.25")
        return f"{company}/{_DAY}/none/J%2F{number:05d}"

    def change(self, entity: str, record_id: str) -> None:
        """Post more under the number of a journal."""
        assert entity == "journal_entry"
        company, _, _, number = record_id.split("/")
        self._post(company, number.replace("%2F", "/"), "0.50")

    def delete(self, _entity: str, _record_id: str) -> bool:
        """Nobody can delete what is posted."""
        return False

    def purge(self, _entity: str, _record_id: str) -> bool:
        """Nor make it vanish."""
        return False

    def _post(self, company: str, number: str, amount: str) -> None:
        lines = [{"account": "6000", "amount": amount}, {"account": "2300", "amount": f"-{amount}"}]
        self._central.journal({"date": _DAY, "number": number, "lines": lines}, company)


@contextmanager
def open_scene(server: OneServer, url: str) -> Iterator[BusinessCentralScene]:
    """A new environment, in which nothing is posted."""
    with httpx.Client(trust_env=False) as http:
        yield BusinessCentralScene(CentralReading(server, url, http))
