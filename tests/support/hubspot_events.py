"""HubSpot events for tests, and what they are split into."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tieout.arriving.delivery import Delivery, Split
from tieout.arriving.notice import Notice
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.payloads import split

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
OCCURRED = 1_772_600_000_123


def event(subscription: str = "deal.propertyChange", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 JSON values
    """One event about deal 9001; a field given as `...` is left out."""
    plain = {
        "eventId": 11,
        "subscriptionId": 501,
        "portalId": 20000001,
        "appId": 30000001,
        "occurredAt": OCCURRED,
        "subscriptionType": subscription,
        "attemptNumber": 0,
        "objectId": 9001,
        "changeSource": "CRM_UI",
    }
    if subscription.endswith("propertyChange"):
        plain |= {"propertyName": "amount", "propertyValue": "2000"}
    return {name: value for name, value in (plain | fields).items() if value is not ...}


def split_text(body: str | bytes, options: Options | None = None) -> Split:
    """What a body is split into."""
    raw = body if isinstance(body, bytes) else body.encode()
    delivery = Delivery(delivery_id="d-1", method="POST", query="", headers={}, body=raw, received_at=NOW)
    return split(delivery, "hubspot-emea", options or Options())


def split_events(*events: object, options: Options | None = None) -> Split:
    """What an array of events is split into."""
    return split_text(json.dumps(list(events)), options)


def only(subject: Split) -> Notice:
    """The one notice of a body that makes one."""
    assert subject.malformed == ()
    assert len(subject.notices) == 1
    return subject.notices[0]


def records(subject: Split) -> list[tuple[str, str]]:
    """(entity, id) of every notice, in order."""
    return [(each.key.entity, each.key.record_id) for each in subject.notices]


def reasons(subject: Split) -> list[str]:
    """Why items were refused, in order."""
    return [each.reason for each in subject.malformed]
