"""The account's customers, items, accounts and departments, as its users keep them in the tables that SuiteQL shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.systems.netsuite.books import Books

# record type as scripts name it: (table, what the table of deleted records calls it)
MASTER_TYPES = {
    "customer": ("entity", "customer"),
    "inventoryitem": ("item", "inventoryItem"),
    "serviceitem": ("item", "serviceSaleItem"),
    "account": ("every_account", "account"),
    "department": ("department", "department"),
}
_FIRST_ID = 9000


@dataclass(frozen=True, kw_only=True)
class Master:
    """A record as it is now: its columns, by their names in SuiteQL."""

    id: str
    type: str
    fields: Mapping[str, str | None]


class Masters:
    """The account's master data, kept in the books alone.

    Args:
        books: where it stands.
        now: the account's clock.
        time_zone: tells the account's zone, in which the books keep the last modification.
    """

    def __init__(self, books: Books, now: Callable[[], datetime], time_zone: Callable[[], str]) -> None:
        self._books, self._now, self._time_zone = books, now, time_zone
        self._highest_id = _FIRST_ID

    def get(self, record_type: str, record_id: str) -> Master | None:
        """A record, None where there is none of that type and id."""
        table, _ = MASTER_TYPES[record_type]
        row = self._books.one(f"SELECT * FROM {table} WHERE id = ?", record_id)  # noqa: S608 our own names
        if row is None or (table == "entity" and row["type"] != "CustJob"):
            return None
        return Master(id=record_id, type=record_type, fields=dict(row))

    def save(self, record_type: str, stated: Mapping[str, Any]) -> Master:
        """Save a new record, or one with some columns changed; of a customer also its `country` and its `subsidiaries`.

        Raises:
            ValueError: if there is no such type or column.
        """
        if record_type not in MASTER_TYPES:
            raise ValueError("no such record type")
        table, _ = MASTER_TYPES[record_type]
        record_id = str(stated.get("id") or self._highest_id + 1)
        before = self.get(record_type, record_id)
        apart = {"id", "country", "subsidiaries"}
        columns = {**(before.fields if before else {}), **{n: v for n, v in stated.items() if n not in apart}}
        columns |= {"id": record_id, "lastmodifieddate": self._wall_clock()}
        if table == "entity":
            columns |= {"type": "CustJob", "defaultbillingaddress": self._address(record_id, stated)}
            self._share(record_id, stated.get("subsidiaries"))
        self._books.replace(table, columns)
        self._highest_id = max(self._highest_id, int(record_id))
        return Master(id=record_id, type=record_type, fields=columns)

    def delete(self, record_type: str, record_id: str) -> Master:
        """Remove a record, which the table of deletions tells of; what it was. `KeyError` where there is none."""
        found = self.get(record_type, record_id)
        if found is None:
            raise KeyError(record_id)
        table, deleted_as = MASTER_TYPES[record_type]
        self._books.sql.execute(f"DELETE FROM {table} WHERE id = ?", (record_id,))  # noqa: S608 our own names
        self._books.insert("deletedrecord", [record_id, deleted_as, self._wall_clock(), "A. Clerk", "UIF"])
        return found

    def _address(self, customer: str, stated: Mapping[str, Any]) -> str:
        """The customer's billing address: its key is the customer's id."""
        if "country" in stated:
            self._books.replace("entityaddress", {"nkey": customer, "country": stated["country"]})
        return customer

    def _share(self, customer: str, subsidiaries: list[str] | None) -> None:
        if subsidiaries is None:
            return
        self._books.sql.execute("DELETE FROM customersubsidiaryrelationship WHERE entity = ?", (customer,))
        for each in subsidiaries:
            self._books.insert("customersubsidiaryrelationship", [customer, each])

    def _wall_clock(self) -> str:
        return self._now().astimezone(ZoneInfo(self._time_zone())).strftime("%Y-%m-%d %H:%M:%S")
