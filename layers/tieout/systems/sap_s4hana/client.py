"""Calls S/4HANA's OData V2 services; every call is a read, so each may be repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from tieout.answers import rows_in
from tieout.drift import Watch
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.systems.sap_s4hana.answers import content_of, refusal, says_there_is_none
from tieout.systems.sap_s4hana.expected import EXPECTED
from tieout.systems.sap_s4hana.fields import Row
from tieout.systems.sap_s4hana.queries import EntitySet, Query
from tieout.systems.sap_s4hana.tokens import Authorization

_TIMEOUT = httpx.Timeout(60, connect=5)
_COUNT = re.compile("[0-9]{1,12}", re.ASCII)
_MOST_ROWS = 100_000  # more are not held in memory, and a chain of pages has an end


class S4Client:
    """One tenant's services, by one communication user.

    Attributes:
        watch: is shown the entities of every query.
    """

    def __init__(self, http: httpx.Client, authorization: Authorization, api_base_url: str) -> None:
        self._http = http
        self._authorization = authorization
        self._api_base_url = api_base_url.rstrip("/")
        self.watch = Watch(EXPECTED)

    @property
    def base_bytes(self) -> int:
        """Length of an address in front of its path."""
        return len(self._api_base_url)

    def rows(self, query: Query) -> list[Row]:
        """All entities of a query, page by page.

        Raises:
            AccessDeniedError: if S/4HANA refuses our user, the service or the query.
            ThrottledError, UnavailableError: if it does not answer, or not wholly, now.
            UnreadableRecordError: if one of the entities, their number or the address is too much; ask for fewer.
        """
        rows: list[Row] = []
        address = query.address()
        while True:
            page = self._content(address, query.source)
            found = rows_in(page, "S/4HANA", "results")
            self.watch.see(query.source.name, found, query.columns)
            rows.extend(found)
            following = page.get("__next")
            if following is None or (query.most and len(rows) >= query.most):
                return rows
            if not found:
                raise UnavailableError("S/4HANA answered an empty page and announced another")
            if len(rows) >= _MOST_ROWS:
                raise UnreadableRecordError(f"S/4HANA has more than {_MOST_ROWS} entities for one query")
            address = _next_address(following, query.source)

    def count(self, query: Query) -> int | None:
        """How many entities a query has in all, for one call; None where S/4HANA does not say. Raises as `rows`."""
        address = f"{query._replace(most=1, expand='').address()}&$inlinecount=allpages"
        stated = str(self._content(address, query.source).get("__count"))
        return int(stated) if _COUNT.fullmatch(stated) else None

    def exists(self, address: str, source: EntitySet) -> bool:
        """Whether S/4HANA has the one entity at an address; raises as `rows`, also for a 404 in other words than its own."""
        answer = self._authorised(address)
        if says_there_is_none(answer):
            return False
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise UnavailableError("something before S/4HANA answered 404")
        if answer.status_code != httpx.codes.OK:
            raise refusal(answer, source.name)
        content_of(answer)
        return True

    def _content(self, address: str, source: EntitySet) -> Mapping[str, Any]:
        answer = self._authorised(address)
        if answer.status_code != httpx.codes.OK:
            raise refusal(answer, source.name)
        return content_of(answer)

    def _authorised(self, address: str) -> httpx.Response:
        """The answer to a call; a token that S/4HANA no longer takes is replaced once."""
        header = self._authorization.current()
        answer = self._send(address, header)
        if answer.status_code == httpx.codes.UNAUTHORIZED and self._authorization.forget(header):
            answer = self._send(address, self._authorization.current())
        return answer

    def _send(self, address: str, authorization: str) -> httpx.Response:
        headers = {"authorization": authorization, "accept": "application/json"}
        try:
            return self._http.get(
                self._api_base_url + address, headers=headers, timeout=_TIMEOUT, follow_redirects=False
            )
        except httpx.HTTPError as error:
            raise UnavailableError(f"S/4HANA did not answer: {type(error).__name__}") from None


def _next_address(following: object, source: EntitySet) -> str:
    """The next page, at our own address alone: only what stands behind the question mark is taken of what is announced."""
    asked = urlsplit(following).query if isinstance(following, str) else ""
    if not asked or not (asked.isascii() and asked.isprintable()):
        raise UnavailableError("S/4HANA announced a page and not where it is")
    return f"{source.path}?{asked}"
