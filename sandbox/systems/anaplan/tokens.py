"""The simulated login: checks passwords and certificates, issues tokens that end, refreshes and revokes them."""

from __future__ import annotations

import binascii
import secrets
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sandbox.systems.anaplan.settings import TenantSettings

_NONCE_BYTES = range(100, 201)


@dataclass
class TokenDesk:
    """Issues tokens and knows which are good.

    Attributes:
        issued: how many logins and refreshes there were, by operation.
    """

    settings: TenantSettings
    now: Callable[[], datetime]
    issued: dict[str, int] = field(default_factory=lambda: {"authenticate": 0, "refresh": 0})
    _ends: dict[str, datetime] = field(default_factory=dict)

    def log_in(self) -> dict[str, Any]:
        """The `tokenInfo` of a new token."""
        self.issued["authenticate"] += 1
        return self._info(secrets.token_hex(24))

    def refresh(self, token: str) -> dict[str, Any]:
        """The `tokenInfo` that replaces a good token: a new value, or the old one with a later end, as settings say."""
        self.issued["refresh"] += 1
        del self._ends[token]
        return self._info(token if self.settings.refresh_keeps_value else secrets.token_hex(24))

    def is_good(self, token: str) -> bool:
        """Whether a token was issued, has not ended and was not revoked."""
        return token in self._ends and self.now() < self._ends[token]

    def revoke(self, token: str) -> None:
        """End one token."""
        self._ends.pop(token, None)

    def revoke_all(self) -> None:
        """End every token, as when sessions are cleared at the vendor's side."""
        self._ends.clear()

    def knows_user(self, basic: str) -> bool:
        """Whether the argument of a `Basic` header is the integration user's name and password."""
        login = f"{self.settings.username}:{self.settings.password}"
        return compare_digest(_decoded(basic), login.encode())

    def proves_certificate(self, encoded_pem: str, nonce: str, signature: str) -> bool:
        """Whether a certificate is a PEM text issued by the tenant's authority, in date, and its key signed the nonce."""
        raw_nonce = _decoded(nonce)
        try:
            certificate = x509.load_pem_x509_certificate(_decoded(encoded_pem))
            authority = x509.load_pem_x509_certificate(self.settings.authority_pem.encode())
            certificate.verify_directly_issued_by(authority)
            key = certificate.public_key()
            if not isinstance(key, RSAPublicKey) or len(raw_nonce) not in _NONCE_BYTES:
                return False
            key.verify(_decoded(signature), raw_nonce, PKCS1v15(), hashes.SHA512())
        except (ValueError, TypeError, InvalidSignature):
            return False
        return certificate.not_valid_before_utc <= self.now() <= certificate.not_valid_after_utc

    def _info(self, value: str) -> dict[str, Any]:
        self._ends[value] = self.now() + timedelta(seconds=self.settings.token_seconds)
        return {
            "tokenId": secrets.token_hex(16),
            "tokenValue": value,
            "expiresAt": int(self._ends[value].timestamp() * 1000),
            "refreshTokenId": secrets.token_hex(16),
        }


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
