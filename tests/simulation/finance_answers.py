"""Answers for Dynamics' OData service and Entra's token address from an environment in memory, as HTTP to the real client."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.simulation.finance import Finance
from tests.simulation.finance_filters import Condition, condition_of
from tests.simulation.finance_records import SETS, Document, Entry, Posting, Row, line_row, posting_row
from tests.simulation.finance_values import DEFAULT_COMPANY
from tests.simulation.http_answers import Answer
from tests.simulation.weather import Weather
from tieout.errors import ThrottledError, UnavailableError

_PAGE_ROWS = 4
_ENTRIES, _LINES = "GeneralJournalEntries", "GeneralJournalAccountEntries"
_OF_ALL = "true"
_OF_ONE_COMPANY = re.compile("dataAreaId eq '([a-z]+)' and ")


class FinanceAnswers:
    """The API of an environment.

    Args:
        tell_again: called with an entry of which a reader was served an older version, or nothing yet.
        rate: how often an answer is cut short, or a token ends before its time.
    """

    def __init__(
        self, finance: Finance, random: Random, weather: Weather, tell_again: Callable[[Entry], None], rate: float
    ) -> None:
        self._finance, self._random, self._weather, self._tell_again = finance, random, weather, tell_again
        self._rate, self._tokens = rate, 0
        self._kept: dict[tuple[object, ...], Sequence[Row]] = {}  # rows, since what was posted stays as it is

    def post(self, _address: str, **_asked: object) -> Answer:
        """A token, good for an hour. Nothing rests here: whoever asks for one lets nobody else ask meanwhile."""
        if self._strikes("token_withheld"):
            return Answer(self._random.choice((429, 503)), b"", {})
        self._tokens += 1
        return Answer(200, json.dumps({"access_token": f"t{self._tokens}", "expires_in": 3599}).encode(), {})

    def get(self, address: str, *, headers: Mapping[str, str], **_asked: object) -> Answer:
        """A page of what a query finds."""
        if headers["authorization"] != f"Bearer t{self._tokens}" or self._strikes("token_ended"):
            self._tokens += 1
            return Answer(401, b"", {})
        try:
            self._weather.io("before dynamics_finance.read")
            answer = self._page(address)
            self._weather.io("after dynamics_finance.read")
        except (ThrottledError, UnavailableError) as error:
            after = error.retry_after_seconds
            status = 429 if isinstance(error, ThrottledError) else 503
            return Answer(status, b"", {"retry-after": str(int(after))} if after is not None else {})
        return answer

    def _page(self, address: str) -> Answer:
        parts = urlsplit(address)
        asked = {name: value for name, [value] in parse_qs(parts.query).items()}
        holds = condition_of(asked["$filter"])
        if holds is None:
            return Answer(400, b"", {})
        found = self._found(
            parts.path.rpartition("/")[2], asked["$filter"], holds, of_all=asked.get("cross-company") == _OF_ALL
        )
        found.sort(key=lambda row: tuple(row[name] for name in asked["$orderby"].split(",")))
        columns, start = asked["$select"].split(","), int(asked.get("$skiptoken", 0))
        rows = [{name: row[name] for name in columns} for row in found[start : start + _PAGE_ROWS]]
        page: dict[str, Any] = {"value": rows}
        if "$count" in asked:
            page["@odata.count"] = len(found)
        if "$top" in asked:
            page["value"] = rows[: int(asked["$top"])]
        elif len(found) > start + _PAGE_ROWS:
            following = address.partition("&$skiptoken")[0]
            page["@odata.nextLink"] = f"{following}&$skiptoken={start + _PAGE_ROWS}"
        return Answer(200, self._written(page), {})

    def _written(self, page: dict[str, Any]) -> bytes:
        """The page, perhaps without its last row, or cut off."""
        if not self._strikes("short_answer"):
            return json.dumps(page).encode()
        if page["value"] and "@odata.count" in page and self._random.random() < 0.5:
            return json.dumps({**page, "value": page["value"][:-1]}).encode()
        return json.dumps(page).encode()[:-2]

    def _found(self, entity_set: str, asked: str, holds: Condition, *, of_all: bool) -> list[Row]:
        of_one = _OF_ONE_COMPANY.match(asked)
        company = of_one[1] if of_one is not None else ""
        if not of_all:
            company = DEFAULT_COMPANY
        found: list[Row] = []
        if entity_set in SETS:
            for document in self._finance.documents:
                if document.kind == SETS[entity_set] and document.entry.ledger.company in {company, ""}:
                    found += self._shown_document(document, holds)
            return found
        rows_of = self._headers if entity_set == _ENTRIES else self._lines
        for entry in self._finance.entries.values():
            if not company or entry.ledger.company == company:
                found += self._shown(entry, rows_of, holds)
        return found

    def _shown(self, entry: Entry, rows_of: Callable[[Entry, Posting], Sequence[Row]], holds: Condition) -> list[Row]:
        """The rows of an entry that a query finds, as they are or as they were before its last change."""
        rows = [row for each in entry.postings for row in rows_of(entry, each) if holds(row)]
        before = [row for each in entry.before for row in rows_of(entry, each) if holds(row)]
        if (rows or before) and self._weather.chance("stale_replica"):
            self._tell_again(entry)
            return before
        return rows

    def _shown_document(self, document: Document, holds: Condition) -> list[Row]:
        """A document's row, if a query finds it and the replica has it yet."""
        row = document.row()
        if not holds(row):
            return []
        if not document.entry.before and self._weather.chance("stale_replica"):
            self._tell_again(document.entry)
            return []
        return [row]

    def _headers(self, entry: Entry, posting: Posting) -> Sequence[Row]:
        kept = posting.number, posting.stamp
        if kept not in self._kept:
            self._kept[kept] = [posting_row(entry, posting)]
        return self._kept[kept]

    def _lines(self, entry: Entry, posting: Posting) -> Sequence[Row]:
        finance = self._finance
        kept = posting.number, posting.stamp, finance.is_sorted
        if kept not in self._kept:
            shown = ((finance.shown(each), finance.account_type(each.account)) for each in posting.lines)
            self._kept[kept] = [line_row(entry, posting, line, account_type) for line, account_type in shown]
        return self._kept[kept]

    def _strikes(self, name: str) -> bool:
        if not self._weather.is_on or self._random.random() >= self._rate:
            return False
        self._weather.strike(name)
        return True
