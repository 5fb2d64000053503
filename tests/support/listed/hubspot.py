"""A simulated HubSpot account whose deals and companies are listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.hubspot.app import create_app
from sandbox.systems.hubspot.portal import Portal
from sandbox.systems.hubspot.settings import Settings
from tests.support.clock import ManualClock
from tests.support.hubspot_account import DEAL, TOKEN, connection_to
from tests.support.listed.scene import MASTERS
from tests.support.one_server import OneServer
from tieout.systems.hubspot.listing import open_listing
from tieout.systems.hubspot.reader import open_reader

_MANY = 1_000_000
CREDENTIALS = {"access_token": TOKEN}


class HubSpotScene:
    """See `tests.support.listed.scene`."""

    down = Fault(kind="answer", status=503)
    throttled = Fault(kind="answer", status=429, body={"policyName": "SECONDLY"})

    def __init__(self, server: OneServer, url: str, http: httpx.Client) -> None:
        self.settings = Settings(searches_per_second=_MANY, calls_per_ten_seconds=_MANY)
        self.clock, self.plan = ManualClock(), FaultPlan()
        server.app = create_app(self.settings, plan=self.plan, now=self.clock.now)
        self.portal: Portal = server.app.state.portal
        connection = connection_to(url)
        self.connection = connection.name
        self.reader = open_reader(connection, CREDENTIALS, http, self.clock)
        self.listing = open_listing(connection, CREDENTIALS, http, self.clock)

    def create(self, entity: str) -> str:
        """Add a deal or a company; its id."""
        if entity in MASTERS:
            return self.portal.create_company("Sample Ltd")
        return self.portal.create_deal(DEAL).deal_id

    def change(self, entity: str, record_id: str) -> None:
        """Give a deal another amount, a company another name."""
        if entity in MASTERS:
            self.portal.masters["companies"].change(record_id, {"name": "Another Ltd"})
            return
        amount = self.portal.deals[record_id].properties["amount"] or "0"
        self.portal.change_deal(record_id, {"amount": f"1{amount}"})

    def delete(self, entity: str, record_id: str) -> bool:
        """Put a record into the recycling bin."""
        if entity in MASTERS:
            self.portal.masters["companies"].archive(record_id)
        else:
            self.portal.archive_deal(record_id)
        return True

    def purge(self, entity: str, record_id: str) -> bool:
        """Forget a record."""
        if entity in MASTERS:
            self.portal.masters["companies"].purge(record_id)
        else:
            self.portal.purge_deal(record_id)
        return True


@contextmanager
def open_scene(server: OneServer, url: str) -> Iterator[HubSpotScene]:
    """A new account."""
    with httpx.Client() as http:
        yield HubSpotScene(server, url, http)
