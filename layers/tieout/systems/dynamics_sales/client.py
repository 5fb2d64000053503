"""Calls Dataverse's Web API; every call is a read, so each may be repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from tieout.answers import parse_object, rows_in
from tieout.drift import Watch
from tieout.entra_tokens import EntraTokens
from tieout.errors import ConflictError, UnavailableError, UnreadableRecordError
from tieout.systems.dynamics_sales.answers import Row, refusal
from tieout.systems.dynamics_sales.expected import EXPECTED
from tieout.systems.dynamics_sales.queries import PAGE_ROWS, Query

_TIMEOUT = httpx.Timeout(20, connect=5)
# So many are counted, and more as so many: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/count-rows.
_MOST_COUNTED = 5_000
_ANNOTATIONS = 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
_TRACKING = "odata.track-changes"
_PAGE, _ONE_ROW = f"odata.maxpagesize={PAGE_ROWS}", "odata.maxpagesize=1"


class Changes(NamedTuple):
    """A page of what has changed.

    Attributes:
        following: where the next page is, behind the API's address; empty on the last.
        mark: where on the last page it is said what changes from now on.
    """

    rows: Sequence[Row]
    following: str
    mark: str


class DataverseClient:
    """One environment's Web API, by one app.

    Args:
        api_url: the API's address, down to its version and a slash behind it.

    Attributes:
        watch: is shown the rows of every query.
    """

    def __init__(self, api_url: str, tokens: EntraTokens, http: httpx.Client) -> None:
        self._api_url = api_url
        self._tokens = tokens
        self._http = http
        self.watch = Watch(EXPECTED)

    def rows(self, query: Query) -> Sequence[Row]:
        """All rows of a query, page by page, or its first `top`.

        Raises:
            ConflictError: if rows came or went between the pages.
            ThrottledError, UnavailableError: if Dataverse does not answer, or not wholly, now.
            AccessDeniedError: if it refuses our token, our role or the query: then an entity set or a column is missing.
            UnreadableRecordError: if one of the rows, or their number, spoils the answer; ask for fewer.
        """
        rows: list[Row] = []
        place, counts = query.address(), set[object]()
        while place:
            page = self._page(place, query.entity_set, _ANNOTATIONS)
            counts |= {page["@odata.count"]} if isinstance(page.get("@odata.count"), int) else set()
            found = rows_in(page, "Dataverse")
            self.watch.see(query.entity_set, found, query.columns)
            rows.extend(found)
            if len(rows) > _MOST_COUNTED:  # no count shows that these are all
                raise UnreadableRecordError(
                    f"Dataverse has more than {_MOST_COUNTED} rows of {query.entity_set} for one query"
                )
            place = "" if query.top else self._behind(page, "@odata.nextLink")
        if not query.top and counts != {len(rows)}:
            raise ConflictError(f"Dataverse did not give as many rows of {query.entity_set} as it announced")
        return rows[: query.top] if query.top else rows

    def count(self, query: Query) -> int | None:
        """How many rows a query has, for one call that gives no more than one of them; None for more than Dataverse counts.

        Raises as `rows`.
        """
        page = self._page(query.address(), query.entity_set, _ONE_ROW)  # `$top` is not to be used beside `$count`
        count = page.get("@odata.count")
        if not isinstance(count, int):
            raise UnavailableError("Dataverse did not count what it was asked to")
        return count if count < _MOST_COUNTED else None

    def changes(self, place: str, entity_set: str) -> Changes:
        """A page of what an entity set has, or of what has changed in it: `place` is a query of it, or what a page said.

        Raises:
            ExpiredMarkError: if what has changed since that mark is not known any more.
            ThrottledError, UnavailableError, AccessDeniedError, UnreadableRecordError: as `rows`.
        """
        page = self._page(place, entity_set, f"{_TRACKING},{_PAGE}")
        following = self._behind(page, "@odata.nextLink")
        mark = "" if following else self._behind(page, "@odata.deltaLink")
        if not following and not mark:
            raise UnavailableError("Dataverse tracked changes and did not say where they go on")
        return Changes(rows_in(page, "Dataverse"), following, mark)

    def _behind(self, page: Mapping[str, Any], name: str) -> str:
        """What stands behind our own API's address in a link, since the token goes there; empty where there is none."""
        address = page.get(name)
        if address is None:
            return ""
        if not isinstance(address, str) or not address.startswith(self._api_url):
            raise UnavailableError("Dataverse announced a page that is elsewhere")
        return address.removeprefix(self._api_url)

    def _page(self, place: str, entity_set: str, prefer: str) -> Mapping[str, Any]:
        answer = self._tokens.authorised(lambda token: self._send(self._api_url + place, prefer, token))
        if answer.status_code != httpx.codes.OK:
            raise refusal(answer, entity_set)
        return parse_object(answer.content, "Dataverse")

    def _send(self, address: str, prefer: str, token: str) -> httpx.Response:
        headers = {
            "authorization": f"Bearer {token}",
            "accept": "application/json",
            "odata-maxversion": "4.0",
            "odata-version": "4.0",
            "prefer": prefer,
        }
        try:
            return self._http.get(address, headers=headers, timeout=_TIMEOUT, follow_redirects=False)
        except httpx.HTTPError as error:
            raise UnavailableError(f"Dataverse did not answer: {type(error).__name__}") from None
