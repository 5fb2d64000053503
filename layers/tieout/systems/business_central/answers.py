"""Reads Business Central's answers: the rows of a good one, and what a refusal means for us.

Limits: https://learn.microsoft.com/en-us/dynamics365/business-central/dev-itpro/administration/operational-limits-online.
Errors: https://learn.microsoft.com/en-us/dynamics365/business-central/dev-itpro/api-reference/v2.0/dynamics-error-codes.
Nothing is decided on a message.
"""

from __future__ import annotations

import re
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
    UnreadableRecordError,
)

if TYPE_CHECKING:
    import httpx

_CODE = re.compile("[A-Za-z0-9_.]{1,80}", re.ASCII)
_THROTTLED_SECONDS = 60  # requests are counted over five minutes
_TOO_MANY = 429
_NOT_FOUND = 404
_SPOILT_BY_ONE = frozenset({400, 414, 431})
_CHANGED_MEANWHILE = frozenset({409, 412})
_LATER = frozenset({408, 423})


class MissingResourceError(AccessDeniedError):
    """The company does not exist, or has no such page, or our user may not know of it."""


def refusal(answer: httpx.Response, subject: str) -> TransientError | PermanentError:
    """The error an answer that is no good one asks for; `subject` is the resource, for people.

    A 404 in Business Central's own words is a company or a page that is not there, or hidden from our user; in any other
    it comes from something in between and says nothing.
    """
    status, code = answer.status_code, error_code(answer)
    said = f"Business Central answered {status} {code}".rstrip()
    if status == _TOO_MANY:
        return ThrottledError(said, retry_after_seconds=retry_after_seconds(answer.headers) or _THROTTLED_SECONDS)
    if status in _CHANGED_MEANWHILE:
        return ConflictError(said)
    if status in _SPOILT_BY_ONE:
        return UnreadableRecordError(f"{said} to a query of {subject}")
    if status == _NOT_FOUND and code:
        return MissingResourceError(f"{said} to a query of {subject}")
    is_refused = status in {401, 403} or (400 <= status < 500 and status not in _LATER and code)  # noqa: PLR2004
    if is_refused:
        return AccessDeniedError(f"{said} to a query of {subject}")
    return UnavailableError(said, retry_after_seconds=retry_after_seconds(answer.headers))


def error_code(answer: httpx.Response) -> str:
    """The code in an error body, `{"error": {"code", "message"}}`; empty where there is none."""
    error = strict_json.object_in(answer.content).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
