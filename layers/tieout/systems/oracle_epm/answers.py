"""Turns what Oracle answered, or did not answer, into the project's errors: the one table of statuses.

A body is read for two things alone: whether it is a page, as the daily maintenance and proxies answer, and the `detail` that
tells a person why a grid was refused. Nothing is decided by its words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tieout import strict_json
from tieout.answers import retry_after_seconds
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    ThrottledError,
    TieoutError,
    TransientError,
    UnavailableError,
)

_LONGEST_WAIT_SECONDS = 3600.0
_LONGEST_DETAIL = 200
_PAGE = re.compile(rb"\s*<", re.ASCII)
_PASSING = frozenset({408, 409, 423, 429})
_DENIED = {
    401: "refuses our token",
    403: "refuses our role",
    404: "does not know the application or the cube, or hides it from our role",
}


class GridRefusedError(MalformedError):
    """The request is refused as a whole, and nothing of it was written.

    Attributes:
        told: Planning's own words, for the person who mends it; empty where it said nothing.
    """

    def __init__(self, status: int, told: str) -> None:
        super().__init__(f"oracle_epm_refuses_request_{status}")
        self.told = told


@dataclass(frozen=True, slots=True)
class Asked:
    """How a call is to be understood when its answer is bad.

    Attributes:
        writing: whether it changes cells.
        pause_seconds: how long the target is left alone in its maintenance.
    """

    writing: bool
    pause_seconds: float


def send(http: httpx.Client, request: httpx.Request, asked: Asked) -> httpx.Response:
    """The answer to a request, whatever its status.

    Raises:
        UnavailableError: no connection came about, so nothing was done; or no answer came to a call that changes nothing.
        LostAnswerError: the connection broke or fell silent after a write was under way.
    """
    try:
        return http.send(request)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise UnavailableError(f"oracle_epm: no connection ({type(error).__name__})") from error
    except httpx.RequestError as error:
        raise _unanswered(asked)(f"oracle_epm: no answer ({type(error).__name__})") from error


def judge(response: httpx.Response, asked: Asked) -> None:
    """Return for a 2xx and raise what any other status asks for."""
    if not response.is_success:
        raise _error_of(response, asked)


def content_of(response: httpx.Response, asked: Asked) -> Mapping[str, Any]:
    """The JSON object of an answer that was judged good.

    Raises:
        LostAnswerError, UnavailableError: for anything else. A page is that of the maintenance or a login: the target is
            left alone, but what happened behind a proxy is unknown.
    """
    pause = asked.pause_seconds if _is_page(response) else None
    try:
        content = strict_json.parse(response.content)
    except MalformedError as error:
        raise _unanswered(asked)("oracle_epm: an answer that is not JSON", retry_after_seconds=pause) from error
    if not isinstance(content, dict):
        raise _unanswered(asked)("oracle_epm: an answer that is no JSON object")
    return content


def _error_of(response: httpx.Response, asked: Asked) -> TieoutError:
    status = response.status_code
    if status in _DENIED:
        return AccessDeniedError(f"oracle_epm {_DENIED[status]} ({status})")
    waits = retry_after_seconds(response.headers)
    wait = None if waits is None else min(waits, _LONGEST_WAIT_SECONDS)
    if asked.writing and _leaves_open(status):
        return LostAnswerError(f"oracle_epm: unknown whether it was done ({status})", retry_after_seconds=wait)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ThrottledError("oracle_epm: too many requests (429)", retry_after_seconds=wait)
    if status == httpx.codes.SERVICE_UNAVAILABLE or (not status >= 500 and _is_page(response)) or status < 400:  # noqa: PLR2004
        return UnavailableError(
            f"oracle_epm: in maintenance ({status})", retry_after_seconds=wait or asked.pause_seconds
        )
    if status in _PASSING or status >= 500:  # noqa: PLR2004 the classes of HTTP
        return UnavailableError(f"oracle_epm: not now ({status})", retry_after_seconds=wait)
    return GridRefusedError(status, _told(response.content))


def _leaves_open(status: int) -> bool:
    """Whether the server may have done the work all the same, or still be at it behind a gateway that gave up waiting."""
    return status == httpx.codes.REQUEST_TIMEOUT or (status >= 500 and status != httpx.codes.SERVICE_UNAVAILABLE)  # noqa: PLR2004


def _is_page(response: httpx.Response) -> bool:
    """Whether the body is HTML, by what it says it is or by how it begins."""
    kind = response.headers.get("content-type", "").casefold()
    return kind.startswith("text/html") or _PAGE.match(response.content) is not None


def _told(content: bytes) -> str:
    said = strict_json.object_in(content).get("detail")
    return said.strip()[:_LONGEST_DETAIL] if isinstance(said, str) else ""


def _unanswered(asked: Asked) -> type[TransientError]:
    return LostAnswerError if asked.writing else UnavailableError
