"""The tenant's objects: numbered as people call them, stamped in its time zone, found by what they have, and open to SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.systems.keeping import Keeping, Object, Where
from sandbox.systems.zuora import trino
from sandbox.systems.zuora.tables import KINDS, views

_OWN_TABLES = frozenset({"objects", "numbers", "reading", "sqlite_master"})
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})


class Store(Keeping):
    """Objects by id; not for several threads.

    Args:
        now: the tenant's clock.
        zone: says in which time zone it is.
    """

    def __init__(self, now: Callable[[], datetime], zone: Callable[[], str]) -> None:
        super().__init__()
        self._now, self._zone = now, zone
        trino.teach(self._sql)
        self._sql.execute(
            "CREATE INDEX objects_by_name ON objects (object, json_extract(body, '$.name') COLLATE NOCASE)"
        )
        self._sql.execute("CREATE TABLE reading (deleted INTEGER)")
        self._sql.execute("INSERT INTO reading VALUES (0)")
        for each in views():
            self._sql.execute(each)

    def moment(self) -> str:
        """Now, in whole seconds, with the offset of the tenant's time zone."""
        return self._now().astimezone(ZoneInfo(self._zone())).isoformat(timespec="seconds")

    def today(self) -> date:
        """The day it is for the tenant."""
        return self._now().astimezone(ZoneInfo(self._zone())).date()

    def add(self, kind: str, stated: Mapping[str, Any]) -> Object:
        """A new object of a kind, made now, with an id and a number of its own unless they are stated."""
        number, declared = self.next_number("objects"), KINDS[kind]
        stamped = {"createdDate": self.moment(), "updatedDate": self.moment(), "deleted": False}
        made = {"id": self.new_id(), "kind": kind, **stamped, **stated}
        if declared.number not in made:
            made[declared.number] = self.new_number(declared.prefix)
        self.keep(made["id"], kind, self._second(), number, made)
        return made

    def new_id(self) -> str:
        """An id, of an object or of what is a part of one."""
        return f"8ad0{self.next_number('ids'):028x}"

    def new_number(self, prefix: str) -> str:
        """The next number of what is called by that prefix."""
        return f"{prefix}{self.next_number(prefix):08d}"

    def save(self, changed: Object) -> None:
        """Write an object as it is now, from now on."""
        changed["updatedDate"] = self.moment()
        self.overwrite(changed["id"], changed)

    def found(self, kind: str, key: str) -> Object:
        """The object of a kind that has an id or a number; `KeyError` where there is none, or none any more."""
        with suppress(KeyError):
            found = self.get(key)
            if found["kind"] == kind and not found["deleted"]:
                return found
        named = f"json_extract(body, '$.{KINDS[kind].number}') = ? COLLATE NOCASE"
        newest, _ = self.page_of(kind, Where([named], [key], "number DESC"), 1)
        if not newest:
            raise KeyError(key)
        return newest[0]

    def page_of(self, kind: str, where: Where, most: int) -> tuple[Sequence[Object], bool]:
        """The first objects of a kind that are wanted and not deleted, and whether there are more."""
        found, has_more = self.page(kind, where._replace(conditions=[*where.conditions, _STANDS]), most)
        return [each for _, each in found], has_more

    def select(self, statement: str, *, deleted: bool | None) -> Sequence[Object]:
        """The rows that a statement selects of the tables, by the names of their columns.

        The tables show what was not `deleted`, or that alone; with None both.

        Raises:
            sqlite3.Error: for what is no such statement.
        """
        self._sql.execute("UPDATE reading SET deleted = ?", [deleted])
        self._sql.set_authorizer(_authorize)
        try:
            answer = self._sql.execute(statement)
            names = [each[0] for each in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        finally:
            self._sql.set_authorizer(None)

    def _second(self) -> int:
        return int(self._now().astimezone(UTC).timestamp())


_STANDS = "json_extract(body, '$.deleted') = 0"


def _authorize(action: int, subject: str | None, _field: str | None, _database: str | None, view: str | None) -> int:
    """Let a query read through the views alone."""
    is_own = action == sqlite3.SQLITE_READ and subject in _OWN_TABLES and view is None
    return sqlite3.SQLITE_OK if action in _ALLOWED and not is_own else sqlite3.SQLITE_DENY
