"""Reads what Dynamics answers over OData: the rows of a good answer, and what a refusal means for us.

https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/data-entities/priority-based-throttling.
Nothing is decided on a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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

_THROTTLED_SECONDS = 60
_TOO_LONG = frozenset({414, 431})


def refusal(answer: httpx.Response, entity_set: str) -> TransientError | PermanentError:
    """The error an answer other than 200 asks for; `entity_set` is what was read, for people."""
    status = answer.status_code
    said = f"Dynamics answered {status} to a query of {entity_set}"
    if status == 429:  # noqa: PLR2004 over the limits, or of a lower priority than others
        return ThrottledError(said, retry_after_seconds=retry_after_seconds(answer.headers) or _THROTTLED_SECONDS)
    if status in _TOO_LONG:
        return UnreadableRecordError(said)
    is_refused = 400 <= status < 500 and status != 408  # noqa: PLR2004 an entity set, a column or a permission is missing
    if is_refused:
        return AccessDeniedError(said)
    return UnavailableError(said, retry_after_seconds=retry_after_seconds(answer.headers))
