"""What Azure Event Grid wraps around business events, and how it asks whether they are welcome (step 1, receive).

https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
"""

from __future__ import annotations

import re
from typing import Any

from tieout import strict_json
from tieout.arriving.delivery import Delivery
from tieout.errors import MalformedError

TYPE_HEADER = "aeg-event-type"
_VALIDATION = "subscriptionvalidation"
_CODE = re.compile("[A-Za-z0-9._~-]{1,128}", re.ASCII)  # only such a text is ever given back


def is_validation(delivery: Delivery) -> bool:
    """Whether a delivery asks for an answer by which a new subscription is proven."""
    return delivery.method == "POST" and delivery.headers.get(TYPE_HEADER, "").strip().lower() == _VALIDATION


def validation_code(body: bytes) -> str:
    """The code to be given back.

    Raises:
        MalformedError: if there is none.
    """
    events = strict_json.parse(body)
    data = events[0].get("data") if isinstance(events, list) and events and isinstance(events[0], dict) else None
    code = data.get("validationCode") if isinstance(data, dict) else None
    if not isinstance(code, str) or _CODE.fullmatch(code) is None:
        raise MalformedError("validation_code_missing")
    return code


def business_events(body: bytes) -> list[Any]:
    """The business events of a body: one as Dynamics posts it, or those in a batch of Event Grid's, each to be judged alone.

    Raises:
        MalformedError: if the body as a whole is neither.
    """
    if body.lstrip(b" \t\r\n").startswith(b"["):
        return [_data_of(each) for each in strict_json.parse_items(body)]
    event = strict_json.parse(body)
    if not isinstance(event, dict):
        raise MalformedError("body_not_an_object")
    return [event]


def _data_of(item: Any) -> Any:  # noqa: ANN401 JSON
    """What Event Grid carries, or why that cannot be had."""
    if isinstance(item, MalformedError):
        return item
    data = item.get("data") if isinstance(item, dict) else None
    return data if isinstance(data, dict) else MalformedError("event_without_data")
