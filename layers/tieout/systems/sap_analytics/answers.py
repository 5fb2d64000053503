"""Turns what SAP Analytics Cloud answered, or did not answer, into the project's errors: the one table of statuses and codes.

Its own error codes: https://help.sap.com/doc/14cac91febef464dbb1efce20e3f1613/release/en-US/f99e725fc97149f4b37faf5e00c07d44.html
"""

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

UNKNOWN_COLUMNS = 1004
IN_PROGRESS = 1010
NOT_GRANTED = 3401
JOB_WAIT_SECONDS = 60.0  # other jobs have to end, be removed or expire first
RATE_WAIT_SECONDS = 30.0  # where a 429 has no Retry-After; the limit is not published
_LONGEST_WAIT_SECONDS = 3600.0

_BUSY = {
    1001: "its job is in another state",
    1002: "our user has too many jobs",
    1003: "its job is in another state",
    1007: "the model has too many jobs",
    IN_PROGRESS: "a request is already in progress",
}
_DENIED = {401: "refuses our token", 403: "refuses our role", 404: "does not know it"}


class BusyError(UnavailableError):
    """Import jobs are in the way, ours or others'.

    Attributes:
        code: SAP's own.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"sap analytics: {_BUSY[code]} ({code})", retry_after_seconds=JOB_WAIT_SECONDS)
        self.code = code


class JobGoneError(UnavailableError):
    """The import job is not there any more: it has expired, or somebody removed it."""


class UnknownColumnsError(MalformedError):
    """The model lacks a column of the rows: it would refuse each of them alone as well."""


def send(http: httpx.Client, request: httpx.Request, *, running: bool) -> httpx.Response:
    """The answer to a request, whatever its status; `running` is the one call that makes a job write.

    Raises:
        UnavailableError: no connection came about, so nothing was done; or no answer came to a call that writes nothing.
        LostAnswerError: the connection broke or fell silent after the request was under way (only when `running`).
    """
    try:
        return http.send(request)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise UnavailableError(f"sap analytics: no connection ({type(error).__name__})") from error
    except httpx.RequestError as error:
        raise _unanswered(running=running)(f"sap analytics: no answer ({type(error).__name__})") from error


def judge(response: httpx.Response, *, running: bool, of_job: bool, now: datetime) -> None:
    """Return for a 2xx and raise what any other status asks for; of its body no more is read than a code, where it states one.

    Args:
        response: what was answered.
        running: whether the call was to make a job write.
        of_job: whether the call was about a job, which can be gone.
        now: to read `Retry-After` dates.
    """
    if response.is_success:
        return
    if of_job and response.status_code == httpx.codes.NOT_FOUND:
        raise JobGoneError("sap analytics: the import job is gone (404)")
    raise _error_of_code(response) or _error_of_status(response, running=running, now=now)


def content_of(response: httpx.Response, *, running: bool) -> Mapping[str, Any]:
    """The JSON object of an answer that was judged good.

    Raises:
        LostAnswerError, UnavailableError: for anything else, such as the page of a proxy or a login: what happened
            behind it is unknown.
    """
    try:
        content = strict_json.parse(response.content)
    except MalformedError as error:
        raise _unanswered(running=running)("sap analytics: an answer that is not JSON") from error
    if not isinstance(content, dict):
        raise _unanswered(running=running)("sap analytics: an answer that is no JSON object")
    return content


def _unanswered(*, running: bool) -> Callable[[str], TransientError]:
    return LostAnswerError if running else UnavailableError


def _error_of_code(response: httpx.Response) -> TieoutError | None:
    """What an error code of SAP's asks for, whatever the status it came with; None where the status decides."""
    code = _code_in(response.content)
    if code == NOT_GRANTED:
        return AccessDeniedError(f"sap analytics has not granted this API to our client ({code})")
    if code in _BUSY:
        return BusyError(code)
    return UnknownColumnsError("sac_columns_not_in_the_model") if code == UNKNOWN_COLUMNS else None


def _code_in(content: bytes) -> int | None:
    """`code` of an error or of its body, as a number or digits; proxies and maintenance answer in HTML, which has none."""
    body = strict_json.object_in(content)
    for part in (body.get("error"), body):
        code = part.get("code") if isinstance(part, dict) else None
        text = str(code)
        if isinstance(code, int | str) and text.isascii() and text.isdigit():
            return int(text[:9])
    return None


def _error_of_status(response: httpx.Response, *, running: bool, now: datetime) -> TieoutError:
    status = response.status_code
    if status in _DENIED:
        return AccessDeniedError(f"sap analytics {_DENIED[status]} ({status})")
    if not _is_passing(status):
        return MalformedError(f"sac_refuses_request_{status}")
    asked = _retry_after_seconds(response.headers.get("retry-after", ""), now)
    if running and _leaves_open(status):
        return LostAnswerError(f"sap analytics: unknown whether it was done ({status})", retry_after_seconds=asked)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ThrottledError("sap analytics: too many requests (429)", retry_after_seconds=asked or RATE_WAIT_SECONDS)
    return UnavailableError(f"sap analytics: not in service ({status})", retry_after_seconds=asked)


def _is_passing(status: int) -> bool:
    """Whether it goes away by itself: also redirects (a login page), 408, 409 and 423 (somebody else has it) and 5xx."""
    return status < 400 or status >= 500 or status in {408, 409, 423, 429}  # noqa: PLR2004 the classes of HTTP


def _leaves_open(status: int) -> bool:
    """Whether the job may have been started all the same, behind a gateway that gave up waiting; 503 says that it was not."""
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
