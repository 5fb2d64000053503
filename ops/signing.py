"""Signs what is certified with the stage's key, and tells by a public key alone whether a signature is of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tieout.aws.failures import asked
from tieout.errors import AccessDeniedError, TieoutError

if TYPE_CHECKING:
    from mypy_boto3_kms.client import KMSClient

ALGORITHM: Final = "ECDSA_SHA_256"


def statement(digest: str) -> bytes:
    """What is signed of a certificate: a text that says what the digest is of, so that the key can sign nothing else by it."""
    return f"tieout-certificate sha256:{digest}".encode()


class Signer:
    """One key of KMS; its private part never leaves it."""

    def __init__(self, client: KMSClient, key_arn: str) -> None:
        self._client = client
        self.key_id = key_arn

    def sign(self, digest: str) -> bytes:
        """The signature of a certificate's digest.

        Raises:
            AccessDeniedError: these credentials may not sign.
        """
        refused: dict[str, TieoutError] = {
            "AccessDeniedException": AccessDeniedError("these credentials may not sign certificates (kms:Sign)")
        }
        message = statement(digest)
        answer = asked(
            lambda: self._client.sign(KeyId=self.key_id, Message=message, SigningAlgorithm=ALGORITHM), refused
        )
        return answer["Signature"]

    @cached_property
    def public_key(self) -> bytes:
        """The key's public part, as DER."""
        return asked(lambda: self._client.get_public_key(KeyId=self.key_id))["PublicKey"]


def is_signed_by(public_key: bytes, digest: str, signature: bytes) -> bool:
    """Whether whoever has the private part of the key has signed that digest; nobody is asked."""
    try:
        key = load_der_public_key(public_key)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(signature, statement(digest), ec.ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
