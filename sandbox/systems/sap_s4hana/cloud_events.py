"""Makes the requests that carry events: CloudEvents 1.0 in JSON, structured, binary, or batched.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any
from urllib.parse import quote

from sandbox.systems.sap_s4hana.settings import BATCHED, BINARY, TenantSettings
from sandbox.systems.sap_s4hana.tenant import BusinessEvent

_UNENCODED = "!#$&'()*+,-./:;<=>?@[]^_`{|}~"  # everything printable but space, double quote and percent (3.1.3.2)


def body_and_headers(events: Sequence[BusinessEvent], settings: TenantSettings) -> tuple[bytes, dict[str, str]]:
    """The body of a request with these events, of which only a batch has several, and its headers."""
    wholes = [_attributes(each, settings) | {"data": dict(each.data)} for each in events]
    if settings.mode == BATCHED:
        return _json(wholes), {"content-type": "application/cloudevents-batch+json; charset=UTF-8"}
    if settings.mode == BINARY:
        data = wholes[0].pop("data")
        content_type = wholes[0].pop("datacontenttype")
        headers = {f"ce-{name}": quote(text, safe=_UNENCODED) for name, text in wholes[0].items()}
        return _json(data), {**headers, "content-type": content_type}
    return _json(wholes[0]), {"content-type": "application/cloudevents+json; charset=UTF-8"}


def _attributes(event: BusinessEvent, settings: TenantSettings) -> dict[str, Any]:
    """The context of an event; its time has whole seconds, so that it orders nothing."""
    return {
        "type": event.type,
        "specversion": "1.0",
        "source": f"/default/sap.s4.beh/{settings.tenant_number}",
        "id": event.id,
        "time": event.moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "datacontenttype": "application/json",
    }


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
