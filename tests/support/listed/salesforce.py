"""A simulated Salesforce organisation whose opportunities, contracts and accounts are listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.systems.faults import Fault
from tests.support.one_server import OneServer
from tests.support.salesforce_answers import connection
from tests.support.salesforce_reading import FIELDS, Read, app_key
from tieout.systems.salesforce.listing import open_listing

_OBJECTS = {
    "opportunity": ("Opportunity", "Amount"),
    "contract": ("Contract", "Contract_Value__c"),
    "account": ("Account", "AccountNumber"),
}


class SalesforceScene:
    """See `tests.support.listed.scene`."""

    down = Fault(kind="maintenance")
    throttled = Fault(kind="answer", status=403, body=[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": ""}])

    def __init__(self, read: Read) -> None:
        self._organization = read.organization
        self.clock, self.plan, self.reader = read.clock, read.plan, read.reader
        ours = connection(read.url, **FIELDS)
        self.connection = ours.name
        credentials = {**app_key().credentials(read.settings), "login_url": read.url}
        self.listing = open_listing(ours, credentials, read.http, read.clock)
        self._read = read

    def create(self, entity: str) -> str:
        """Add a record; its id."""
        return self._read.create(_OBJECTS[entity][0])

    def change(self, entity: str, record_id: str) -> None:
        """Give a record another amount, or another number."""
        name, field = _OBJECTS[entity]
        changed: dict[str, Any] = {field: f"1{self._organization.store.row(name, record_id)[field]}"}
        self._organization.update(name, {record_id: changed})

    def delete(self, entity: str, record_id: str) -> bool:
        """Put a record into the recycle bin."""
        self._organization.delete(_OBJECTS[entity][0], [record_id])
        return True

    def purge(self, entity: str, record_id: str) -> bool:
        """Empty the recycle bin of a record."""
        self._organization.purge(_OBJECTS[entity][0], [record_id])
        return True


@contextmanager
def open_scene(server: OneServer, url: str) -> Iterator[SalesforceScene]:
    """A new organisation, in which many records have the same stamp."""
    read = Read(server, url, whole_seconds=True)
    with read.http:
        yield SalesforceScene(read)
