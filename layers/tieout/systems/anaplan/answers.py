"""Turns what Anaplan answered, or did not answer, into the project's errors: the one table of statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from tieout import strict_json
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    ThrottledError,
    TieoutError,
    TransientError,
    UnavailableError,
)

CLOSED_MODEL_WAIT_SECONDS = 300.0  # an archived, locked or offline model comes back by a person's hand, in minutes
CONFLICT_WAIT_SECONDS = 30.0  # another action has the model; asking at once meets it again
RATE_WAIT_SECONDS = 10.0  # help.anaplan.com: wait 10 s where a 429 has no Retry-After
_LONGEST_WAIT_SECONDS = 3600.0

_PARKED = {
    409: ("busy", CONFLICT_WAIT_SECONDS),
    422: ("archived", CLOSED_MODEL_WAIT_SECONDS),
    423: ("locked", CLOSED_MODEL_WAIT_SECONDS),
    424: ("offline", CLOSED_MODEL_WAIT_SECONDS),
}
_DENIED = {
    401: "refuses our token",
    403: "refuses our role",
    404: "does not know it, or hides it from our role",  # no access is masked as 404 on everything inside a model
    425: "is deployed: the change belongs in its development model",
}


def send(http: httpx.Client, request: httpx.Request, *, writing: bool) -> httpx.Response:
    """The answer to a request, whatever its status.

    Raises:
        UnavailableError: no connection came about, so nothing was done; or no answer came to a call that changes nothing.
        LostAnswerError: the connection broke or fell silent after the request was under way (only when `writing`).
    """
    try:
        return http.send(request)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise UnavailableError(f"anaplan: no connection ({type(error).__name__})") from error
    except httpx.RequestError as error:
        raise _unanswered(writing=writing)(f"anaplan: no answer ({type(error).__name__})") from error


def judge(response: httpx.Response, *, writing: bool, now: datetime) -> None:
    """Return for a 2xx and raise what any other status asks for; bodies are never read, since proxies answer in HTML."""
    if not response.is_success:
        raise _error_of(response, writing=writing, now=now)


def content_of(response: httpx.Response, *, writing: bool) -> Mapping[str, Any]:
    """The JSON object of an answer that was judged good.

    Raises:
        LostAnswerError, UnavailableError: for anything else, such as the page of a proxy or a login: what happened
            behind it is unknown.
    """
    try:
        content = strict_json.parse(response.content)
    except MalformedError as error:
        raise _unanswered(writing=writing)("anaplan: an answer that is not JSON") from error
    if not isinstance(content, dict):
        raise _unanswered(writing=writing)("anaplan: an answer that is no JSON object")
    return content


def _unanswered(*, writing: bool) -> Callable[[str], TransientError]:
    return LostAnswerError if writing else UnavailableError


def _error_of(response: httpx.Response, *, writing: bool, now: datetime) -> TieoutError:
    status = response.status_code
    if status in _DENIED:
        return AccessDeniedError(f"anaplan {_DENIED[status]} ({status})")
    if not _is_passing(status):
        return MalformedError(f"anaplan_refuses_request_{status}")
    asked = _retry_after_seconds(response.headers.get("retry-after", ""), now)
    if writing and _leaves_open(status):
        return LostAnswerError(f"anaplan: unknown whether it was done ({status})", retry_after_seconds=asked)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ThrottledError("anaplan: too many requests (429)", retry_after_seconds=asked or RATE_WAIT_SECONDS)
    reason, least = _PARKED.get(status, ("not in service", 0.0))
    wait = max(asked or 0.0, least) or None
    return UnavailableError(f"anaplan: model {reason} ({status})", retry_after_seconds=wait)


def _is_passing(status: int) -> bool:
    """Whether it goes away by itself: also redirects (a login page, maintenance), 408, 410 (the vendor says retry) and 5xx."""
    return status < 400 or status >= 500 or status in _PARKED or status in {408, 410, 429}  # noqa: PLR2004 the classes of HTTP


def _leaves_open(status: int) -> bool:
    """Whether the server may have done the work all the same, or still be at it behind a gateway that gave up waiting.

    Then a write can land after a newer one, which the deliver step must know; 503 alone says that nothing was begun.
    """
    return status == httpx.codes.REQUEST_TIMEOUT or (status >= 500 and status != httpx.codes.SERVICE_UNAVAILABLE)  # noqa: PLR2004


def _retry_after_seconds(header: str, now: datetime) -> float | None:
    """Seconds from now, from a count of seconds or an HTTP date; None where it is absent, past or unreadable."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_WAIT_SECONDS) or None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    seconds = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    return min(seconds, _LONGEST_WAIT_SECONDS) if seconds > 0 else None
