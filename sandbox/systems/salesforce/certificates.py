"""Makes the key of a sandbox's connected app when it starts: the private half signs assertions, the certificate checks them."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.systems.salesforce.settings import OrganizationSettings


@dataclass(frozen=True, slots=True)
class AppKey:
    """Both halves in PEM."""

    public_key: str
    private_key: str = field(repr=False)

    def credentials(self, settings: OrganizationSettings) -> dict[str, str]:
        """The secret of a connection that signs in with this key; whoever knows the login address adds it."""
        return {"client_id": settings.client_id, "username": settings.username, "private_key": self.private_key}


def make_key(bits: int = 2048) -> AppKey:
    """A new RSA key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return AppKey(public.decode("ascii"), private.decode("ascii"))
