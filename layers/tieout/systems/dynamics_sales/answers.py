"""Reads what Dataverse answers over its Web API: the rows of a good answer, and what a refusal means for us.

https://learn.microsoft.com/power-apps/developer/data-platform/api-limits. Of a body nothing counts but its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tieout import strict_json
from tieout.answers import retry_after_seconds
from tieout.errors import (
    AccessDeniedError,
    PermanentError,
    ThrottledError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)

if TYPE_CHECKING:
    import httpx

Row = Mapping[str, Any]

_THROTTLED_SECONDS = 60
_TOO_LONG = frozenset({414, 431})
_GONE = 410
_EXPIRED_CODE = "0x80044352"  # "Version stamp associated with the client has expired. Please perform a full sync."


class ExpiredMarkError(PermanentError):
    """Dataverse no longer knows what has changed since then: all of it has to be listed anew."""


def refusal(answer: httpx.Response, entity_set: str) -> TransientError | PermanentError:
    """The error an answer other than 200 asks for; `entity_set` is what was read, for people."""
    status = answer.status_code
    said = f"Dataverse answered {status} to a query of {entity_set}"
    if status == 429:  # noqa: PLR2004 over one of the three limits; whoever goes on asking waits longer
        return ThrottledError(said, retry_after_seconds=retry_after_seconds(answer.headers) or _THROTTLED_SECONDS)
    if status in _TOO_LONG:
        return UnreadableRecordError(said)
    if status == _GONE or _code_in(answer) == _EXPIRED_CODE:
        return ExpiredMarkError(said)
    is_refused = 400 <= status < 500 and status != 408  # noqa: PLR2004 an entity set, a column or a privilege is missing
    if is_refused:
        return AccessDeniedError(said)
    return UnavailableError(said, retry_after_seconds=retry_after_seconds(answer.headers))


def _code_in(answer: httpx.Response) -> str:
    error = strict_json.object_in(answer.content).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code.lower() if isinstance(code, str) else ""
