"""Calls Salesforce's REST API with SOQL; every call is a read, so each may be repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any
from urllib.parse import quote

import httpx

from tieout.answers import parse_object, rows_in
from tieout.drift import Watch
from tieout.errors import ConflictError, UnavailableError, UnreadableRecordError
from tieout.ports import Clock
from tieout.systems.salesforce.allowance import Allowance
from tieout.systems.salesforce.answers import MissingFieldError, Row, refusal, usage_of
from tieout.systems.salesforce.expected import EXPECTED
from tieout.systems.salesforce.queries import OPTIONAL_COLUMNS, Query
from tieout.systems.salesforce.tokens import AccessTokens

_TIMEOUT = httpx.Timeout(20, connect=5)
# Only a path, so that the token goes to the configured host and to no other, whatever an answer says.
_NEXT_PAGE = re.compile("/services/data/[A-Za-z0-9._/-]{1,200}", re.ASCII)
_MOST_ROWS = 100_000  # 50 full pages: more are not held in memory, and a chain of pages has an end
# An organisation may be given a second currency, or its first record type, while we run.
_LACKING_FOR = timedelta(hours=1)


class SalesforceClient:
    """One organisation's API, by one user.

    Attributes:
        watch: is shown the rows of every query.
    """

    def __init__(
        self,
        http: httpx.Client,
        tokens: AccessTokens,
        allowance: Allowance,
        clock: Clock,
        *,
        api_base_url: str,
        api_version: str,
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._allowance = allowance
        self._clock = clock
        self._api_base_url = api_base_url.rstrip("/")
        self._path = f"/services/data/v{api_version}/queryAll?q="
        self.watch = Watch(EXPECTED)
        self._lacking_since: dict[tuple[str, str], datetime] = {}  # object and column

    @property
    def address_bytes(self) -> int:
        """Length of an address without its query."""
        return len(self._api_base_url + self._path)

    def rows(self, query: Query) -> list[Row]:
        """All rows of a query, deleted ones included, without those of its optional columns that its object lacks.

        Which it lacks is asked once and remembered for an hour: a query that is refused for a field and then answered
        without an optional one was refused for that one. Of each object by itself: amounts in a currency they are not in
        would be worse than a call too many.

        Raises:
            MissingFieldError: if it is refused for a field that is not optional: our user needs a permission.
            AccessDeniedError: if Salesforce refuses our token, our user or the query.
            ThrottledError, UnavailableError, ConflictError: if Salesforce does not answer, or not wholly, now.
            UnreadableRecordError: if one of the rows, or their number, spoils the answer; ask for fewer.
        """
        refused: MissingFieldError | None = None
        asked = query.without([each for each in OPTIONAL_COLUMNS if self._is_lacking(query.subject, each)])
        for more in _choices([each for each in OPTIONAL_COLUMNS if each in asked.columns]):
            try:
                found = self._all_pages(asked.without(more).soql(), query.subject)
                self.watch.see(query.subject, found, _names_of(asked.without(more)))
            except MissingFieldError as error:
                refused = error
                continue
            self._lacking_since |= {(query.subject, each): self._clock.now() for each in more}
            return found
        assert refused is not None
        raise refused

    def count(self, query: Query) -> int:
        """What a query counts (`queries.count`); raises as `rows`."""
        total = self._page(self._path + quote(query.soql(), safe=""), query.subject).get("totalSize")
        if not isinstance(total, int) or isinstance(total, bool):
            raise UnavailableError("Salesforce did not say how many rows it counted")
        return total

    def _is_lacking(self, subject: str, column: str) -> bool:
        since = self._lacking_since.get((subject, column))
        return since is not None and self._clock.now() - since < _LACKING_FOR

    def _all_pages(self, soql: str, subject: str) -> list[Row]:
        rows: list[Row] = []
        path = self._path + quote(soql, safe="")
        while True:
            page = self._page(path, subject)
            found = rows_in(page, "Salesforce", "records")
            rows.extend(found)
            if page.get("done") is True:
                break
            if not found:
                raise UnavailableError("Salesforce answered an empty page and announced another")
            if len(rows) >= _MOST_ROWS:
                raise UnreadableRecordError(f"Salesforce has more than {_MOST_ROWS} rows of {subject} for one query")
            path = _next_path(page)
        if page.get("totalSize") != len(rows):
            raise ConflictError(f"Salesforce did not give as many rows of {subject} as it announced")
        return rows

    def _page(self, path: str, subject: str) -> Mapping[str, Any]:
        answer = self._tokens.authorised(lambda token: self._send(path, token))
        if answer.status_code != httpx.codes.OK:
            raise refusal(answer, subject)
        return parse_object(answer.content, "Salesforce")

    def _send(self, path: str, token: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        try:
            answer = self._http.get(
                self._api_base_url + path, headers=headers, timeout=_TIMEOUT, follow_redirects=False
            )
        except httpx.HTTPError as error:
            raise UnavailableError(f"Salesforce did not answer: {type(error).__name__}") from None
        self._allowance.note(usage_of(answer))
        return answer


def _choices(optional: list[str]) -> Iterator[tuple[str, ...]]:
    """What may be left out of a query, the least first."""
    for count in range(len(optional) + 1):
        yield from combinations(optional, count)


def _next_path(page: Mapping[str, Any]) -> str:
    path = page.get("nextRecordsUrl")
    if not isinstance(path, str) or _NEXT_PAGE.fullmatch(path) is None:
        raise UnavailableError("Salesforce announced a page and not where it is")
    return path


def _names_of(query: Query) -> list[str]:
    """What a row has for the columns of a query: a column of a related record stands in that."""
    return [each.partition(".")[0] for each in query.columns]
