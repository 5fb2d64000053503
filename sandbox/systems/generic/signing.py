"""Proves a request as the simulated tool is told to: a signature of Standard Webhooks, or its secret in a header."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox.systems.generic.settings import ToolSettings


def proof_headers(settings: ToolSettings, webhook_id: str, body: bytes, moment: datetime) -> dict[str, str]:
    """The headers that prove a request sent at that moment."""
    if settings.proof == "bearer":
        return {"authorization": f"Bearer {settings.secret}"}
    if settings.proof == "key_header":
        return {settings.key_header: settings.secret}
    stamp = str(int(moment.timestamp()))
    signed = b".".join((webhook_id.encode(), stamp.encode(), body))
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"{settings.proof},{base64.b64encode(_signature(settings.secret, signed)).decode()}",
    }


def public_key_of(secret: str) -> str:
    """What a receiver verifies with, of a private key `whsk_...`."""
    raw = _private_key(secret).public_key().public_bytes_raw()
    return f"whpk_{base64.b64encode(raw).decode()}"


def _signature(secret: str, signed: bytes) -> bytes:
    if secret.startswith("whsk_"):
        return _private_key(secret).sign(signed)
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    return hmac.new(key, signed, hashlib.sha256).digest()


def _private_key(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret.removeprefix("whsk_")))
