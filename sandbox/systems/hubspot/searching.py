"""Searches the records of a simulated account by HubSpot's rules: one order, 200 a page, and no page beyond 10,000 results.

https://developers.hubspot.com/docs/api-reference/search/guide
"""

from __future__ import annotations

import json
import operator
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.responses import JSONResponse

from sandbox.systems.hubspot.answering import DEFAULT_PROPERTIES, plain_record
from sandbox.systems.hubspot.deals import Deal
from sandbox.systems.hubspot.limits import error_answer
from sandbox.systems.hubspot.masters import Master
from sandbox.systems.hubspot.portal import Portal
from sandbox.systems.hubspot.search_index import SearchIndex

_MOST_CHARACTERS, _MOST_A_PAGE, _USUAL_PAGE = 3_000, 200, 10
_MOST_GROUPS, _MOST_IN_A_GROUP, _MOST_FILTERS = 5, 6, 18
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": operator.eq,
    "NEQ": operator.ne,
    "LT": operator.lt,
    "LTE": operator.le,
    "GT": operator.gt,
    "GTE": operator.ge,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Filter = dict[str, Any]


class Search:
    """Answers searches of one portal's records; of several that its order makes equal, each search has an order of its own."""

    def __init__(self, portal: Portal, index: SearchIndex[Deal] | SearchIndex[Master]) -> None:
        self._portal, self._index = portal, index
        self._chance = random.Random(1)  # noqa: S311 a simulation, not a secret

    def answer(self, raw: bytes) -> JSONResponse:
        """One page of what a request asks for, or HubSpot's refusal."""
        body = json.loads(raw)
        try:
            limit, after = int(body.get("limit") or _USUAL_PAGE), int(body.get("after") or 0)
            _check(raw, body, limit)
            if after + limit > self._portal.settings.search_results:
                return _refused(f"Paging beyond {self._portal.settings.search_results} results is not supported")
            found = self._found(body)
        except ValueError as error:
            return _refused(str(error))
        wanted = body.get("properties") or DEFAULT_PROPERTIES
        page = [plain_record(each, wanted) for each in found[after : after + limit]]
        plain: dict[str, Any] = {"total": len(found), "results": page}
        if after + limit < len(found):
            plain["paging"] = {"next": {"after": str(after + limit)}}
        return JSONResponse(plain)

    def _found(self, body: dict[str, Any]) -> list[Deal | Master]:
        with self._portal.lock:
            shown: Sequence[Deal | Master] = self._index.shown(self._portal.latest())
        groups = [each.get("filters") or [] for each in body.get("filterGroups") or [{}]]
        found = [one for one in shown if any(all(_matches(one, each) for each in group) for group in groups)]
        self._chance.shuffle(found)
        name, descends = _order(body)
        found.sort(key=lambda each: _sorting(each.all_properties().get(name)), reverse=descends)
        return found


def _check(raw: bytes, body: dict[str, Any], limit: int) -> None:
    """Raise `ValueError` for what is more than HubSpot takes."""
    sizes: Sequence[int] = [len(each.get("filters") or []) for each in body.get("filterGroups") or []]
    if len(raw) > _MOST_CHARACTERS:
        raise ValueError(f"A query may have {_MOST_CHARACTERS} characters")
    if limit > _MOST_A_PAGE:
        raise ValueError(f"The limit may be at most {_MOST_A_PAGE}")
    if len(sizes) > _MOST_GROUPS or sum(sizes) > _MOST_FILTERS or max(sizes, default=0) > _MOST_IN_A_GROUP:
        raise ValueError("Too many filters")
    if len(body.get("sorts") or []) > 1:
        raise ValueError("Only one sort may be provided")


def _matches(record: Deal | Master, wanted: Filter) -> bool:
    """Whether a record fits a filter; one without a value fits none."""
    if wanted["operator"] not in _OPERATORS:
        raise ValueError(f"{wanted['operator']} is not simulated")
    value = record.all_properties().get(wanted["propertyName"])
    if value is None:
        return False
    ours, theirs = _comparable(value), _comparable(str(wanted["value"]))
    return type(ours) is type(theirs) and _OPERATORS[wanted["operator"]](ours, theirs)


def _order(body: dict[str, Any]) -> tuple[str, bool]:
    """The property that is sorted by, and whether downwards; a text such as `-createdate` says both."""
    for each in body.get("sorts") or []:
        if isinstance(each, str):
            return each.removeprefix("-"), each.startswith("-")
        return each["propertyName"], each.get("direction") == "DESCENDING"
    return "createdate", False


def _sorting(value: str | None) -> tuple[int, Decimal, str]:
    compared = _comparable(value or "")
    return (1, Decimal(0), compared) if isinstance(compared, str) else (0, compared, "")


def _comparable(text: str) -> Decimal | str:
    """Numbers as such, moments in milliseconds, other texts in lower case."""
    try:
        return Decimal(text)
    except InvalidOperation:
        pass
    try:
        return Decimal((datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1))
    except (ValueError, TypeError):
        return text.lower()


def _refused(message: str) -> JSONResponse:
    return error_answer(400, "VALIDATION_ERROR", message)
