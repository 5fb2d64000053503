"""Reads what Chargebee's API refuses, and what that means for us: by its status and code, never by its words.

https://apidocs.chargebee.com/docs/api/error-handling
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tieout import strict_json
from tieout.answers import retry_after_seconds
from tieout.errors import AccessDeniedError, PermanentError, ThrottledError, TransientError, UnavailableError

if TYPE_CHECKING:
    import httpx

_THROTTLED_SECONDS = 30  # calls are counted by the minute
_MISSING_CODE = "resource_not_found"


class MissingError(PermanentError):
    """Chargebee has no resource of that id, or has it no more."""


def refusal(answer: httpx.Response, path: str) -> TransientError | PermanentError:
    """The error an answer other than 200 asks for; `path` is what was read, for people."""
    status = answer.status_code
    said = f"Chargebee answered {status} to a reading of {path}"
    if status == 429:  # noqa: PLR2004 over the calls of a minute, or over those at once
        return ThrottledError(said, retry_after_seconds=retry_after_seconds(answer.headers) or _THROTTLED_SECONDS)
    if status == 404 and strict_json.object_in(answer.content).get("api_error_code") == _MISSING_CODE:  # noqa: PLR2004
        return MissingError(said)
    if 400 <= status < 500 and status not in {408, 409}:  # noqa: PLR2004 a key, a right, a site or a parameter that does not do
        return AccessDeniedError(said)
    return UnavailableError(said, retry_after_seconds=retry_after_seconds(answer.headers))
