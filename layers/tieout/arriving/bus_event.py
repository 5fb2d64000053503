"""An event of another EventBridge bus, as a queue hands it on, read as a delivery (step 1, relay).

Format: https://docs.aws.amazon.com/eventbridge/latest/ref/overview.html.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tieout import strict_json
from tieout.arriving.delivery import BUS, Delivery
from tieout.errors import MalformedError

SOURCE_HEADER = "event-source"
TYPE_HEADER = "event-type"
HEADERS_PREFIX = "event-"
"""What the headers begin with that say of an event what EventBridge says of it."""

_NAMED = {SOURCE_HEADER: "source", TYPE_HEADER: "detail-type", "event-id": "id", "event-time": "time"}
_DECODER = json.JSONDecoder()


def delivery_of(message: str, received_at: datetime) -> Delivery:
    """The delivery an event is: its detail, byte for byte, and in headers who put it on the bus under which type.

    Args:
        message: the event as JSON, as EventBridge puts it on a queue.
        received_at: when the queue got it, which stays the same when the queue gives it again.

    Raises:
        MalformedError: for what `strict_json.parse` refuses outside the detail, which its system judges;
            `event_not_of_a_bus` and `event_without_detail` for what is none.
    """
    event, detail = strict_json.parse_beside(message.encode("utf-8", "surrogatepass"), "detail")
    headers = {name: _text(event, field) for name, field in _NAMED.items()}
    if isinstance(detail, MalformedError):
        raise detail
    if not isinstance(detail, dict):
        raise MalformedError("event_without_detail")
    return Delivery(
        delivery_id=headers["event-id"],
        method=BUS,
        query="",
        headers=headers | {"content-type": _content_type(detail)},
        body=_text_of_detail(message).encode(),
        received_at=received_at,
    )


def unreadable(message: str, message_id: str, received_at: datetime) -> Delivery:
    """What a queue handed on and `delivery_of` cannot read, under the message's own id, for keeping it."""
    body = message.encode("utf-8", "surrogatepass")
    return Delivery(delivery_id=message_id, method=BUS, query="", headers={}, body=body, received_at=received_at)


def _text(event: dict[str, Any], field: str) -> str:
    value = event.get(field)
    if not isinstance(value, str) or not value:
        raise MalformedError("event_not_of_a_bus")
    return value


def _content_type(detail: dict[str, Any]) -> str:
    """The media type the detail shows: the JSON form of CloudEvents cannot do without its version."""
    return "application/cloudevents+json" if "specversion" in detail else "application/json"


def _text_of_detail(message: str) -> str:
    """The part of a message, which was parsed before, that is the value of `detail`: numbers keep their digits."""
    position = _after_spaces(message, _after_spaces(message, 0) + 1)
    while True:
        name, position = _DECODER.raw_decode(message, position)
        start = _after_spaces(message, _after_spaces(message, position) + 1)
        _, position = _DECODER.raw_decode(message, start)
        if name == "detail":
            return message[start:position]
        position = _after_spaces(message, _after_spaces(message, position) + 1)


def _after_spaces(text: str, position: int) -> int:
    while text[position] in " \t\r\n":
        position += 1
    return position
