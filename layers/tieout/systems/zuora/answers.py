"""Reads what Zuora's API refuses, and what that means for us: by status and by the codes of its reasons, never by their words.

A refusal may come with status 200. Of a code of eight digits the last two say what is wrong.
https://developer.zuora.com/docs/guides/error-handling/, https://developer.zuora.com/docs/guides/rate-limits/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tieout import strict_json
from tieout.answers import retry_after_seconds
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    PermanentError,
    ThrottledError,
    TransientError,
    UnavailableError,
)

if TYPE_CHECKING:
    import httpx

_THROTTLED_SECONDS = 30
_MISSING, _LOCKED, _TOO_MANY = 40, 50, 70
_PASSING = frozenset((60, 61, 99))  # faults of Zuora's own, or of a system behind it
_CATEGORIES = 100


class MissingError(PermanentError):
    """Zuora has no object of that id, or has it no more."""


def refusal(answer: httpx.Response, subject: str) -> TransientError | PermanentError:
    """The error an answer of another status than 200 asks for; `subject` is what was asked, for people."""
    return _error(answer.status_code, strict_json.object_in(answer.content), answer.headers, subject)


def refused_in(
    body: Mapping[str, Any], headers: Mapping[str, str], subject: str
) -> TransientError | PermanentError | None:
    """The error that the body of an answer asks for whose status is 200; None for a good one, which says so or nothing."""
    is_refused = any(body.get(name) is False for name in ("success", "Success"))
    return _error(200, body, headers, subject) if is_refused else None


def _error(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str], subject: str
) -> TransientError | PermanentError:
    code = _code_in(body)
    said = f"Zuora answered {status} {code or ''}".rstrip() + f" to a reading of {subject}"
    return _by_status(status, headers, code, said) or _by_code(code, said)


def _by_status(status: int, headers: Mapping[str, str], code: int, said: str) -> TransientError | PermanentError | None:
    """What the status says by itself, or for every status the code; None where only the code says more."""
    category = code % _CATEGORIES
    if status == 429 or category == _TOO_MANY:  # noqa: PLR2004 over a limit of calls, or of calls at once
        return ThrottledError(said, retry_after_seconds=_pause(headers))
    if status == 404 or (category == _MISSING and status < 500):  # noqa: PLR2004 by an address or a reason
        return MissingError(said)
    if status >= 500 or status == 408:  # noqa: PLR2004 down, overloaded, or too slow
        return UnavailableError(said, retry_after_seconds=retry_after_seconds(headers))
    return None


def _by_code(code: int, said: str) -> TransientError | PermanentError:
    category = code % _CATEGORIES
    if code and category == _LOCKED:
        return ConflictError(said)
    if code and category in _PASSING:
        return UnavailableError(said)
    return AccessDeniedError(said)  # our credentials, our rights, or a call that this tenant does not know


def _pause(headers: Mapping[str, str]) -> float:
    """How long to wait: Zuora says in how many seconds the limit that was reached begins anew."""
    stated = {"retry-after": headers.get("ratelimit-reset", "")}
    return retry_after_seconds(headers) or retry_after_seconds(stated) or _THROTTLED_SECONDS


def _code_in(body: Mapping[str, Any]) -> int:
    """The code of the first reason; zero where it states none."""
    reasons = body.get("reasons")
    first = reasons[0] if isinstance(reasons, list) and reasons else None
    code = first.get("code") if isinstance(first, Mapping) else None
    text = str(code) if isinstance(code, int | str) and not isinstance(code, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 8 else 0  # noqa: PLR2004 as many digits
