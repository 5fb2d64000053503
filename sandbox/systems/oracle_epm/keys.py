"""Makes the key of a sandbox's registered client when it starts: the private half signs assertions, the public one proves them."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True, slots=True)
class ClientKey:
    """Both halves in PEM."""

    public_key: str
    private_key: str = field(repr=False)


def make_key() -> ClientKey:
    """A new RSA key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return ClientKey(public.decode("ascii"), private.decode("ascii"))
