"""Deliveries of generic senders for tests, and what they are split into."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tieout.arriving.delivery import Delivery, Split
from tieout.systems.generic.options import Options
from tieout.systems.generic.payloads import split

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CONNECTION = "some-tool"
REPORT = {"name": "expense_report", "types": ["expense.report.*"], "key": "data.report.id"}


def options(**changed: Any) -> Options:  # noqa: ANN401 values of JSON
    """The options of a connection that signs plain JSON, changed where asked."""
    return Options(**({"proof": "v1", "records": [REPORT]} | changed))


def cloud_options(**changed: Any) -> Options:  # noqa: ANN401 as above
    """The options of a connection that sends CloudEvents in any mode under a bearer token."""
    modes = ["binary", "structured", "batched"]
    return options(**({"proof": "bearer", "format": "cloudevents", "modes": modes} | changed))


def event(report_id: object = "R-1", **changed: object) -> dict[str, Any]:
    """An event about an expense report in plain JSON; a field given as `...` is left out."""
    plain = {
        "type": "expense.report.changed",
        "timestamp": "2026-03-04T05:06:00Z",
        "data": {"report": {"id": report_id}},
        **changed,
    }
    return {name: value for name, value in plain.items() if value is not ...}


def cloud_event(report_id: object = "R-1", **changed: object) -> dict[str, Any]:
    """The same as a CloudEvent in its structured form; an attribute given as `...` is left out."""
    plain = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/tools/expenses",
        "type": "expense.report.changed",
        "time": "2026-03-04T05:06:00Z",
        "datacontenttype": "application/json",
        "data": {"report": {"id": report_id}},
        **changed,
    }
    return {name: value for name, value in plain.items() if value is not ...}


def split_body(body: object, headers: Mapping[str, str] | None = None, subject: Options | None = None) -> Split:
    """What a body is split into; bytes are sent as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"webhook-id": "msg_1", **(headers or {})}
    delivery = Delivery(delivery_id="d-1", method="POST", query="", headers=sent, body=raw, received_at=NOW)
    return split(delivery, CONNECTION, subject or options())


def split_binary(attributes: Mapping[str, str], body: bytes = b"", content_type: str = "application/json") -> Split:
    """What a CloudEvent in binary mode is split into."""
    headers = {f"ce-{name}": value for name, value in attributes.items()}
    return split_body(body, headers | ({"content-type": content_type} if content_type else {}), cloud_options())


def split_structured(body: object, *, batched: bool = False, subject: Options | None = None) -> Split:
    """What a structured CloudEvent, or an array of them, is split into."""
    kind = "application/cloudevents-batch+json" if batched else "application/cloudevents+json; charset=UTF-8"
    return split_body(body, {"content-type": kind}, subject or cloud_options())


def records(subject: Split) -> list[tuple[str, str]]:
    """(entity, id) of every notice, in order."""
    return [(each.key.entity, each.key.record_id) for each in subject.notices]


def flaws(subject: Split) -> list[tuple[int, str]]:
    """(position, reason) of every malformed item, in order."""
    return [(each.position, each.reason) for each in subject.malformed]
