"""Reads NetSuite's answers: the object of a good one, and what a refusal means for us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from tieout import strict_json
from tieout.answers import retry_after_seconds
from tieout.errors import (
    AccessDeniedError,
    MalformedError,
    PermanentError,
    ThrottledError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)

# Over the account's concurrency limit: REST answers 429, RESTlets and some gateways 400 with one of these.
_LIMIT_CODES = frozenset(
    {"SSS_REQUEST_LIMIT_EXCEEDED", "CONCURRENCY_LIMIT_EXCEEDED", "WS_REQUEST_BLOCKED", "EXCEEDED_REQUEST_LIMIT"}
)
# Seen of live accounts for ids that no transaction of the asked type has; Oracle's pages do not list it.
_NO_SUCH_TRANSACTION = "transaction type specified is incorrect"
_CODE = re.compile("[A-Z0-9_]{1,60}", re.ASCII)
# Flaws of the text of a body that arrived whole; any other flaw is a body that did not arrive as JSON at all.
_NOT_JSON = frozenset({"json_invalid", "json_not_utf8", "json_byte_order_mark"})


def parse_object(answer: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of a 200.

    Raises:
        UnavailableError: for something that is no JSON object, such as a maintenance page.
        UnreadableRecordError: for JSON that holds what the ledger cannot carry (a control character in a name).
    """
    try:
        body = strict_json.parse(answer.content)
    except MalformedError as error:
        if error.reason in _NOT_JSON:
            raise UnavailableError(f"netsuite answered 200 with {error.reason}") from error
        raise UnreadableRecordError(f"netsuite answered with {error.reason}") from error
    if not isinstance(body, dict):
        raise UnavailableError("netsuite answered 200 with no JSON object")
    return body


def refusal(answer: httpx.Response, otherwise: type[PermanentError]) -> TransientError | PermanentError:
    """The error an answer other than 200 asks for; `otherwise` for a refusal of what exactly we asked."""
    status, codes = answer.status_code, error_codes(answer)
    said = f"netsuite answered {status} {' '.join(sorted(codes))}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS or codes & _LIMIT_CODES:
        return ThrottledError(said, retry_after_seconds=retry_after_seconds(answer.headers))
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
        return UnavailableError(said, retry_after_seconds=retry_after_seconds(answer.headers))
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return AccessDeniedError(said)
    return otherwise(said)


def says_there_is_none(answer: httpx.Response) -> bool:
    """Whether NetSuite says that it has no record of that type and id.

    It says so of a customer by 404, but of a transaction, deleted or of another type, by 400 with nothing but a sentence to
    tell it from other refusals. A 404 in other words than the REST API's comes from a gateway in between and says nothing.
    """
    details = _error_details(answer)
    if answer.status_code == httpx.codes.NOT_FOUND:
        return details is not None
    texts = [str(each.get("detail", "")).casefold() for each in details or () if isinstance(each, dict)]
    return answer.status_code == httpx.codes.BAD_REQUEST and any(_NO_SUCH_TRANSACTION in text for text in texts)


def _error_details(answer: httpx.Response) -> list[Any] | None:
    details = strict_json.object_in(answer.content).get("o:errorDetails")
    return details if isinstance(details, list) else None


def error_codes(answer: httpx.Response) -> frozenset[str]:
    """The codes of an error body, in the form of REST (`o:errorDetails`) or of a RESTlet (`error.code`)."""
    body = strict_json.object_in(answer.content)
    details = body.get("o:errorDetails")
    holders = [*(details if isinstance(details, list) else []), body.get("error"), body]
    codes = (holder.get(name) for holder in holders if isinstance(holder, dict) for name in ("o:errorCode", "code"))
    return frozenset(code for code in codes if isinstance(code, str) and _CODE.fullmatch(code))
