"""Calls NetSuite's SuiteQL and REST record API; every call is a read, so each may be repeated."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import httpx

from tieout.drift import Watch
from tieout.errors import AccessDeniedError, ConflictError, UnavailableError, UnreadableRecordError
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.netsuite.answers import parse_object, refusal, says_there_is_none
from tieout.systems.netsuite.expected import EXPECTED
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.rows import Row, lower_cased, row_of
from tieout.systems.netsuite.tokens import AccessTokens

SUITEQL_PATH = "/services/rest/query/v1/suiteql"
RECORD_PATH = "/services/rest/record/v1"
_PAGE_ROWS = 1000  # the most one page may hold
_MOST_ROWS = 100_000  # where SuiteQL stops answering without a word


def open_client(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> NetSuiteClient:
    """A client of one connection, to be kept: it holds the access token.

    Args:
        connection: the account, with its options.
        credentials: `client_id`, `certificate_id` and `private_key` (PEM).
        http: its time-outs are ours.
        clock: decides when a token is too old.
    """
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    tokens = AccessTokens(connection.api_base_url, credentials, options.scope, http, clock)
    return NetSuiteClient(connection.api_base_url, tokens, http, max_concurrency=options.max_concurrency)


class NetSuiteClient:
    """One account's API; safe to use from several threads, which share the concurrency limit.

    Attributes:
        watch: is shown the rows of queries that say what they ask for, which then must not be asked from several threads.
    """

    def __init__(self, base_url: str, tokens: AccessTokens, http: httpx.Client, *, max_concurrency: int) -> None:
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._http = http
        self._slots = threading.BoundedSemaphore(max(1, max_concurrency))
        self.watch = Watch(EXPECTED)

    def query(self, suiteql: str, answer: str = "") -> Sequence[Row]:
        """All rows of a query, page by page; the query must end in an ORDER BY that leaves no ties.

        `answer` is which of the expected ones it is, if any.

        Raises:
            ConflictError: if rows came or went between the pages: whoever stood at a page's edge may be missing, or be
                there twice, and a missing pair of lines that balance would be noticed by nobody.
            ThrottledError, UnavailableError: if NetSuite does not answer now.
            AccessDeniedError: if it refuses our token, or the query: then the role lacks a table or a column.
            UnreadableRecordError: if rows hold what cannot be carried, or are more than SuiteQL gives.
        """
        rows: list[Row] = []
        totals = set()
        while True:
            page = self._page(suiteql, len(rows), _PAGE_ROWS, answer)
            rows.extend(page.rows)
            totals.add(str(page.total))
            if not page.has_more:
                break
        if len(totals) > 1:
            raise ConflictError(f"netsuite announced {len(totals)} numbers of rows for one query")
        _check_total(page.total, len(rows))
        return rows

    def first(self, suiteql: str, count: int) -> tuple[Sequence[Row], bool]:
        """The first rows of a query, at most `count` and 1,000, and whether there are more; raises what `query` does."""
        page = self._page(suiteql, 0, count)
        return page.rows, page.has_more

    def record(self, record_type: str, record_id: str, *, expand: bool = False) -> Mapping[str, Any] | None:
        """A record as the REST record API shows it, None where NetSuite says there is none; sublists are links unless expanded.

        Raises:
            ThrottledError, UnavailableError, AccessDeniedError, UnreadableRecordError: as for `query`; unavailable also
                for a 404 that NetSuite did not word itself: it would make a deletion of a gateway's mistake.
        """
        parameters = {"expandSubResources": "true"} if expand else None
        answer = self._authorised("GET", f"{RECORD_PATH}/{record_type}/{record_id}", parameters=parameters)
        if says_there_is_none(answer):
            return None
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise UnavailableError("something before netsuite answered 404")
        if answer.status_code != httpx.codes.OK:
            raise refusal(answer, UnreadableRecordError)
        return parse_object(answer)

    def _page(self, suiteql: str, offset: int, limit: int, answer: str = "") -> _Page:
        response = self._authorised(
            "POST",
            SUITEQL_PATH,
            parameters={"limit": str(limit), "offset": str(offset)},
            body={"q": suiteql},
        )
        if response.status_code != httpx.codes.OK:
            raise refusal(response, AccessDeniedError)
        page = parse_object(response)
        items = page.get("items")
        if not isinstance(items, list):
            raise UnavailableError("netsuite answered a query without items")
        has_more = page.get("hasMore") is True
        if has_more and not items:
            raise ConflictError("netsuite answered an empty page and announced another")
        self.watch.see(answer, map(lower_cased, items))
        return _Page([row_of(item) for item in items], has_more, page.get("totalResults"))

    def _authorised(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer to a call; a token that NetSuite no longer takes is replaced once."""
        request = {"params": parameters, "json": body}
        return self._tokens.authorised(lambda token: self._send(method, path, token, request))

    def _send(self, method: str, path: str, token: str, request: Mapping[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Prefer": "transient", "Accept": "application/json"}
        try:
            with self._slots:
                return self._http.request(method, self._base_url + path, headers=headers, **request)
        except httpx.HTTPError as error:
            raise UnavailableError(f"netsuite: {type(error).__name__}") from error


class _Page(NamedTuple):
    rows: Sequence[Row]
    has_more: bool
    total: object


def _check_total(stated: object, found: int) -> None:
    total = int(stated) if isinstance(stated, int | str | Decimal) and str(stated).isdigit() else found
    if total >= _MOST_ROWS:
        raise UnreadableRecordError(f"netsuite holds {total} rows and gives at most {_MOST_ROWS}")
    if total != found:
        raise ConflictError(f"netsuite announced {total} rows and gave {found}")
