"""Change tracking: all rows of an entity set at first, and then what was written or deleted since, for as long as that is known.

https://learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sandbox.systems.dynamics_sales.settings import EnvironmentSettings
from sandbox.systems.dynamics_sales.showing import shown
from sandbox.systems.dynamics_sales.tables import Tables

TOKEN = "$deltatoken"
_SKIP = "$skiptoken"
_WRITTEN, _DELETED = 0, 1
_START = (_WRITTEN, 0)
_REFUSED = ("$filter", "$orderby", "$expand", "$top")


_Change = tuple[int, int, dict[str, Any]]  # its kind, its version, and what is shown


class TrackingError(Exception):
    """The Web API refuses to track changes.

    Attributes:
        code: of its answer.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Page(NamedTuple):
    """A page of changes, and the parameters by which it goes on."""

    rows: list[dict[str, Any]]
    place: dict[str, str]
    is_last: bool


class Tracking:
    """What has changed in the tables."""

    def __init__(self, settings: EnvironmentSettings, tables: Tables, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._tables = tables
        self._now = now

    def page(self, entity_set: str, parameters: Mapping[str, str], page_rows: int, base: str) -> Page:
        """A page of what has changed since the token of a delta link; without one, of all rows.

        Raises:
            TrackingError: for what cannot be asked for here, and for a token that is too old.
        """
        for each in _REFUSED:
            if each in parameters:
                raise TrackingError(
                    "0x80060888", f'The "{each}" query parameter isn\'t supported when Change Tracking is enabled.'
                )
        since, until, behind = self._place(parameters)
        changed = self._written(entity_set, parameters, since, until)
        changed += self._deleted(entity_set, since, until, base) if since else []
        left = [each for each in changed if each[:2] > behind]
        rows = [row for *_, row in left[:page_rows]]
        if page_rows < len(left):
            kind, version, _ = left[page_rows - 1]
            return Page(rows, {_SKIP: f"{since}!{until}!{kind}!{version}"}, is_last=False)
        return Page(rows, {TOKEN: f"{until}!{self._now().isoformat(timespec='seconds')}"}, is_last=True)

    def _place(self, parameters: Mapping[str, str]) -> tuple[int, int, tuple[int, int]]:
        """From which version on, up to which, and behind what: what was written comes before what was deleted."""
        if _SKIP in parameters:
            since, until, *behind = (int(each) for each in parameters[_SKIP].split("!"))
            return since, until, (behind[0], behind[1])
        if TOKEN not in parameters:
            return 0, self._tables.version, _START
        version, _, at = parameters[TOKEN].partition("!")
        if self._now() - datetime.fromisoformat(at) > timedelta(seconds=self._settings.tracking_seconds):
            raise TrackingError(
                "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync."
            )
        return int(version), self._tables.version, _START

    def _written(self, entity_set: str, parameters: Mapping[str, str], since: int, until: int) -> list[_Change]:
        columns = parameters.get("$select", ",".join(self._tables.columns(entity_set))).split(",")
        within = "versionnumber > ? AND versionnumber <= ? ORDER BY versionnumber"
        statement = f"SELECT * FROM {entity_set} WHERE {within}"  # noqa: S608 our own names
        found = self._tables.sql.execute(statement, [since, until]).fetchall()
        return [(_WRITTEN, row["versionnumber"], shown(dict(row), columns, {}, "", self._tables)) for row in found]

    def _deleted(self, entity_set: str, since: int, until: int, base: str) -> list[_Change]:
        within = "entity_set = ? AND versionnumber > ? AND versionnumber <= ? ORDER BY versionnumber"
        statement = f"SELECT id, versionnumber FROM deleted WHERE {within}"  # noqa: S608 our own names
        found = self._tables.sql.execute(statement, [entity_set, since, until]).fetchall()
        context = f"{base}$metadata#{entity_set}/$deletedEntity"
        return [
            (_DELETED, row["versionnumber"], {"@odata.context": context, "id": row["id"], "reason": "deleted"})
            for row in found
        ]
