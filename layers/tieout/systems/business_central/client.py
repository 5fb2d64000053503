"""Calls Business Central's API v2.0; one call at a time, of which a user may have five under way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from tieout.answers import parse_object, rows_in
from tieout.drift import Watch
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.systems.business_central.answers import refusal
from tieout.systems.business_central.expected import EXPECTED
from tieout.systems.business_central.fields import Row
from tieout.systems.business_central.tokens import AccessTokens

_TIMEOUT = httpx.Timeout(30, connect=5)
_MOST_ROWS = 100_000  # five full pages: more are not held in memory, and a chain of pages has an end


class BusinessCentralClient:
    """One environment's API, by one app registration.

    Args:
        api_base_url: `https://api.businesscentral.dynamics.com`.
        credentials: `tenant_id` and `environment` stand in every address; the rest is `AccessTokens`'.

    Attributes:
        watch: is shown the rows of every query.
    """

    def __init__(
        self, api_base_url: str, credentials: Mapping[str, str], tokens: AccessTokens, http: httpx.Client
    ) -> None:
        self._base_url = api_base_url.rstrip("/")
        self._path = _api_path(credentials)
        self._tokens = tokens
        self._http = http
        self.watch = Watch(EXPECTED)

    def rows(self, company: str, resource: str, query: Mapping[str, str]) -> list[Row]:
        """All rows of a resource of a company that a query finds, page by page.

        Raises:
            AccessDeniedError: if our token or user is refused, or the company or resource is not there.
            ThrottledError, UnavailableError: if Business Central does not answer, or not wholly, now.
            UnreadableRecordError: if the query, one of the rows or their number spoils the answer; ask for fewer.
        """
        rows: list[Row] = []
        path = f"{self._path}/companies({company})/{resource}{_written(query)}"
        while path:
            page = self._object("GET", path, resource)
            found = rows_in(page, "Business Central")
            self.watch.see(resource, found, [each for each in query.get("$select", "").split(",") if each])
            rows.extend(found)
            path = self._following(page)
            if path and not found:
                raise UnavailableError("Business Central answered an empty page and announced another")
            if path and len(rows) >= _MOST_ROWS:
                raise UnreadableRecordError(f"Business Central has more than {_MOST_ROWS} rows for one query")
        return rows

    def subscriptions(self) -> list[Row]:
        """All subscriptions our user may see, of whatever resource; raises as `rows`."""
        rows: list[Row] = []
        path = f"{self._path}/subscriptions"
        while path:
            page = self._object("GET", path, "subscriptions")
            rows.extend(rows_in(page, "Business Central"))
            path = self._following(page)
        return rows

    def subscribe(self, wanted: Mapping[str, str]) -> Mapping[str, Any]:
        """The subscription made; Business Central asks the address for its consent before it answers. Raises as `rows`."""
        return self._object("POST", f"{self._path}/subscriptions", "subscriptions", body=wanted)

    def renew(self, subscription_id: str, etag: str, wanted: Mapping[str, str]) -> Mapping[str, Any]:
        """The subscription as renewed, after another consent; raises as `rows`, and `ConflictError` for another `etag`."""
        path = f"{self._path}/subscriptions('{quote(subscription_id, safe='')}')"
        return self._object("PATCH", path, "subscriptions", body=wanted, headers={"If-Match": etag})

    def _object(
        self,
        method: str,
        path: str,
        subject: str,
        *,
        body: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """What a call is answered; a token that is no longer taken is replaced once."""
        answer = self._tokens.authorised(lambda token: self._send(method, path, token, body, headers or {}))
        if answer.status_code not in {httpx.codes.OK, httpx.codes.CREATED}:
            raise refusal(answer, subject)
        return parse_object(answer.content, "Business Central")

    def _send(
        self, method: str, path: str, token: str, body: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> httpx.Response:
        sent = {"authorization": f"Bearer {token}", "accept": "application/json", **headers}
        try:
            return self._http.request(
                method, self._base_url + path, json=body, headers=sent, timeout=_TIMEOUT, follow_redirects=False
            )
        except httpx.HTTPError as error:
            raise UnavailableError(f"Business Central did not answer: {type(error).__name__}") from None

    def _following(self, page: Mapping[str, Any]) -> str:
        """Where the next page is; only its path is used, so that the token goes to the configured host and to no other."""
        link = page.get("@odata.nextLink")
        if link is None:
            return ""
        parts = urlsplit(link) if isinstance(link, str) else None
        if parts is None or not parts.path.startswith(f"{self._path}/"):
            raise UnavailableError("Business Central announced a page and not where it is")
        return f"{parts.path}?{parts.query}"


def _api_path(credentials: Mapping[str, str]) -> str:
    """The path of the API; incomplete credentials already fail for want of a token, or lead nowhere."""
    tenant_id, environment = (quote(credentials.get(name, ""), safe="") for name in ("tenant_id", "environment"))
    return f"/v2.0/{tenant_id}/{environment}/api/v2.0"


def _written(query: Mapping[str, str]) -> str:
    pairs = [f"{name}={quote(value, safe="(),:'=$")}" for name, value in query.items()]
    return f"?{'&'.join(pairs)}" if pairs else ""
