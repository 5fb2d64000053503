"""Verifies Ed25519 signatures, which the standard library lacks: loaded by connections whose proof is `v1a`, and by no other."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def is_signed(public_key: bytes, signature: bytes, signed: bytes) -> bool:
    """Whether the 64 bytes of `signature` are the key's over `signed`; never raises for what is no key or no signature."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True
