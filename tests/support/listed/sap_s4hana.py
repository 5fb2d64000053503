"""A simulated S/4HANA tenant whose sales orders, billing documents and journal entries are listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.sap_s4hana.app import create_app
from sandbox.systems.sap_s4hana.billing import Billing
from sandbox.systems.sap_s4hana.entries import EntryKey
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.tenant import Tenant
from tests.support.clock import ManualClock
from tests.support.one_server import OneServer
from tests.support.sap_reading import BILL, ORDER, connection_to, credentials_of, entry_id
from tieout.systems.sap_s4hana.listing import open_listing
from tieout.systems.sap_s4hana.reader import open_reader

_MANY = 1_000_000
_ENTRY = {
    "company_code": "1010",
    "posting_date": "2026-03-02",
    "items": [{"account": "65100000", "amount": "300.00"}, {"account": "21200000", "amount": "-300.00"}],
}


class TenantScene:
    """See `tests.support.listed.scene`."""

    down = Fault(kind="answer", status=503)
    throttled = Fault(kind="answer", status=429)

    def __init__(self, server: OneServer, url: str, http: httpx.Client) -> None:
        settings = TenantSettings(calls_a_minute_max=_MANY)
        self.clock, self.plan = ManualClock(), FaultPlan()
        server.app = create_app(settings, plan=self.plan, now=self.clock.now)
        self.tenant: Tenant = server.app.state.tenant
        connection = connection_to(url)
        self.connection = connection.name
        self.reader = open_reader(connection, credentials_of(settings), http, self.clock)
        self.listing = open_listing(connection, credentials_of(settings), http, self.clock)

    def create(self, entity: str) -> str:
        """Add an order, a bill or an entry; its id."""
        with self.tenant.saving() as work:
            if entity == "sales_order":
                return SalesOrders(work).create(ORDER)
            if entity == "billing_document":
                return Billing(work).create({**BILL, "posted": False})
            return entry_id(Journal(work).post(_ENTRY).plain())

    def change(self, entity: str, record_id: str) -> None:
        """Give an order another amount, hand a bill to accounting; of an entry only the date of its last change moves."""
        with self.tenant.saving() as work:
            if entity == "sales_order":
                SalesOrders(work).change_item(record_id, "10", {"NetAmount": f"{1000 + self.clock.now().second}.00"})
            elif entity == "journal_entry":
                company, year, document = record_id.split("/")
                Journal(work).touch(EntryKey(company_code=company, fiscal_year=year, document=document), {})
            elif not work.store.row("A_BillingDocument", BillingDocument=record_id)["AccountingDocument"]:
                Billing(work).post(record_id)

    def delete(self, entity: str, record_id: str) -> bool:
        """Delete an order; what is billed or posted never is."""
        if entity != "sales_order":
            return False
        with self.tenant.saving() as work:
            SalesOrders(work).delete(record_id)
        return True

    def purge(self, entity: str, record_id: str) -> bool:
        """Nothing is left of an order that was deleted."""
        return self.delete(entity, record_id)


@contextmanager
def open_scene(server: OneServer, url: str) -> Iterator[TenantScene]:
    """A new tenant."""
    with httpx.Client(timeout=30, trust_env=False) as http:
        yield TenantScene(server, url, http)
