"""What Azure Event Grid wraps around business events, and how it asks whether they are welcome (step 1, receive).

https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema. In the schema of CloudEvents it asks as
their rules say (`tieout.arriving.consent`): https://learn.microsoft.com/azure/event-grid/end-point-validation-cloud-events-schema.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tieout import strict_json
from tieout.arriving.cloudevents import CONTENT_TYPE_HEADER, content_type, read_events
from tieout.arriving.delivery import Delivery
from tieout.errors import MalformedError

TYPE_HEADER = "aeg-event-type"
_VALIDATION = "subscriptionvalidation"
_CLOUD_EVENTS = "application/cloudevents"
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


def business_events(delivery: Delivery) -> Sequence[Any]:
    """The business events of a delivery, each to be judged alone: those in Event Grid's own batch or in CloudEvents, or one alone.

    Raises:
        MalformedError: if the delivery as a whole is none of this.
    """
    body = delivery.body
    if content_type(delivery.headers.get(CONTENT_TYPE_HEADER, ""))[0].startswith(_CLOUD_EVENTS):
        return [_data_of(each) for each in read_events(body, delivery.headers, ("structured", "batched"))]
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
