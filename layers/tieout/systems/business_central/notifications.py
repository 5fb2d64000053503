"""Reads the two bodies Business Central posts: notifications of subscriptions, and one business event (step 1, receive)."""

from __future__ import annotations

import functools
from typing import Any

from tieout import strict_json
from tieout.errors import MalformedError

_ITEMS = "value"
EVENT_NAME = "eventName"


@functools.lru_cache(maxsize=1)  # asked for twice of each delivery: what proves it, and what it says
def read_notifications(body: bytes) -> list[Any]:
    """The items of a body, each an object or, judged alone, a `MalformedError` or another value; a business event is one item.

    Raises:
        MalformedError: if the body as a whole is neither.
    """
    try:
        _, items = strict_json.parse_with_items(body, _ITEMS)
    except MalformedError as error:
        event = strict_json.object_in(body)
        if EVENT_NAME not in event:
            raise error from None
        return [event]
    return items
