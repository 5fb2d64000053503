"""Reads an API Gateway event (HTTP API, payload format 2.0) as a delivery."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError

KEY_PARAMETER = "key"
"""What the route calls the part of the path behind the connection, where a sender's key stands there."""


def delivery_of(event: Mapping[str, Any], received_at: datetime) -> Delivery:
    """The delivery an event carries, its body still as it stands in the event (see `decoded`).

    Raises:
        KeyError, TypeError, AttributeError: if it is no such event, which no sender can bring about.
    """
    context = event["requestContext"]
    return Delivery(
        delivery_id=str(context["requestId"]),
        method=str(context["http"]["method"]).upper(),
        query=str(event.get("rawQueryString") or ""),
        headers={name.lower(): str(value) for name, value in (event.get("headers") or {}).items()},
        # A text body went through JSON: what was no UTF-8 on the wire is changed by now, and no signature fits it.
        body=str(event.get("body") or "").encode("utf-8", "surrogatepass"),
        received_at=received_at,
        claims=_claims_in(context),
        key=str((event.get("pathParameters") or {}).get(KEY_PARAMETER) or ""),
    )


def _claims_in(context: Mapping[str, Any]) -> dict[str, str]:
    """The claims of the token that the route's JWT authorizer verified; none on a route that has none."""
    token = (context.get("authorizer") or {}).get("jwt") or {}
    return {name: str(value) for name, value in (token.get("claims") or {}).items()}


def decoded(delivery: Delivery, event: Mapping[str, Any]) -> Delivery:
    """The delivery with the bytes the sender sent: API Gateway hands on some bodies in base64.

    Raises:
        NotAuthenticError: where they cannot be had: what was signed is then unknown.
    """
    if not event.get("isBase64Encoded"):
        return delivery
    try:
        return delivery._replace(body=base64.b64decode(delivery.body, validate=True))
    except binascii.Error as error:
        raise NotAuthenticError("body_not_base64") from error
