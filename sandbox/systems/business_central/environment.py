"""The environment: its people's saves, each in one transaction, stamped later than all before, and told to whoever listens."""

from __future__ import annotations

import json
import uuid
from calendar import month_name
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sandbox.systems.business_central.schema import COMPANY, ENTITY_SETS, NO_DAY, NO_ID, VERSION
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.business_central.tables import Row, Tables
from sandbox.systems.business_central.values import Stored, moment_text

CREATED, UPDATED, DELETED = "created", "updated", "deleted"
USER, DELEGATED_ADMIN = "user", "delegated_admin"

_COMPANY = Path(__file__).parent / "company.json"
_AGE = timedelta(days=1)  # of what is there at the start
_IDS = uuid.UUID("5c1e7d0a-0000-4000-8000-00000000001d")
_YEARS = range(2025, 2028)
_FOUR_FOUR_FIVE = (4, 4, 5) * 4
_EMPTY: Mapping[str, Stored] = {
    "guid": NO_ID, "text": "", "enumeration": " ", "decimal": "0", "integer": 0, "boolean": 0, "date": NO_DAY,
}  # fmt: skip


class Change(NamedTuple):
    """What became of one record; `by` says which kind of user did it."""

    company: str
    entity_set: str
    record_id: str
    change_type: str
    moment: datetime
    by: str


class Saving:
    """One transaction under way in one company: every row it touches has its stamp and a version of its own."""

    def __init__(self, tables: Tables, company: str, moment: datetime, by: str, numbers: Iterator[int]) -> None:
        self.tables = tables
        self.company = company
        self.moment = moment
        self._by = by
        self._numbers = numbers
        self.changes: list[Change] = []

    def insert(self, name: str, values: Mapping[str, Stored]) -> str:
        """Add a record with what is stated, everything else empty; its id."""
        entity_set, version = ENTITY_SETS[name], next(self._numbers)
        kinds = {**entity_set.properties, **entity_set.hidden}
        unknown = values.keys() - kinds.keys()
        if unknown:
            raise ValueError(f"{name} has no {', '.join(sorted(unknown))}")
        record_id = str(values.get("id") or uuid.uuid5(_IDS, str(version)))
        empty = {each: _EMPTY.get(kind) for each, kind in kinds.items()}
        row: Row = {COMPANY: self.company, VERSION: version, **empty, **values, "id": record_id}
        self.tables.insert(name, row | self._stamp(name))
        self._note(name, record_id, CREATED)
        return record_id

    def update(self, name: str, record_id: str, values: Mapping[str, Stored]) -> None:
        """Change a record; `KeyError` where there is none."""
        self.tables.row(name, self.company, id=record_id)
        unknown = values.keys() - ENTITY_SETS[name].properties.keys() - ENTITY_SETS[name].hidden.keys()
        if unknown:
            raise ValueError(f"{name} has no {', '.join(sorted(unknown))}")
        stamped = {VERSION: next(self._numbers), **self._stamp(name), **values}
        self.tables.update(name, self.company, record_id, stamped)
        self._note(name, record_id, UPDATED)

    def delete(self, name: str, record_id: str) -> None:
        """Remove a record; `KeyError` where there is none."""
        self.tables.row(name, self.company, id=record_id)
        self.tables.delete(name, self.company, id=record_id)
        self._note(name, record_id, DELETED)

    def setup(self) -> Row:
        """The company's general ledger set-up."""
        return self.tables.rows("generalLedgerSetup", self.company)[0]

    def _stamp(self, name: str) -> Row:
        has_stamp = "lastModifiedDateTime" in ENTITY_SETS[name].properties
        return {"lastModifiedDateTime": moment_text(self.moment)} if has_stamp else {}

    def _note(self, name: str, record_id: str, change_type: str) -> None:
        change = Change(self.company, name, record_id, change_type, self.moment, self._by)
        self.changes.append(change)


class Environment:
    """What happens in one environment; `publish` is told of every transaction's changes, in order.

    Args:
        settings: the environment's.
        tables: where its records are.
        now: its clock.
        publish: takes what was saved.
    """

    def __init__(
        self,
        settings: EnvironmentSettings,
        tables: Tables,
        *,
        now: Callable[[], datetime],
        publish: Callable[[list[Change]], None],
    ) -> None:
        self.settings = settings
        self.tables = tables
        self._now: Callable[[], datetime] = lambda: now() - _AGE
        self._last = datetime(1970, 1, 1, tzinfo=UTC)
        self._numbers = iter(range(1, 1 << 62))
        self._publish: Callable[[list[Change]], None] = lambda _changes: None
        for company in json.loads(_COMPANY.read_text(encoding="utf-8"))["companies"]:
            self._seed(company)
        self._now, self._publish = now, publish

    def company_id(self, name: str) -> str:
        """The id of the company with a name, a code or that id.

        Raises:
            KeyError: if there is none.
        """
        statement = "SELECT id FROM companies WHERE id = ?1 OR name = ?1 OR code = ?1"
        for row in self.tables.select(statement, (name,)):
            return str(row["id"])
        raise KeyError(name)

    @contextmanager
    def saving(self, company: str, by: str = USER) -> Iterator[Saving]:
        """One transaction in a company, by its id: a save that fails changes nothing."""
        with self.tables.lock:
            saving = Saving(self.tables, company, self._stamp(), by, self._numbers)
            self.tables.select("BEGIN")
            try:
                yield saving
            except BaseException:
                self.tables.select("ROLLBACK")
                raise
            self.tables.select("COMMIT")
            if saving.changes:
                self._publish(saving.changes)

    def _stamp(self) -> datetime:
        """A moment in whole milliseconds, later than that of every save before."""
        moment = self._now().astimezone(UTC)
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        self._last = max(moment, self._last + timedelta(milliseconds=1))
        return self._last

    def _seed(self, company: Mapping[str, Any]) -> None:
        common = json.loads(_COMPANY.read_text(encoding="utf-8"))["common"]
        with self.saving(str(company["id"])) as saving:
            stamp = moment_text(saving.moment)
            told = {name: company[name] for name in ("id", "name", "displayName", "code", "additional_rate")}
            saving.insert("companies", {**told, "systemCreatedAt": stamp, "systemModifiedAt": stamp})
            saving.insert("generalLedgerSetup", company["setup"])
            for name, rows in common.items():
                for row in rows:
                    if row.get("partner") != company["code"]:
                        saving.insert(name, row)
            self._seed_dimensions(saving, company["dimensions"])
            for start, name, is_first in _periods(company["periods"]):
                values: Row = {"startingDate": start.isoformat(), "name": name, "newFiscalYear": int(is_first)}
                saving.insert("accountingPeriods", values)

    def _seed_dimensions(self, saving: Saving, dimensions: Mapping[str, Mapping[str, str]]) -> None:
        for code, values in dimensions.items():
            dimension_id = saving.insert("dimensions", {"code": code, "displayName": code.capitalize()})
            for value, name in values.items():
                saving.insert("dimensionValues", {"code": value, "dimensionId": dimension_id, "displayName": name})


def _periods(kind: str) -> Iterator[tuple[date, str, bool]]:
    """The accounting periods of a company: the first day, the name, and whether a fiscal year begins."""
    for year in _YEARS:
        start = date(year, 1, 1)
        if kind == "4-4-5":  # from the Monday nearest to the first of January
            start += timedelta(days=(3 - start.weekday()) % 7 - 3)
        for place, weeks in enumerate(_FOUR_FOUR_FIVE, 1):
            by_weeks, by_months = (start, f"P{place:02d}"), (date(year, place, 1), month_name[place])
            yield (*(by_weeks if kind == "4-4-5" else by_months), place == 1)
            start += timedelta(weeks=weeks)
