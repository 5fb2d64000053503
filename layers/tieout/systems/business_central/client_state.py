"""What proves a notification: the `clientState` in its body, which is the webhook secret itself and so is kept nowhere.

At the door every one is replaced by its digest, before anything is verified, kept or logged: a kept delivery can then be
judged again, and whoever sees it can prove nothing with it.
"""

from __future__ import annotations

import hashlib
import re

# What JSON writes in one way only, so that the bytes of the body are those of the secret. The documentation says 2,048
# characters, the metadata of the API said 250, and for business events no more than 50 are kept.
_SECRET = re.compile(rb"[A-Za-z0-9._~-]{16,50}")
# The text of the value, to the end of the body where it is not closed; or, in what is no JSON, what could be a secret.
_STATED = re.compile(
    rb'(client_?state"\s*:\s*"|client_?state"?\s*[:=]\s*(?=[A-Za-z0-9._~-]{16}))((?:[^"\\&\s]|\\.)*)',
    re.IGNORECASE | re.DOTALL,
)


def is_usable(secret: bytes) -> bool:
    """Whether a secret can be a `clientState`: 16 to 50 letters, digits, dots, hyphens, underscores and tildes."""
    return _SECRET.fullmatch(secret) is not None


def digest_of(secret: bytes) -> str:
    """What stands for a secret in a body as it is kept: 64 hexadecimal digits."""
    return hashlib.sha256(secret).hexdigest()


def without_client_states(body: bytes) -> bytes:
    """The body with the digest of each `clientState` in its place, however often it stands there and wherever."""
    return _STATED.sub(lambda found: found[1] + digest_of(found[2]).encode(), body)
