"""A simulated environment of Dynamics over HTTP, what its users do in it, and a reader and a listing of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from sandbox.systems.dynamics_finance.app import create_app
from sandbox.systems.dynamics_finance.posting import Posting
from sandbox.systems.dynamics_finance.settings import EnvironmentSettings
from tests.support.dynamics_answers import OPTIONS
from tests.support.live_system import LiveSystem, app_credentials
from tests.support.one_server import OneServer
from tieout.arriving.notice import RecordKey
from tieout.facts.documents import PostedDocument
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.landscape import Connection
from tieout.systems.dynamics_finance.listing import DynamicsListing, open_listing
from tieout.systems.dynamics_finance.reader import DynamicsReader, open_reader

CONNECTION = "dynamics-americas"
# How the simulated environment's own events are called: which ids a tenant has stands in its catalogue.
EVENTS = (
    {"id": "CustomerPaymentPostedBusinessEvent", "names": "customer_payment", "field": "Voucher"},
    {"id": "LedgerJournalPostedBusinessEvent", "names": "journal", "field": "JournalNumber"},
)
INVOICE: Mapping[str, Any] = {
    "kind": "sales_invoice", "date": "2026-03-31", "document_date": "2026-03-30", "party": "US-001",
    "lines": [
        {"account": "130100", "amount": "11880.00"},
        {"account": "401100", "amount": "-9900.00", "business_unit": "SW", "cost_centre": "023"},
        {"account": "202100", "amount": "-1980.00"},
    ],
}  # fmt: skip
JOURNAL: Mapping[str, Any] = {
    "kind": "journal", "date": "2026-03-31",
    "lines": [{"account": "600100", "amount": "300.00", "cost_centre": "024"}, {"account": "210100", "amount": "-300.00"}],
}  # fmt: skip
PAYMENT: Mapping[str, Any] = {
    "kind": "customer_payment", "date": "2026-04-10", "party": "US-001",
    "lines": [{"account": "110110", "amount": "5000.00"}, {"account": "130100", "amount": "-5000.00"}],
}  # fmt: skip
BILL: Mapping[str, Any] = {
    "kind": "supplier_invoice", "date": "2026-03-20", "party": "V-001", "number": "2026/0117",
    "lines": [{"account": "600200", "amount": "800.00", "cost_centre": "024"}, {"account": "200100", "amount": "-800.00"}],
}  # fmt: skip


class LiveEnvironment(LiveSystem[DynamicsReader, DynamicsListing]):
    """One environment."""

    api = "/data/"

    def __init__(self, server: OneServer, url: str, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        self.settings = EnvironmentSettings(pause_seconds=0.0, grid_pauses_seconds=(0.0,) * 4, **settings)
        super().__init__(server, url, partial(create_app, self.settings), open_reader, open_listing)
        self.posting = _posting_of(self.app)

    def connection(self, **options: Any) -> Connection:  # noqa: ANN401 options as the landscape states them
        """The connection to it."""
        return Connection(
            name=CONNECTION,
            system="dynamics_finance",
            legal_entity="AMERICAS",
            time_zone="America/Chicago",
            default_currency="USD",
            api_base_url=self.url,
            options={**OPTIONS, "events": list(EVENTS), **options},
        )

    def credentials(self, **changes: str) -> dict[str, str]:
        """What its app calls it with."""
        return app_credentials(self.settings, self.url, **changes)

    def post(self, plain: Mapping[str, Any], **changes: Any) -> str:  # noqa: ANN401 JSON
        """Post a document; the record id of its entry."""
        record_id: str = self.control("POST", "documents", **{**plain, **changes})["record_id"]
        return record_id

    def read(self, record_id: str) -> Reading:
        """The reading of one entry."""
        return self.reading("journal_entry", record_id)

    def fact(self, record_id: str) -> PostedDocument:
        """The document an entry is."""
        reading = self.read(record_id)
        assert isinstance(reading, Statement), reading
        assert isinstance(reading.fact, PostedDocument), reading
        return reading.fact

    def found(self, search: str) -> list[str]:
        """The record ids that a search of an event leads to, over all of its pages."""
        asked: RecordKey | None = RecordKey(CONNECTION, "journal_entry", search)
        ids: list[str] = []
        while asked is not None:
            page = self.reader.list_page(asked)
            ids += [each.record_id for each in page.keys]
            asked = page.following
        return ids


def _posting_of(app: Any) -> Posting:  # noqa: ANN401 Starlette's state is untyped
    posting = app.state.posting
    assert isinstance(posting, Posting)
    return posting
