"""Reads what Dynamics answers over OData: the rows of a good answer, and what a refusal means for us.

https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/data-entities/priority-based-throttling.
Nothing is decided on a message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tieout import strict_json
from tieout.errors import (
    AccessDeniedError,
    MalformedError,
    PermanentError,
    ThrottledError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.systems.dynamics_finance.rows import Row

if TYPE_CHECKING:
    import httpx

_THROTTLED_SECONDS = 60
_TOO_LONG = frozenset({414, 431})
_WHOLE_ANSWER_FLAWS = frozenset({"json_invalid", "json_not_utf8", "json_byte_order_mark", "json_too_deep"})
_RETRY_AFTER = re.compile("[0-9]{1,5}", re.ASCII)


def parse_object(answer: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of a 200.

    Raises:
        UnavailableError: for what is no answer of Dynamics', such as a maintenance page or an answer cut short.
        UnreadableRecordError: for JSON that holds what the ledger cannot carry; without the record that holds it the
            others may be read.
    """
    try:
        body = strict_json.parse(answer.content)
    except MalformedError as error:
        if error.reason in _WHOLE_ANSWER_FLAWS:
            raise UnavailableError(f"Dynamics' answer cannot be read: {error.reason}") from None
        raise UnreadableRecordError(f"Dynamics answered with {error.reason}") from None
    if not isinstance(body, dict):
        raise UnavailableError("Dynamics' answer is no JSON object")
    return body


def rows_of(page: Mapping[str, Any]) -> Sequence[Row]:
    """The rows of one page; `UnavailableError` for an answer of another form."""
    rows = page.get("value")
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise UnavailableError("Dynamics answered a query without rows")
    return rows


def refusal(answer: httpx.Response, entity_set: str) -> TransientError | PermanentError:
    """The error an answer other than 200 asks for; `entity_set` is what was read, for people."""
    status = answer.status_code
    said = f"Dynamics answered {status} to a query of {entity_set}"
    if status == 429:  # noqa: PLR2004 over the limits, or of a lower priority than others
        return ThrottledError(said, retry_after_seconds=_retry_after_seconds(answer) or _THROTTLED_SECONDS)
    if status in _TOO_LONG:
        return UnreadableRecordError(said)
    is_refused = 400 <= status < 500 and status != 408  # noqa: PLR2004 an entity set, a column or a permission is missing
    if is_refused:
        return AccessDeniedError(said)
    return UnavailableError(said, retry_after_seconds=_retry_after_seconds(answer))


def _retry_after_seconds(answer: httpx.Response) -> float | None:
    seconds = answer.headers.get("retry-after", "").strip()
    return float(seconds) if _RETRY_AFTER.fullmatch(seconds) else None
