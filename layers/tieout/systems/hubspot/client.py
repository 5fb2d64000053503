"""Calls HubSpot's CRM API and says what its answers mean: what was found, what was not, and which error asks for what.

Limits and statuses: https://developers.hubspot.com/docs/guides/apps/api-usage/usage-details and .../error-handling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tieout import strict_json
from tieout.drift import Watch
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError, UnreadableRecordError
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.hubspot.answers import (
    POLICY_SECONDS,
    BatchAnswer,
    Failure,
    RecordPage,
    batch_answer,
    links_of,
    next_page_of,
    origin_of,
    plain_object,
    policy_of,
    record_page,
    retry_after_seconds,
    total_of,
)
from tieout.systems.hubspot.expected import EXPECTED
from tieout.systems.hubspot.line_items import LINE_ITEM_PROPERTIES
from tieout.systems.hubspot.translate import Link

RECORDS_PER_CALL = 100
ASSOCIATIONS_PER_CALL = 1000
RECORDS_PER_SEARCH = 200

_TIMEOUT = httpx.Timeout(20, connect=5)
_PAGES = 50  # of associations of one deal; HubSpot's own limit is a few thousand
_LOCKED_SECONDS = 2  # the documentation asks for two seconds after a 423
_MIGRATING_SECONDS = 600  # a 477 without Retry-After: a data centre migration lasts up to 24 hours


_OBJECTS = "/crm/v3/objects"

Filter = tuple[str, str, str]  # property, operator, value


def open_client(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> HubSpotClient:
    """A client of one HubSpot account; credentials are `{"access_token": ...}` of a private app."""
    token = credentials.get("access_token", "").strip()
    return HubSpotClient(
        http, api_base_url=connection.api_base_url, access_token=token, time_zone=connection.time_zone, clock=clock
    )


class HubSpotClient:
    """The calls we make of one HubSpot account; none of them changes anything there.

    Attributes:
        watch: is shown the records that are read.
    """

    def __init__(
        self, http: httpx.Client, *, api_base_url: str, access_token: str, time_zone: str, clock: Clock
    ) -> None:
        self._http = http
        self._api_base_url = api_base_url.rstrip("/")
        self._access_token = access_token
        self._time_zone = ZoneInfo(time_zone)
        self._clock = clock
        self.watch = Watch(EXPECTED)

    def read_records(self, kind: str, ids: Sequence[str], *, archived: bool, properties: Sequence[str]) -> BatchAnswer:
        """Up to 100 live or archived records of a kind, such as `deals`, with these properties.

        Raises:
            ThrottledError, UnavailableError, AccessDeniedError: the call as a whole failed.
            UnreadableRecordError, MalformedError: one of the records spoils the whole answer; read fewer.
        """
        body = {
            "properties": list(properties),
            "propertiesWithHistory": [],
            "inputs": [{"id": each} for each in ids],
        }
        query = {"archived": "true" if archived else "false"}
        answer = batch_answer(self._call("POST", f"{_OBJECTS}/{kind}/batch/read", body=body, query=query))
        self.watch.see(kind, answer.results)
        return answer

    def read_record(self, kind: str, record_id: str, properties: Sequence[str]) -> Mapping[str, Any] | None:
        """One live record, or None: the only read documented to lead from a merged deal to its survivor.

        Only a 404 says that there is none; a success that names no record says nothing.
        """
        query = {"properties": ",".join(properties), "archived": "false"}
        response = self._send("GET", f"{_OBJECTS}/{kind}/{record_id}", query=query)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        record = self._object_of(response)
        if not record.get("id"):
            raise UnavailableError("HubSpot's answer names no record")
        self.watch.see(kind, [record])
        return record

    def read_line_items(self, ids: Sequence[str], *, archived: bool) -> BatchAnswer:
        """Up to 100 live or archived line items; raises as `read_records` does."""
        return self.read_records("line_items", ids, archived=archived, properties=LINE_ITEM_PROPERTIES)

    def read_links(
        self, ids: Sequence[str], kind: str, *, start: str = "deals"
    ) -> tuple[dict[str, list[Link]], Mapping[str, Failure]]:
        """The `companies` or `line_items` of up to 1000 deals, or the `deals` of line items, and what failed for single ones.

        A record without any has none; an app that may not see them is refused with `AccessDeniedError`.
        """
        links: dict[str, list[Link]] = {each: [] for each in ids}
        failures: dict[str, Failure] = {}
        pending: list[dict[str, str]] = [{"id": each} for each in ids]
        for _page in range(_PAGES):
            answer = batch_answer(
                self._call("POST", f"/crm/v4/associations/{start}/{kind}/batch/read", body={"inputs": pending})
            )
            failures |= answer.failures
            if answer.other_failure is not None:
                raise answer.other_failure
            for result in answer.results:
                links.setdefault(origin_of(result), []).extend(links_of(result))
            pending = [
                {"id": origin_of(result), "after": after}
                for result in answer.results
                if (after := next_page_of(result))
            ]
            if not pending:
                return links, failures
        endless = UnreadableRecordError(f"the record has more than {_PAGES} pages of {kind}")
        return links, failures | dict.fromkeys([each["id"] for each in pending], endless)

    def search_records(self, kind: str, filters: Sequence[Filter], properties: Sequence[str]) -> RecordPage:
        """The first 200 live records, by id, that fit all filters, as HubSpot's index has them.

        The index knows a change only some time after it. Sorted by id and asked for from an id on, no listing reaches the
        10,000 results beyond which a search refuses to page.
        """
        sorts = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        page = self._search(kind, filters, sorts=sorts, properties=list(properties), limit=RECORDS_PER_SEARCH)
        return record_page(page)

    def count_records(self, kind: str, filters: Sequence[Filter]) -> int:
        """How many live records fit all filters, as HubSpot's index has them."""
        return total_of(self._search(kind, filters, limit=1))

    def _search(self, kind: str, filters: Sequence[Filter], **more: object) -> dict[str, Any]:
        """Of one account at most five a second, by whatever app: https://developers.hubspot.com/docs/api-reference/search/guide."""
        plain = [dict(zip(("propertyName", "operator", "value"), each, strict=True)) for each in filters]
        return self._call("POST", f"{_OBJECTS}/{kind}/search", body={"filterGroups": [{"filters": plain}], **more})

    def archived_records(self, kind: str, after: str, properties: Sequence[str]) -> RecordPage:
        """Up to 100 of the records in the recycling bin, which cannot be searched; `after` is empty or a page's `following`."""
        query = {"archived": "true", "limit": str(RECORDS_PER_CALL), "properties": ",".join(properties)}
        return record_page(self._call("GET", f"{_OBJECTS}/{kind}", query=query | ({"after": after} if after else {})))

    def _call(
        self, method: str, path: str, *, body: object = None, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The JSON object answered."""
        return self._object_of(self._send(method, path, body=body, query=query))

    def _send(
        self, method: str, path: str, *, body: object = None, query: Mapping[str, str] | None = None
    ) -> httpx.Response:
        # A token that is no header value would raise inside the HTTP library, with the token in the error's text.
        if not self._access_token or not (self._access_token.isascii() and self._access_token.isprintable()):
            raise AccessDeniedError("the API credential holds no usable access_token")
        headers = {"authorization": f"Bearer {self._access_token}", "accept": "application/json"}
        content = None if body is None else strict_json.dump(body).encode()
        if content is not None:
            headers["content-type"] = "application/json"
        try:
            return self._http.request(
                method,
                self._api_base_url + path,
                params=query,
                content=content,
                headers=headers,
                timeout=_TIMEOUT,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise UnavailableError(f"HubSpot did not answer: {type(error).__name__}") from None

    def _object_of(self, response: httpx.Response) -> dict[str, Any]:
        if not response.is_success:
            raise self._failure(response)
        return plain_object(response)

    def _failure(self, response: httpx.Response) -> Failure:
        """What a status that is no success asks of us."""
        status, asked = response.status_code, retry_after_seconds(response)
        text = f"HubSpot answered {status}"
        if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            return AccessDeniedError(text)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            policy = policy_of(response)
            return ThrottledError(
                f"{text} ({policy})", retry_after_seconds=asked or self._policy_seconds(policy, response)
            )
        if status == httpx.codes.LOCKED:
            return UnavailableError(text, retry_after_seconds=asked or _LOCKED_SECONDS)
        if status == 477:  # noqa: PLR2004 HubSpot's own status
            return UnavailableError(text, retry_after_seconds=asked or _MIGRATING_SECONDS)
        if (
            httpx.codes.BAD_REQUEST <= status < httpx.codes.INTERNAL_SERVER_ERROR
            and status != httpx.codes.REQUEST_TIMEOUT
        ):
            return UnreadableRecordError(text)
        return UnavailableError(text, retry_after_seconds=asked)

    def _policy_seconds(self, policy: str, response: httpx.Response) -> float:
        """How long a limit lasts: the daily one until midnight in the account's time zone, the others their interval."""
        if policy == "DAILY":
            now = self._clock.now().astimezone(self._time_zone)
            midnight = datetime.combine(now.date() + timedelta(days=1), time(), self._time_zone)
            return max(1.0, midnight.timestamp() - now.timestamp())
        interval = response.headers.get("x-hubspot-ratelimit-interval-milliseconds", "")
        if policy == "TEN_SECONDLY_ROLLING" and interval.isascii() and interval.isdigit():
            return min(60.0, max(1.0, int(interval) / 1000))
        return POLICY_SECONDS.get(policy, 10)
