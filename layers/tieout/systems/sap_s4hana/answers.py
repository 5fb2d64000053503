"""Reads S/4HANA's answers: the entities of a good one, and what a refusal means for us. Nothing is decided on a message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tieout import strict_json
from tieout.answers import parse_object, retry_after_seconds
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


_FEWER_STATUSES = frozenset({414, 431})  # the address is longer than something on the way takes
_LATER_STATUSES = frozenset({408, 425, 429})
_CODE = re.compile(r"[A-Za-z0-9_/.-]{1,60}", re.ASCII)


def content_of(answer: httpx.Response) -> Mapping[str, Any]:
    """What stands under `d` in a 200.

    Raises:
        UnavailableError: for what is no answer of S/4HANA's, such as a page to log on.
        UnreadableRecordError: for JSON that holds what the ledger cannot carry; without the record that holds it the
            others may be read.
    """
    content = parse_object(answer.content, "S/4HANA").get("d")
    if not isinstance(content, dict):
        raise UnavailableError("S/4HANA answered without what was asked for")
    return content


def refusal(answer: httpx.Response, subject: str) -> TransientError | PermanentError:
    """The error an answer other than 200 asks for; `subject` is the entity set that was asked, for people."""
    status = answer.status_code
    said = f"S/4HANA answered {status} {error_code(answer)}".rstrip()
    if status == 429:  # noqa: PLR2004 too many requests
        return ThrottledError(said, retry_after_seconds=retry_after_seconds(answer.headers))
    if status in _FEWER_STATUSES:
        return UnreadableRecordError(said)
    if 400 <= status < 500 and status not in _LATER_STATUSES:  # noqa: PLR2004 what we asked for is refused
        return AccessDeniedError(f"{said} to a query of {subject}")
    return UnavailableError(said, retry_after_seconds=retry_after_seconds(answer.headers))


def says_there_is_none(answer: httpx.Response) -> bool:
    """Whether S/4HANA itself says that there is no such entity: a 404 in other words comes from something in between."""
    return answer.status_code == 404 and bool(error_code(answer))  # noqa: PLR2004 not found


def error_code(answer: httpx.Response) -> str:
    """The code of an error body, `{"error": {"code", "message", "innererror"}}`; empty where there is none."""
    error = strict_json.object_in(answer.content).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
