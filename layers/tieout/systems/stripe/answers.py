"""Reads what Stripe's API refuses, and what that means for us: by its status and code, never by its words.

https://docs.stripe.com/error-handling, https://docs.stripe.com/rate-limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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

_THROTTLED_SECONDS = 5  # Stripe counts by the second, and seldom says how long to wait
_MISSING_CODE = "resource_missing"
_LOCKED_CODE = "lock_timeout"


class MissingError(PermanentError):
    """Stripe has no object of that id, or has it no more."""


def refusal(answer: httpx.Response, path: str) -> TransientError | PermanentError:
    """The error an answer other than 200 asks for; `path` is what was read, for people.

    An object that somebody else has locked costs itself alone; a limit that was reached is for everything that is asked.
    """
    status, code = answer.status_code, _code_in(answer)
    said = f"Stripe answered {status} to a reading of {path}"
    if status == 429:  # noqa: PLR2004 over a limit, which a header names, or locked
        if code == _LOCKED_CODE and "stripe-rate-limited-reason" not in answer.headers:
            return ConflictError(said)
        return ThrottledError(said, retry_after_seconds=retry_after_seconds(answer.headers) or _THROTTLED_SECONDS)
    if status == 404 and code == _MISSING_CODE:  # noqa: PLR2004 any other is of an address that is none
        return MissingError(said)
    if status == 409:  # noqa: PLR2004 of another call on the same object
        return ConflictError(said)
    if 400 <= status < 500 and status != 408:  # noqa: PLR2004 a key, a right or an API version that does not do
        return AccessDeniedError(said)
    return UnavailableError(said, retry_after_seconds=retry_after_seconds(answer.headers))


def _code_in(answer: httpx.Response) -> str:
    error = strict_json.object_in(answer.content).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else ""
