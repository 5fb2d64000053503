"""Says what HubSpot's answers mean: what was found, what was not, and which error asks for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

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
from tieout.systems.hubspot.translate import Link

if TYPE_CHECKING:
    import httpx

POLICY_SECONDS: Mapping[str, float] = {"TEN_SECONDLY_ROLLING": 10, "SECONDLY": 1}

_MISSING = {"OBJECT_NOT_FOUND", "NOT_FOUND"}
_NO_ASSOCIATIONS = "crm.associations.NO_ASSOCIATIONS_FOUND"
_WHOLE_ANSWER_FLAWS = {"json_invalid", "json_not_utf8", "json_byte_order_mark", "json_too_deep"}

Failure = TransientError | PermanentError


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """One batch read's answer, which may be partial (207).

    Attributes:
        results: the records found, as HubSpot states them; a merged deal comes under its survivor's id.
        failures: id to what HubSpot said of it, other than that there is none.
        other_failure: an error HubSpot named no id for: it may concern any id that is not among the results.
    """

    results: tuple[Mapping[str, Any], ...]
    failures: Mapping[str, Failure]
    other_failure: Failure | None


class RecordPage(NamedTuple):
    """Some of the records of a list.

    Attributes:
        following: where those behind them are; empty where there are none.
    """

    records: tuple[Mapping[str, Any], ...]
    following: str


def plain_object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object in an answer.

    Raises:
        UnavailableError: for what is no answer of HubSpot's.
        MalformedError: for a value in it that no JSON may carry.
    """
    try:
        plain = strict_json.parse(response.content)
    except MalformedError as error:
        if error.reason in _WHOLE_ANSWER_FLAWS:  # a proxy's page, or an answer cut short: not HubSpot's last word
            raise UnavailableError(f"HubSpot's answer cannot be read: {error.reason}") from None
        raise
    if not isinstance(plain, dict):
        raise UnavailableError("HubSpot's answer is no JSON object")
    return plain


def batch_answer(plain: Mapping[str, Any]) -> BatchAnswer:
    """What one batch read found and what failed in it; `UnavailableError` for an answer of another form."""
    results, errors = plain.get("results"), plain.get("errors") or []
    if not isinstance(results, list) or not isinstance(errors, list):
        raise UnavailableError("HubSpot's batch answer has no list of results")
    failures: dict[str, Failure] = {}
    other_failure: Failure | None = None
    for error in errors:
        failure = (
            _item_failure(error)
            if isinstance(error, dict)
            else UnavailableError("HubSpot named an error of no known form")
        )
        if failure is None:
            continue
        ids = _error_ids(error)
        failures |= dict.fromkeys(ids, failure)
        other_failure = other_failure if ids else failure
    return BatchAnswer(tuple(each for each in results if isinstance(each, dict)), failures, other_failure)


def _item_failure(error: Mapping[str, Any]) -> Failure | None:
    """What one entry of a partial answer's errors asks of us; None where it says that there is nothing."""
    category, sub_category = str(error.get("category")), error.get("subCategory")
    if category in _MISSING or sub_category == _NO_ASSOCIATIONS:
        return None
    if category in {"RATE_LIMITS", "RATE_LIMIT"}:
        return ThrottledError("HubSpot limits single records of a batch", retry_after_seconds=10)
    if category in {"VALIDATION_ERROR", "INVALID_OBJECT_ID"}:
        return UnreadableRecordError("HubSpot calls the record's id invalid")
    if category in {"MISSING_SCOPES", "BANNED", "INVALID_AUTHENTICATION"}:
        return AccessDeniedError(f"HubSpot refuses single records of a batch: {category}")
    return UnavailableError("HubSpot failed for single records of a batch")


def _error_ids(error: object) -> list[str]:
    context = error.get("context") if isinstance(error, dict) else None
    ids = context.get("ids") or context.get("fromObjectId") if isinstance(context, dict) else None
    return [str(each) for each in ids] if isinstance(ids, list) else []


def record_page(plain: Mapping[str, Any]) -> RecordPage:
    """One page of a list of records; `UnavailableError` for an answer of another form."""
    results = plain.get("results")
    if not isinstance(results, list) or not all(isinstance(each, dict) and each.get("id") for each in results):
        raise UnavailableError("HubSpot's list has no known form")
    return RecordPage(tuple(results), next_page_of(plain))


def total_of(plain: Mapping[str, Any]) -> int:
    """How many records there are to a page of a search; `UnavailableError` for an answer of another form."""
    total = plain.get("total")
    if not isinstance(total, int) or isinstance(total, bool):
        raise UnavailableError("HubSpot's search does not say how many it found")
    return total


def origin_of(result: Mapping[str, Any]) -> str:
    """The id of the record an answer's associations start from."""
    start = result.get("from")
    return str(start.get("id")) if isinstance(start, dict) else ""


def links_of(result: Mapping[str, Any]) -> list[Link]:
    """The records one record is associated with; `UnavailableError` for associations of another form."""
    try:
        return [_link(target) for target in result["to"]]
    except (KeyError, TypeError, AttributeError):
        raise UnavailableError("HubSpot's associations have no known form") from None


def _link(target: Mapping[str, Any]) -> Link:
    """Users can define types of their own, numbered like HubSpot's."""
    own = [each["typeId"] for each in target["associationTypes"] if each.get("category") == "HUBSPOT_DEFINED"]
    return Link(str(target["toObjectId"]), frozenset(own))


def next_page_of(result: Mapping[str, Any]) -> str:
    """Where the next page of a list, or of a record's associations, starts; empty for the last one."""
    paging = result.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    return str(following.get("after") or "") if isinstance(following, dict) else ""


def policy_of(response: httpx.Response) -> str:
    """Which of the limits we know an answer says was reached; empty where it names none of them."""
    policy = strict_json.object_in(response.content).get("policyName")
    return policy if policy in {"DAILY", *POLICY_SECONDS} else ""


def retry_after_seconds(response: httpx.Response) -> float | None:
    """Retry-After in whole seconds, at most a day; its date form is not one HubSpot uses."""
    text = response.headers.get("retry-after", "").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 9:  # noqa: PLR2004 beyond any wait
        return None
    return min(86_400, int(text)) or None
