"""Answers what is asked of the tables: a page of entities, or one, as the API shows them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any, NamedTuple

from sandbox.systems.business_central.answering import ODataError
from sandbox.systems.business_central.options import Options, Shape
from sandbox.systems.business_central.schema import COMPANY, ENTITY_SETS, VERSION, EntitySet
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.business_central.tables import Row, Tables
from sandbox.systems.business_central.values import Stored, shown

_CLOSING_DATES = {"plain": "{}", "letter": "C{}", "last_second": "{}T23:59:59Z"}


class Page(NamedTuple):
    """Entities as they are shown; `token` asks for those behind them, empty where there are none."""

    entities: list[dict[str, Any]]
    token: str
    total: int | None


class Querying:
    """Reads one environment's tables."""

    def __init__(self, settings: EnvironmentSettings, tables: Tables) -> None:
        self._settings = settings
        self._tables = tables

    def page(self, entity_set: EntitySet, company: str, options: Options, most: int) -> Page:
        """A page of at most `most` entities of a company; of all companies where `company` is empty.

        Raises:
            ODataError: where the API wants to be told whose lines are meant.
        """
        if entity_set.parent and not {entity_set.parent, "id"} & options.condition.properties:
            message = "You must specify an Id or a Document Id to get the lines."
            raise ODataError(400, "Application_DialogException", message)
        asked, place = _continued(options)
        size = min(self._settings.page_size, most)
        limit = size if asked.top is None else min(size, asked.top)
        with self._tables.lock:
            rows = self._rows(entity_set, company, asked, place, limit + 1)
            total = len(self._rows(entity_set, company, options, None, -1)) if options.is_counted else None
            entities = [self.entity(entity_set, row, options.shape) for row in rows[:limit]]
        left = None if asked.top is None else asked.top - limit
        is_last = len(rows) <= limit or not limit or left == 0
        return Page(entities, "" if is_last else _token(asked, rows[limit - 1], left), total)

    def entity(self, entity_set: EntitySet, row: Row, shape: Shape) -> dict[str, Any]:
        """One entity with its tag, and with what is expanded of it."""
        escape = self._settings.escaped_enumerations
        told: dict[str, Any] = {"@odata.etag": etag_of(row)}
        told |= {each: shown(entity_set.properties[each], row[each], escape=escape) for each in shape.properties}
        if row.get("closing") and "postingDate" in told:
            told["postingDate"] = _CLOSING_DATES[self._settings.closing_date_form].format(told["postingDate"])
        for name, inner in shape.expanded.items():
            navigation = entity_set.navigations[name]
            target = ENTITY_SETS[navigation.target]
            found = self._tables.rows(target.name, str(row[COMPANY]), **{navigation.theirs: row[navigation.ours]})
            entities = [self.entity(target, each, inner) for each in found]
            told[name] = entities if navigation.is_collection else next(iter(entities), None)
        return told

    def _rows(
        self, entity_set: EntitySet, company: str, options: Options, place: list[Stored] | None, limit: int
    ) -> list[Row]:
        """The rows behind a place in the asked order; -1 for all."""
        conditions, values = [f"({options.condition.sql})"], list(options.condition.values)
        if entity_set.name in self._settings.filtered:
            conditions.append("0")
        if company:
            conditions.append(f'"{COMPANY}" = ?')
            values.append(company)
        if place is not None:
            behind, compared = _behind(options.order, place)
            conditions.append(behind)
            values += compared
        order = ", ".join(f'"{name}"{" DESC" * descends}' for name, descends in options.order)
        where = " AND ".join(conditions)
        statement = f'SELECT * FROM "{entity_set.name}" WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?'  # noqa: S608 our own names
        return self._tables.select(statement, (*values, limit, options.skip))


def etag_of(row: Row) -> str:
    """The tag of a row's version, in the vendor's form."""
    return f'W/"{base64.b64encode(f"'19;{row[VERSION]};00;'".encode()).decode()}"'


def _behind(order: tuple[tuple[str, bool], ...], place: list[Stored]) -> tuple[str, list[Stored]]:
    """The condition for rows behind a place: greater in the first of the order's columns in which they differ."""
    alternatives, values = [], []
    for at, (name, descends) in enumerate(order):
        same = "".join(f'"{earlier}" IS ? AND ' for earlier, _ in order[:at])
        alternatives.append(f'({same}"{name}" {"<" if descends else ">"} ?)')
        values += place[: at + 1]
    return f"({' OR '.join(alternatives)})", values


def _token(options: Options, last: Row, left: int | None) -> str:
    told = {"place": [last[name] for name, _ in options.order], "left": left}
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def _continued(options: Options) -> tuple[Options, list[Stored] | None]:
    """The options behind a token's place, with what is left of `$top`; the page before has used up `$skip`."""
    if not options.token:
        return options, None
    try:
        told = json.loads(base64.urlsafe_b64decode(options.token))
        return replace(options, top=told["left"], skip=0), list(told["place"])
    except (ValueError, KeyError, TypeError) as error:
        raise ODataError(400, "BadRequest", "The skip token is not valid.") from error
