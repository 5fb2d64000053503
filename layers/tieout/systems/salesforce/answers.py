"""Reads Salesforce's answers: the rows of a good one, what a refusal means for us, and how many calls of the day are used.

Errors: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm. Nothing is decided on a message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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
from tieout.systems.salesforce.allowance import Usage

if TYPE_CHECKING:
    import httpx

Failure = TransientError | PermanentError
Row = Mapping[str, Any]

# The calls that exhaust a day's allowance are forgotten one by one over the next 24 hours: with this pause the twelve
# attempts of the record step last as long.
ALLOWANCE_SECONDS = 7_200

_LIMIT_CODE = "REQUEST_LIMIT_EXCEEDED"
_AT_ONCE_SECONDS = 30  # the same code, while calls are left: too many long ones run at once
_THROTTLED_SECONDS = 60
_FIELD_CODE, _OBJECT_CODE = "INVALID_FIELD", "INVALID_TYPE"
# Salesforce's own trouble, or a cursor it no longer has: the same query may succeed later.
_LATER_CODES = frozenset({"INVALID_QUERY_LOCATOR", "QUERY_TIMEOUT", "SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION"})
# One record, or their number, spoils the query: fewer of them may be read. An id it calls invalid is the first code.
_FEWER_CODES = frozenset({"INVALID_QUERY_FILTER_OPERATOR", "OPERATION_TOO_LARGE", "QUERY_TOO_COMPLICATED"})
_FEWER_STATUSES = frozenset({414, 431})
_CODE = re.compile("[A-Z0-9_]{1,60}", re.ASCII)
# Besides `api-usage=18/5000` the header may hold `per-app-api-usage=17/250(appName=...)`.
_USAGE = re.compile(r"(?<![\w-])api-usage=([0-9]{1,12})/([0-9]{1,12})(?![0-9])", re.ASCII)


class MissingFieldError(AccessDeniedError):
    """A query names a field that its object does not have, or that our user may not see: Salesforce does not say which."""


class MissingObjectError(AccessDeniedError):
    """A query names an object that the organisation does not have, or that our user may not read at all."""


def refusal(answer: httpx.Response, subject: str) -> Failure:
    """The error an answer other than 200 asks for; `subject` is the object that was queried, for people."""
    status, codes = answer.status_code, error_codes(answer)
    said = f"Salesforce answered {status} {' '.join(sorted(codes))}".rstrip()
    if _LIMIT_CODE in codes:
        return ThrottledError(said, retry_after_seconds=_limit_seconds(usage_of(answer)))
    if status == 429:  # noqa: PLR2004 from what stands before it: Salesforce itself does not use it
        return ThrottledError(said, retry_after_seconds=retry_after_seconds(answer.headers) or _THROTTLED_SECONDS)
    if status in {401, 403}:
        return AccessDeniedError(f"{said} to a query of {subject}")
    return _refusal_of_query(answer, codes, subject, said)


def _refusal_of_query(answer: httpx.Response, codes: frozenset[str], subject: str, said: str) -> Failure:
    status = answer.status_code
    if _FIELD_CODE in codes:
        return MissingFieldError(f"a field of {subject} does not exist, or our user may not see it")
    if _OBJECT_CODE in codes:
        return MissingObjectError(f"{subject} does not exist, or our user may not read it")
    if codes & _FEWER_CODES or status in _FEWER_STATUSES:
        return UnreadableRecordError(said)
    is_worded = bool(codes - _LATER_CODES) and 400 <= status < 500  # noqa: PLR2004 what we asked for is refused
    if is_worded:
        return AccessDeniedError(f"{said} to a query of {subject}")
    return UnavailableError(said, retry_after_seconds=retry_after_seconds(answer.headers))


def error_codes(answer: httpx.Response) -> frozenset[str]:
    """The codes in an error body: `[{"message", "errorCode", "fields"}]`."""
    try:
        body = strict_json.parse(answer.content)
    except MalformedError:
        return frozenset()
    errors = body if isinstance(body, list) else [body]
    codes = (each.get("errorCode") for each in errors if isinstance(each, dict))
    return frozenset(code for code in codes if isinstance(code, str) and _CODE.fullmatch(code))


def usage_of(answer: httpx.Response) -> Usage | None:
    """What an answer says of the calls of the day; None where it says nothing."""
    found = _USAGE.search(answer.headers.get("sforce-limit-info", ""))
    if found is None or not int(found[2]):
        return None
    return Usage(int(found[1]), int(found[2]))


def _limit_seconds(usage: Usage | None) -> float:
    """One code stands for the calls of a day and for those at once; the count tells which limit was reached."""
    is_of_the_day = usage is None or usage.used >= usage.allowed
    return ALLOWANCE_SECONDS if is_of_the_day else _AT_ONCE_SECONDS
