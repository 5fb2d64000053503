"""Answers Salesforce's queries from an organisation in memory: the calls of `tieout.systems.salesforce.client`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from tests.simulation.sales import Sales
from tests.simulation.sales_records import Record, row_of
from tests.simulation.weather import Weather
from tieout.errors import ConflictError
from tieout.systems.salesforce.answers import Row
from tieout.systems.salesforce.queries import Query

_REST = re.compile(r"(?:WHERE (?P<where>.*?) )?ORDER BY (?P<order>[A-Za-z, ]+?)(?: LIMIT (?P<limit>[0-9]+))?")
_CONDITION = re.compile(r"(?P<name>\w+) (?P<operator>IN|=|>) (?P<value>.+)")
_LAGGING = frozenset({"Opportunity", "OpportunityLineItem", "Contract"})  # that a replica may show as they were
Fields = Mapping[str, Any]
Condition = Callable[[Fields], bool]


class SalesAnswers:
    """The API of an organisation.

    Args:
        tell_again: called with a record when a reader was served an older version of it.
        rate: how often not all rows come that were announced.
    """

    address_bytes = 64

    def __init__(
        self, sales: Sales, random: Random, weather: Weather, tell_again: Callable[[Record], None], rate: float
    ) -> None:
        self._sales, self._random, self._weather, self._tell_again = sales, random, weather, tell_again
        self._rate = rate

    def rows(self, query: Query) -> list[Row]:
        """The rows of a query; `ConflictError` where not all that were announced came."""
        self._weather.io("before salesforce.read")
        if self._weather.is_on and self._random.random() < self._rate:
            self._weather.strike("short_answer")
            raise ConflictError("not as many rows as announced")
        match = _REST.fullmatch(query.rest)
        assert match is not None, query.rest
        holds = [_condition(each) for each in (match["where"] or "").split(" AND ") if each]
        may_lag = query.subject in _LAGGING and "IsDeleted" in f"{query.columns}{match['where']}"
        records = [each for each in self._sales.records.values() if each.kind == query.subject]
        shown = (self._shown(each, holds) if may_lag else each.fields for each in records)
        found = [fields for fields in shown if all(hold(fields) for hold in holds)]
        found.sort(key=lambda fields: tuple(fields[name] or "" for name in match["order"].split(", ")))
        self._weather.io("after salesforce.read")
        return [row_of(fields, query.columns) for fields in found[: int(match["limit"] or len(found))]]

    def _shown(self, record: Record, holds: Sequence[Condition]) -> Fields:
        """A record as it is, or as it was before its last change: then somebody is told of it once more."""
        before = record.before
        is_asked_for = before is not None and any(all(hold(each) for hold in holds) for each in (record.fields, before))
        if before is None or not is_asked_for or not self._weather.chance("stale_replica"):
            return record.fields
        self._tell_again(record)
        return before


def _condition(text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    assert match is not None, text
    name, value = match["name"], match["value"]
    if match["operator"] == "IN":
        values = frozenset(re.findall("'([^']*)'", value))
        return lambda fields: fields.get(name) in values
    if value == "FALSE":
        return lambda fields: fields.get(name) is False
    plain = value.strip("'")
    if match["operator"] == ">":
        return lambda fields: str(fields.get(name)) > plain
    return lambda fields: fields.get(name) == plain
