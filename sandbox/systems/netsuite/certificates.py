"""Makes the key of a sandbox's integration when it starts: the private half signs token requests, the public half checks."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True, slots=True)
class IntegrationKey:
    """Both halves in PEM."""

    public_key: str
    private_key: str = field(repr=False)

    def credentials(
        self, client_id: str = "sandbox-client", certificate_id: str = "sandbox-certificate"
    ) -> dict[str, str]:
        """The secret of a connection that uses this key; the ids are those of `AccountSettings`."""
        return {"client_id": client_id, "certificate_id": certificate_id, "private_key": self.private_key}


def make_key(bits: int = 3072) -> IntegrationKey:
    """A new RSA key; NetSuite takes 3072 or 4096 bits, a test may do with less."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return IntegrationKey(public.decode("ascii"), private.decode("ascii"))
