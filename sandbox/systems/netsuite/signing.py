"""Signs a body as the account's script does."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime


def signature_headers(secret: str, body: bytes, moment: datetime) -> dict[str, str]:
    """`X-Timestamp` in milliseconds and `X-Signature` over it, a dot, and the raw body.

    The digits are upper case: that is how SuiteScript's `Encoding.HEX` is said to write them.
    """
    timestamp = str(int(moment.timestamp() * 1000))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Timestamp": timestamp, "X-Signature": f"sha256={digest.upper()}"}
