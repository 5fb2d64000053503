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
from tieout.moments import moment_text, parse_moment
from tieout.systems.salesforce.answers import Row
from tieout.systems.salesforce.queries import Query

_REST = re.compile(r"(?:WHERE (?P<where>.*?) )?ORDER BY (?P<order>[A-Za-z, ]+?)(?: LIMIT (?P<limit>[0-9]+))?")
_CONDITION = re.compile(r"(?P<name>\w+) (?P<operator>IN|=|>=|>|<) (?P<value>.+)")
_AND = re.compile(r" AND (?![^(]*\))")  # outside parentheses
_BEHIND = re.compile(r"\((?P<later>[^()]+) OR \((?P<same>[^()]+) AND (?P<above>[^()]+)\)\)")
_LAGGING = frozenset({"Opportunity", "OpportunityLineItem", "Contract"})  # that a replica may show as they were
Fields = Mapping[str, Any]
Condition = Callable[[Fields], bool]
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")
_COMPARED: Mapping[str, Callable[[str, str], Condition]] = {
    "=": lambda name, plain: lambda fields: fields.get(name) == plain,
    ">": lambda name, plain: lambda fields: str(fields.get(name)) > plain,
    ">=": lambda name, plain: lambda fields: str(fields.get(name)) >= plain,
    "<": lambda name, plain: lambda fields: str(fields.get(name)) < plain,
}


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
        holds = [_condition(each) for each in _AND.split(match["where"] or "") if each]
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
    if behind := _BEHIND.fullmatch(text):
        later, same, above = (_condition(each) for each in behind.group("later", "same", "above"))
        return lambda fields: later(fields) or (same(fields) and above(fields))
    match = _CONDITION.fullmatch(text)
    assert match is not None, text
    name, value = match["name"], match["value"]
    if match["operator"] == "IN":
        values = frozenset(re.findall("'([^']*)'", value))
        return lambda fields: fields.get(name) in values
    if value == "FALSE":
        return lambda fields: fields.get(name) is False
    plain = value.strip("'")
    return _COMPARED[match["operator"]](name, _stamp_or(plain))


def _stamp_or(plain: str) -> str:
    """A literal as rows have it: a moment as their stamps are written."""
    return moment_text(parse_moment(plain)).replace("Z", "+0000") if _MOMENT.fullmatch(plain) else plain
