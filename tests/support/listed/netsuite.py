"""A simulated NetSuite account whose transactions and customers are listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.netsuite.app import create_app
from sandbox.systems.netsuite.certificates import IntegrationKey, make_key
from sandbox.systems.netsuite.settings import AccountSettings
from tests.support.clock import ManualClock
from tests.support.listed.scene import MASTERS
from tests.support.netsuite_account import BILL, INVOICE, JOURNAL, Account, plain_http
from tests.support.one_server import OneServer

if TYPE_CHECKING:
    import httpx

_TYPES = {
    "invoice": INVOICE,
    "credit_memo": {**INVOICE, "type": "creditmemo"},
    "payment": {**INVOICE, "type": "customerpayment"},
    "journal_entry": JOURNAL,
    "bill": BILL,
}


class NetSuiteScene:
    """See `tests.support.listed.scene`."""

    down = Fault(kind="answer", status=503)
    throttled = Fault(kind="answer", status=429)

    def __init__(self, server: OneServer, url: str, http: httpx.Client) -> None:
        self.clock, self.plan = ManualClock(), FaultPlan()
        settings = AccountSettings(certificate_public_key=_key().public_key)
        app = create_app(settings, plan=self.plan, now=self.clock.now)
        server.app, self._documents, self._masters = app, app.documents, app.masters
        account = Account(url, http, self.clock, _key(), app.documents)
        self.connection = account.connection().name
        self.reader, self.listing = account.reader, account.listing()

    def create(self, entity: str) -> str:
        """Save a transaction, or a customer; its id."""
        if entity in MASTERS:
            return self._masters.save(entity, {"companyname": "Sample Ltd"}).id
        plain = {name: value for name, value in _TYPES[entity].items() if name not in {"id", "number"}}
        return self._documents.create(plain).id

    def change(self, entity: str, record_id: str) -> None:
        """Give a transaction another amount, a customer another name."""
        if entity in MASTERS:
            self._masters.save(entity, {"id": record_id, "companyname": "Another Ltd"})
            return
        lines = [{"account": "6000", "amount": "12.00"}, {"account": "2200", "amount": "-12.00"}]
        self._documents.edit(record_id, {"lines": lines})

    def delete(self, entity: str, record_id: str) -> bool:
        """Delete a record, which the table of deletions tells of."""
        if entity in MASTERS:
            self._masters.delete(entity, record_id)
        else:
            self._documents.delete(record_id)
        return True

    def purge(self, _entity: str, _record_id: str) -> bool:
        """Nothing goes without a trace."""
        return False


@cache
def _key() -> IntegrationKey:
    """One key for all tests, short so that signing is quick."""
    return make_key(2048)


@contextmanager
def open_scene(server: OneServer, url: str) -> Iterator[NetSuiteScene]:
    """A new account."""
    with plain_http() as http:
        yield NetSuiteScene(server, url, http)
