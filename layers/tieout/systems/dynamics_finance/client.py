"""Calls Dynamics' OData service; every call is a read, so each may be repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from tieout.answers import parse_object, rows_in
from tieout.drift import Watch
from tieout.entra_tokens import EntraTokens
from tieout.errors import ConflictError, UnavailableError, UnreadableRecordError
from tieout.systems.dynamics_finance.answers import refusal
from tieout.systems.dynamics_finance.queries import CROSS_COMPANY, PATH, Query
from tieout.systems.dynamics_finance.rows import Row

_TIMEOUT = httpx.Timeout(20, connect=5)
_MOST_ROWS = 100_000  # ten full pages: more are not held in memory, and a chain of pages has an end


class DynamicsClient:
    """One environment's OData service, by one app; `watch` is shown the rows of every query."""

    def __init__(self, base_url: str, tokens: EntraTokens, http: httpx.Client, watch: Watch) -> None:
        self.watch = watch
        self.base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._http = http

    def rows(self, query: Query) -> Sequence[Row]:
        """All rows of a query, page by page, or its first `top`.

        Raises:
            ConflictError: if rows came or went between the pages.
            ThrottledError, UnavailableError: if Dynamics does not answer, or not wholly, now.
            AccessDeniedError: if it refuses our token, our role or the query: then an entity set or a column is missing.
            UnreadableRecordError: if one of the rows, or their number, spoils the answer; ask for fewer.
        """
        rows: list[Row] = []
        address = self.base_url + query.address()
        counts: set[object] = set()
        while address:
            page = self._page(address, query.entity_set)
            counts |= {page["@odata.count"]} if isinstance(page.get("@odata.count"), int) else set()
            found = rows_in(page, "Dynamics")
            self.watch.see(query.entity_set, found, query.columns)
            rows.extend(found)
            if len(rows) > _MOST_ROWS:
                raise UnreadableRecordError(
                    f"Dynamics has more than {_MOST_ROWS} rows of {query.entity_set} for one query"
                )
            address = "" if query.top else self._following(page)
            if address and not found:
                raise UnavailableError("Dynamics answered an empty page and announced another")
        if not query.top and counts != {len(rows)}:
            raise ConflictError(f"Dynamics did not give as many rows of {query.entity_set} as it announced")
        return rows[: query.top] if query.top else rows

    def count(self, query: Query) -> int:
        """How many rows a query has, for one call that gives no more than one of them; raises as `rows`."""
        page = self._page(f"{self.base_url}{query._replace(top=1).address()}&$count=true", query.entity_set)
        count = page.get("@odata.count")
        if not isinstance(count, int):
            raise UnavailableError("Dynamics did not count what it was asked to")
        return count

    def _following(self, page: Mapping[str, Any]) -> str:
        """Where the next page is: at our own address alone, since the token goes there, and of all companies."""
        address = page.get("@odata.nextLink")
        if address is None:
            return ""
        if not isinstance(address, str) or not address.startswith(self.base_url + PATH):
            raise UnavailableError("Dynamics announced a page that is elsewhere")
        if CROSS_COMPANY not in address:
            raise UnavailableError("Dynamics announced a page of one company alone")
        return address

    def _page(self, address: str, entity_set: str) -> Mapping[str, Any]:
        answer = self._tokens.authorised(lambda token: self._send(address, token))
        if answer.status_code != httpx.codes.OK:
            raise refusal(answer, entity_set)
        return parse_object(answer.content, "Dynamics")

    def _send(self, address: str, token: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}", "accept": "application/json;odata.metadata=none"}
        try:
            return self._http.get(address, headers=headers, timeout=_TIMEOUT, follow_redirects=False)
        except httpx.HTTPError as error:
            raise UnavailableError(f"Dynamics did not answer: {type(error).__name__}") from None
