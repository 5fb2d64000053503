"""What a source's API answers, as far as it is read alike whoever it is: a JSON object, and how long to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tieout import strict_json
from tieout.arriving.excerpts import Wanted, excerpt
from tieout.errors import MalformedError, UnavailableError, UnreadableRecordError

# Such a body is no answer of the source's at all; any other flaw is one record's.
_WHOLE_ANSWER_FLAWS = frozenset({"json_invalid", "json_not_utf8", "json_byte_order_mark", "json_too_deep"})
_SECONDS = re.compile("[0-9]{1,5}", re.ASCII)


def parse_object(content: bytes, source: str, wanted: Wanted = ...) -> Mapping[str, Any]:
    """The JSON object that a good answer is, or what is wanted of it; `source` is who gave it, for people.

    Raises:
        UnavailableError: for what is no answer of the source's, such as a maintenance page or an answer cut short.
        UnreadableRecordError: where what is wanted of it holds what the ledger cannot carry; without the record that holds it the
            others may be read.
    """
    try:
        body = strict_json.parse_taken(content, partial(excerpt, wanted=wanted))
    except MalformedError as error:
        if error.reason in _WHOLE_ANSWER_FLAWS:
            raise UnavailableError(f"{source} gave an answer that cannot be read: {error.reason}") from None
        raise UnreadableRecordError(f"{source} answered with {error.reason}") from None
    if not isinstance(body, dict):
        raise UnavailableError(f"{source} answered with no JSON object")
    return body


def rows_in(page: Mapping[str, Any], source: str, name: str = "value") -> Sequence[Mapping[str, Any]]:
    """The rows of one page of a list, which OData has under `value`; `source` is who gave it, for people.

    Raises:
        UnavailableError: for an answer of another form.
    """
    rows = page.get(name)
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise UnavailableError(f"{source} answered a query without rows")
    return rows


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in whole seconds, at most a day or so, of headers that are found in any case; None where it says none."""
    seconds = headers.get("retry-after", "").strip()
    return float(seconds) if _SECONDS.fullmatch(seconds) else None
