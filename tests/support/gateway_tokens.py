"""Tokens of a made-up issuer, and what API Gateway's JWT authorizer tells the function of one that it verified."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.support.clock import ManualClock

ISSUER = "https://tokens.example.com/tieout"
AUDIENCE = "tieout"
KEY = b"canary-7f3a-current-secret"
_LIFE = timedelta(minutes=5)


def token(now: datetime, key: bytes = KEY, **changed: object) -> str:
    """A token that holds for five minutes, with claims changed where asked; None leaves one out."""
    expires = int((now + _LIFE).timestamp())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "exp": expires, "client_id": "event-mesh", **changed}
    stated = json.dumps({name: value for name, value in claims.items() if value is not None}).encode()
    return f"{base64.urlsafe_b64encode(stated).decode()}.{_signature(stated, key)}"


def sign_as_event_mesh(_body: bytes, clock: ManualClock, key: bytes, _url: str) -> dict[str, str]:
    """The headers of what Event Mesh pushes: a token, which says nothing of the body."""
    return {"authorization": f"Bearer {token(clock.now(), key)}", "content-type": "application/json"}


def authorizer_of(headers: Mapping[str, str], now: datetime) -> dict[str, Any] | None:
    """The `authorizer` of a request's context behind a route with a JWT authorizer; None where it verified nothing.

    The real one lets such a request through to nobody: that it gets to the function all the same is what a route without an
    authorizer would do. Values are texts, and a list is one in brackets.
    """
    given = {name.lower(): value for name, value in headers.items()}.get("authorization", "").removeprefix("Bearer ")
    stated, _, signature = given.partition(".")
    try:
        raw = base64.urlsafe_b64decode(stated.encode())
        claims = json.loads(raw)
    except ValueError:
        return None
    if signature != _signature(raw, KEY) or claims.get("exp", 0) <= now.timestamp():
        return None
    return {"jwt": {"claims": {name: _text(value) for name, value in claims.items()}, "scopes": None}}


def _text(value: object) -> str:
    return f"[{' '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _signature(stated: bytes, key: bytes) -> str:
    return hmac.new(key, stated, hashlib.sha256).hexdigest()
