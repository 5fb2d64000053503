"""Makes the requests that carry a simulated tool's events: plain JSON, or CloudEvents in one of their three modes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from sandbox.systems.generic.settings import ToolSettings

_UNENCODED = (
    "!#$&'()*+,-./:;<=>?@[]^_`{|}~"  # everything printable but space, double quote and percent (HTTP binding 3.1.3.2)
)


@dataclass(frozen=True, kw_only=True)
class ToolEvent:
    """One event of the tool."""

    id: str
    type: str
    time: str
    data: Any = None
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class ToolRequest:
    """One request before it is proven; `events` counts those it carries."""

    body: bytes
    events: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)


def requests_of(events: Sequence[ToolEvent], settings: ToolSettings) -> list[ToolRequest]:
    """The requests that carry the events, in order."""
    size = max(1, settings.batch_size) if settings.mode in {"plain", "batched"} else 1
    groups = [events[start : start + size] for start in range(0, len(events), size)]
    return [_request(group, settings) for group in groups]


def _request(events: Sequence[ToolEvent], settings: ToolSettings) -> ToolRequest:
    count = len(events)
    if settings.mode == "plain":
        said = [{"type": each.type, "timestamp": each.time, "data": each.data} for each in events]
        body = _json(said[0] if count == 1 else said)
        return ToolRequest(body=body, events=count, headers={"content-type": "application/json"})
    if settings.mode == "binary":
        headers = {
            f"ce-{name}": quote(text, safe=_UNENCODED) for name, text in _attributes(events[0], settings).items()
        }
        return ToolRequest(body=_json(events[0].data), headers={**headers, "content-type": "application/json"})
    whole = [{**_attributes(each, settings), "data": each.data} for each in events]
    if settings.mode == "structured":
        return ToolRequest(
            body=_json(whole[0]), headers={"content-type": "application/cloudevents+json; charset=utf-8"}
        )
    batch = {"content-type": "application/cloudevents-batch+json; charset=utf-8"}
    return ToolRequest(body=_json(whole), events=count, headers=batch)


def _attributes(event: ToolEvent, settings: ToolSettings) -> dict[str, str]:
    subject = {"subject": event.subject} if event.subject else {}
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": settings.source,
        "type": event.type,
        "time": event.time,
        **subject,
    }


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
