"""Calls HubSpot's CRM API and says what its answers mean: what was found, what was not, and which error asks for what.

Limits and statuses: https://developers.hubspot.com/docs/guides/apps/api-usage/usage-details and .../error-handling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tieout import strict_json
from tieout.errors import (
    AccessDeniedError,
    MalformedError,
    PermanentError,
    ThrottledError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.ports import Clock
from tieout.systems.hubspot.translate import DEAL_PROPERTIES, CompanyLink

DEALS_PER_CALL = 100
ASSOCIATIONS_PER_CALL = 1000

_TIMEOUT = httpx.Timeout(20, connect=5)
_PAGES = 50  # of associations of one deal; HubSpot's own limit is a few thousand companies
_LOCKED_SECONDS = 2  # the documentation asks for two seconds after a 423
_MIGRATING_SECONDS = 600  # a 477 without Retry-After: a data centre migration lasts up to 24 hours
_POLICY_SECONDS = {"TEN_SECONDLY_ROLLING": 10, "SECONDLY": 1}
_MISSING = {"OBJECT_NOT_FOUND", "NOT_FOUND"}
_NO_ASSOCIATIONS = "crm.associations.NO_ASSOCIATIONS_FOUND"
_WHOLE_ANSWER_FLAWS = {"json_invalid", "json_not_utf8", "json_byte_order_mark", "json_too_deep"}

Failure = TransientError | PermanentError


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """One batch read's answer, which may be partial (207).

    Attributes:
        results: the records found, as HubSpot states them; a merged deal comes under its survivor's id.
        failures: id to what HubSpot said of it, other than that there is none.
        other_failure: an error HubSpot named no id for: it may concern any id that is not among the results.
    """

    results: tuple[Mapping[str, Any], ...]
    failures: Mapping[str, Failure]
    other_failure: Failure | None


class HubSpotClient:
    """The calls the record step makes of one HubSpot account; none of them changes anything there."""

    def __init__(
        self, http: httpx.Client, *, api_base_url: str, access_token: str, time_zone: str, clock: Clock
    ) -> None:
        self._http = http
        self._api_base_url = api_base_url.rstrip("/")
        self._access_token = access_token
        self._time_zone = ZoneInfo(time_zone)
        self._clock = clock

    def read_deals(
        self, ids: Sequence[str], *, archived: bool, properties: Sequence[str] = DEAL_PROPERTIES
    ) -> BatchAnswer:
        """Up to 100 live or archived deals with these properties.

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
        return _batch_answer(self._call("POST", "/crm/v3/objects/deals/batch/read", body=body, query=query))

    def read_deal(self, deal_id: str) -> Mapping[str, Any] | None:
        """One live deal, or None: the only read documented to lead from a merged deal to its survivor.

        Only a 404 says that there is none; a success that names no deal says nothing.
        """
        query = {"properties": ",".join(DEAL_PROPERTIES), "archived": "false"}
        response = self._send("GET", f"/crm/v3/objects/deals/{deal_id}", query=query)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        deal = self._object_of(response)
        if not deal.get("id"):
            raise UnavailableError("HubSpot's answer names no deal")
        return deal

    def read_companies(self, deal_ids: Sequence[str]) -> tuple[dict[str, list[CompanyLink]], Mapping[str, Failure]]:
        """The companies of up to 1000 deals (none for a deal without), and what failed for single deals."""
        companies: dict[str, list[CompanyLink]] = {each: [] for each in deal_ids}
        failures: dict[str, Failure] = {}
        pending: list[dict[str, str]] = [{"id": each} for each in deal_ids]
        for _page in range(_PAGES):
            answer = _batch_answer(
                self._call("POST", "/crm/v4/associations/deals/companies/batch/read", body={"inputs": pending})
            )
            failures |= answer.failures
            if answer.other_failure is not None:
                raise answer.other_failure
            for result in answer.results:
                companies.setdefault(_origin(result), []).extend(_links(result))
            pending = [
                {"id": _origin(result), "after": after} for result in answer.results if (after := _next_page(result))
            ]
            if not pending:
                return companies, failures
        endless = UnreadableRecordError(f"the deal has more than {_PAGES} pages of companies")
        return companies, failures | dict.fromkeys([each["id"] for each in pending], endless)

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
        return _plain_object(response)

    def _failure(self, response: httpx.Response) -> Failure:
        """What a status that is no success asks of us."""
        status, asked = response.status_code, _retry_after_seconds(response)
        text = f"HubSpot answered {status}"
        if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            return AccessDeniedError(text)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            policy = _policy_of(response)
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
        return _POLICY_SECONDS.get(policy, 10)


def _plain_object(response: httpx.Response) -> dict[str, Any]:
    try:
        plain = strict_json.parse(response.content)
    except MalformedError as error:
        if error.reason in _WHOLE_ANSWER_FLAWS:  # a proxy's page, or an answer cut short: not HubSpot's last word
            raise UnavailableError(f"HubSpot's answer cannot be read: {error.reason}") from None
        raise
    if not isinstance(plain, dict):
        raise UnavailableError("HubSpot's answer is no JSON object")
    return plain


def _batch_answer(plain: Mapping[str, Any]) -> BatchAnswer:
    results, errors = plain.get("results"), plain.get("errors") or []
    if not isinstance(results, list) or not isinstance(errors, list):
        raise UnavailableError("HubSpot's batch answer has no list of results")
    failures: dict[str, Failure] = {}
    other_failure: Failure | None = None
    for error in errors:
        failure = (
            _item_failure(error)
            if isinstance(error, dict)
            else UnavailableError("HubSpot named an error of no known form")
        )
        if failure is None:
            continue
        ids = _error_ids(error)
        failures |= dict.fromkeys(ids, failure)
        other_failure = other_failure if ids else failure
    return BatchAnswer(tuple(each for each in results if isinstance(each, dict)), failures, other_failure)


def _item_failure(error: Mapping[str, Any]) -> Failure | None:
    """What one entry of a partial answer's errors asks of us; None where it says that there is nothing."""
    category, sub_category = str(error.get("category")), error.get("subCategory")
    if category in _MISSING or sub_category == _NO_ASSOCIATIONS:
        return None
    if category in {"RATE_LIMITS", "RATE_LIMIT"}:
        return ThrottledError("HubSpot limits single records of a batch", retry_after_seconds=10)
    if category in {"VALIDATION_ERROR", "INVALID_OBJECT_ID"}:
        return UnreadableRecordError("HubSpot calls the record's id invalid")
    if category in {"MISSING_SCOPES", "BANNED", "INVALID_AUTHENTICATION"}:
        return AccessDeniedError(f"HubSpot refuses single records of a batch: {category}")
    return UnavailableError("HubSpot failed for single records of a batch")


def _error_ids(error: object) -> list[str]:
    context = error.get("context") if isinstance(error, dict) else None
    ids = context.get("ids") or context.get("fromObjectId") if isinstance(context, dict) else None
    return [str(each) for each in ids] if isinstance(ids, list) else []


def _origin(result: Mapping[str, Any]) -> str:
    start = result.get("from")
    return str(start.get("id")) if isinstance(start, dict) else ""


def _links(result: Mapping[str, Any]) -> list[CompanyLink]:
    try:
        return [_link(target) for target in result["to"]]
    except (KeyError, TypeError, AttributeError):
        raise UnavailableError("HubSpot's associations have no known form") from None


def _link(target: Mapping[str, Any]) -> CompanyLink:
    """Users can define types of their own, numbered like HubSpot's."""
    own = [each["typeId"] for each in target["associationTypes"] if each.get("category") == "HUBSPOT_DEFINED"]
    return CompanyLink(str(target["toObjectId"]), frozenset(own))


def _next_page(result: Mapping[str, Any]) -> str:
    paging = result.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    return str(following.get("after") or "") if isinstance(following, dict) else ""


def _policy_of(response: httpx.Response) -> str:
    try:
        plain = strict_json.parse(response.content)
    except MalformedError:
        return ""
    policy = plain.get("policyName") if isinstance(plain, dict) else None
    return policy if policy in {"DAILY", *_POLICY_SECONDS} else ""


def _retry_after_seconds(response: httpx.Response) -> float | None:
    """Retry-After in whole seconds, at most a day; its date form is not one HubSpot uses."""
    text = response.headers.get("retry-after", "").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 9:  # noqa: PLR2004 beyond any wait
        return None
    return min(86_400, int(text)) or None
