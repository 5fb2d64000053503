"""What is kept of an event for the records it tells of: a subscription as it was, of whose customer an id alone (step 1)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from tieout import strict_json
from tieout.arriving.delivery import Delivery
from tieout.arriving.excerpts import excerpt
from tieout.errors import MalformedError
from tieout.systems.chargebee import wanted
from tieout.systems.chargebee.ids import SUBSCRIPTIONS, is_made_up
from tieout.systems.chargebee.payloads import API_VERSION


def retained(delivery: Delivery) -> bytes | None:
    """What is kept of an event that shows a subscription; None for any other, and for one of which something cannot be kept."""
    try:
        event = strict_json.parse_taken(delivery.body, partial(excerpt, wanted=wanted.EVENT))
    except MalformedError:
        return None
    return retained_of(event)


def retained_of(event: Any) -> bytes | None:  # noqa: ANN401 JSON of any shape
    """The same of an event that was listed, as far as it is wanted."""
    row = subscription_in(event)
    if row is None or is_made_up((event.get("id"), row.get("id"), row.get("customer_id"))):
        return None
    return strict_json.dump(event).encode()


def subscription_in(event: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 JSON of any shape
    """The subscription an event shows as it was; None where it shows none, or in another version of the API than it is read in."""
    if not isinstance(event, Mapping) or event.get("api_version") != API_VERSION:
        return None
    content = event.get("content")
    row = content.get(SUBSCRIPTIONS.word) if isinstance(content, Mapping) else None
    return row if isinstance(row, Mapping) and row.get("object") == SUBSCRIPTIONS.word else None
