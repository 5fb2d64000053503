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


def refusal(answer: httpx.Response, subject: str) -> TransientError | PermanentError | None:
    """The error an answer asks for, of whatever status; None for a good one. `subject` is what was asked, for people."""
    status = answer.status_code
    body = strict_json.object_in(answer.content) if status != 200 or b'"success"' in answer.content else {}  # noqa: PLR2004 good
    if status == 200 and not _is_refused(body):  # noqa: PLR2004 good
        return None
    code = _code_in(body)
    said = f"Zuora answered {status} {code or ''}".rstrip() + f" to a reading of {subject}"
    return _by_status(answer, code, said) or _by_code(code, said)


def _is_refused(body: Mapping[str, Any]) -> bool:
    return body.get("success") is False or body.get("Success") is False


def _by_status(answer: httpx.Response, code: int, said: str) -> TransientError | PermanentError | None:
    """What the status says by itself; None where the code has to."""
    status, category = answer.status_code, code % _CATEGORIES
    if status == 429 or category == _TOO_MANY:  # noqa: PLR2004 over a limit of calls, or of calls at once
        return ThrottledError(said, retry_after_seconds=_pause(answer.headers))
    if status == 404 or (category == _MISSING and status < 500):  # noqa: PLR2004 by an address or a reason
        return MissingError(said)
    if status >= 500 or status == 408:  # noqa: PLR2004 down, overloaded, or too slow
        return UnavailableError(said, retry_after_seconds=retry_after_seconds(answer.headers))
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
