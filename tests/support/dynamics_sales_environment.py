"""A simulated environment of Dynamics 365 Sales over HTTP, what its users do in it, and a reader and a listing of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.systems.dynamics_sales.app import create_app
from sandbox.systems.dynamics_sales.selling import Selling
from sandbox.systems.dynamics_sales.settings import EnvironmentSettings
from sandbox.systems.dynamics_sales.tables import Tables
from tests.support.live_system import LiveSystem, app_credentials
from tests.support.one_server import OneServer
from tieout.facts.opportunity import Opportunity
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.landscape import Connection
from tieout.systems.dynamics_sales.listing import DataverseListing, open_listing
from tieout.systems.dynamics_sales.reader import DataverseReader, open_reader

CONNECTION = "sales-nordics"
ACCOUNT, CONTACT = "0a000000-0000-4000-8000-000000000901", "0b000000-0000-4000-8000-000000000901"
SOFTWARE, SERVICES = "0c000000-0000-4000-8000-000000000001", "0c000000-0000-4000-8000-000000000002"


class LiveSales(LiveSystem[DataverseReader, DataverseListing]):
    """One environment."""

    api = "/api/data/"

    def __init__(self, server: OneServer, url: str, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        self.settings = EnvironmentSettings(**settings)
        super().__init__(server, url, partial(create_app, self.settings), open_reader, open_listing)
        self.selling, self.tables = _parts_of(self.app)

    def connection(self, **options: Any) -> Connection:  # noqa: ANN401 options as the landscape states them
        """The connection to it."""
        return Connection(
            name=CONNECTION,
            system="dynamics_sales",
            legal_entity="NORDICS",
            time_zone="Europe/Stockholm",
            default_currency="EUR",
            api_base_url=self.url,
            options={"organization_id": self.settings.organization_id, **options},
        )

    def credentials(self, **changes: str) -> dict[str, str]:
        """What its app calls it with."""
        return app_credentials(self.settings, self.url, **changes)

    def open(self, **stated: Any) -> str:  # noqa: ANN401 JSON
        """Open an opportunity; its id."""
        known = {
            "name": "Renewal of the north",
            "_parentaccountid_value": ACCOUNT,
            "estimatedvalue": "1200.50",
            "currency": "EUR",
            "estimatedclosedate": "2026-12-15",
            "closeprobability": 40,
            "stepname": "2-Develop",
        }
        return str(self.control("POST", "opportunities", **{**known, **stated})["id"])

    def change(self, record_id: str, **stated: Any) -> None:  # noqa: ANN401 JSON
        """Change an opportunity."""
        self.control("POST", "opportunities", opportunityid=record_id, **stated)

    def sell(self, record_id: str, product: str | None, amount: str) -> str:
        """Put a product into an opportunity; its id."""
        path = f"opportunities/{record_id}/products"
        return str(self.control("POST", path, _productid_value=product, extendedamount=amount)["id"])

    def read(self, record_id: str, entity: str = "opportunity") -> Reading:
        """The reading of one record."""
        return self.reading(entity, record_id)

    def statement(self, record_id: str) -> Statement:
        """What an opportunity is said to be."""
        reading = self.read(record_id)
        assert isinstance(reading, Statement), reading
        return reading

    def fact(self, record_id: str) -> Opportunity:
        """The fact that an opportunity is."""
        fact = self.statement(record_id).fact
        assert isinstance(fact, Opportunity), fact
        return fact


def _parts_of(app: Any) -> tuple[Selling, Tables]:  # noqa: ANN401 Starlette's state is untyped
    selling, tables = app.state.selling, app.state.tables
    assert isinstance(selling, Selling)
    assert isinstance(tables, Tables)
    return selling, tables
