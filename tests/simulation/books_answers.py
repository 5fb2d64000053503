"""Answers Business Central's API from an environment in memory: the calls of `tieout.systems.business_central.client`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.simulation.books import Books
from tests.simulation.books_records import ENTRIES, Document, Header
from tests.simulation.books_values import LEDGERS
from tests.simulation.weather import Weather
from tieout.errors import UnreadableRecordError
from tieout.moments import moment_text, parse_moment
from tieout.systems.business_central.answers import MissingResourceError
from tieout.systems.business_central.fields import Row

_CONDITION = re.compile(r"(?P<name>\w+) (?P<operator>eq|ge|gt|lt) (?P<value>'(?:[^']|'')*'|[^' ]+)")
Condition = Callable[[Row], bool]
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda found, stated: str(found) == stated,
    "gt": lambda found, stated: found > int(stated),
    "ge": lambda found, stated: found >= moment_text(parse_moment(stated)),
    "lt": lambda found, stated: found < moment_text(parse_moment(stated)),
}
_LONGEST_FILTER = 4_000  # characters; what a longer one is answered cannot be read


class BooksAnswers:
    """The API of an environment.

    Args:
        tell_again: called with what a reader was served an older version of.
    """

    def __init__(self, books: Books, weather: Weather, tell_again: Callable[[Document | Header], None]) -> None:
        self._books, self._weather, self._tell_again = books, weather, tell_again

    def rows(self, company: str, resource: str, query: Mapping[str, str]) -> list[Row]:
        """The rows of a resource of a company that a query finds."""
        self._weather.io("before business_central.read")
        if resource in self._books.lacks:
            raise MissingResourceError(f"there is no {resource}")
        found = [_selected(each, query) for each in self._found(company, resource, query)]
        self._weather.io("after business_central.read")
        return found

    def _found(self, company: str, resource: str, query: Mapping[str, str]) -> list[Row]:
        """In the order of the query, which asks for all that fits into one page."""
        [ledger] = [each for each in LEDGERS if each.company == company]
        if resource == "generalLedgerSetup":
            return [{"localCurrencyCode": ledger.currency, "additionalReportingCurrency": ledger.additional}]
        if resource == "accounts":
            return [{"number": number, "category": category} for number, category in self._books.categories.items()]
        holds = _condition_of(query["$filter"]) if "$filter" in query else _anything
        if resource == ENTRIES:
            rows = list(self._entries(company, holds))
            if "$orderby" in query:
                rows.sort(key=lambda row: row[query["$orderby"]])
            return rows[: int(query.get("$top", len(rows)))]
        return list(self._headers(company, resource, holds))

    def _entries(self, company: str, holds: Condition) -> Iterator[Row]:
        for document in self._books.documents[company].values():
            rows, before = ([document.row(each) for each in of] for of in (document.entries, document.before))
            is_asked_for = any(map(holds, (*rows, *before)))
            if is_asked_for and self._weather.chance("stale_replica"):
                self._tell_again(document)
                rows = before
            yield from filter(holds, rows)

    def _headers(self, company: str, resource: str, holds: Condition) -> Iterator[Row]:
        for header in self._books.headers[company]:
            if header.resource != resource:
                continue
            row, before = header.row(), header.before
            is_asked_for = before is not None and (holds(row) or holds(before))
            if before is not None and is_asked_for and self._weather.chance("stale_replica"):
                self._tell_again(header)
                row = dict(before)
            if holds(row):
                yield row


def _anything(_row: Row) -> bool:
    return True


def _condition_of(text: str) -> Condition:
    """All of its conditions, or one of them; both together Business Central does not take."""
    if len(text) > _LONGEST_FILTER:
        raise UnreadableRecordError("the address is too long")
    if " and " in text:
        conditions = [_condition(each) for each in text.split(" and ")]
        return lambda row: all(hold(row) for hold in conditions)
    alternatives = [_condition(each) for each in text.split(" or ")]
    return lambda row: any(hold(row) for hold in alternatives)


def _condition(text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    assert match is not None, text
    name, compared = match["name"], _COMPARED[match["operator"]]
    stated = match["value"]
    if stated.startswith("'"):
        stated = stated[1:-1].replace("''", "'")
    return lambda row: compared(row[name], stated)


def _selected(row: Row, query: Mapping[str, str]) -> Row:
    """The fields asked for; dimensions only where they are."""
    if "$select" in query:
        names = query["$select"].split(",")
        return {name: each for name, each in row.items() if name in names}
    expanded = query.get("$expand", "").split(",")
    return {name: each for name, each in row.items() if name != "dimensionSetLines" or name in expanded}
