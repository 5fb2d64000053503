"""Signs JSON Web Tokens with a private key in PEM: what the token addresses of OAuth take in the place of a password."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Literal

from tieout.errors import AccessDeniedError

Algorithm = Literal["PS256", "RS256"]


def signed_jwt(
    claims: Mapping[str, str | int], private_key: str, algorithm: Algorithm, header: Mapping[str, str]
) -> str:
    """The claims as a JWT in compact form (RFC 7515), signed with an RSA key by SHA-256; `header` adds to `typ` and `alg`.

    Raises:
        AccessDeniedError: for a key that is no unencrypted RSA key in PEM.
    """
    whole = {"typ": "JWT", "alg": algorithm, **header}
    signed = f"{_part(json.dumps(whole).encode())}.{_part(json.dumps(claims).encode())}"
    return f"{signed}.{_part(_signature(private_key, signed.encode(), algorithm))}"


def _signature(private_key: str, signed: bytes, algorithm: Algorithm) -> bytes:
    """RSASSA-PSS (PS256) or RSASSA-PKCS1-v1_5 (RS256), both with SHA-256."""
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 heavy, only needed for a new token
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415 the same

    try:
        # It is our own key: proving its primes anew costs a hundred signatures, and a wrong one is refused anyway.
        key = serialization.load_pem_private_key(
            private_key.encode(), password=None, unsafe_skip_rsa_key_validation=True
        )
    except (ValueError, TypeError) as error:
        raise AccessDeniedError("the private key is no unencrypted PEM key") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise AccessDeniedError("the private key is no RSA key")
    digest = hashes.SHA256()
    if algorithm == "RS256":
        return key.sign(signed, padding.PKCS1v15(), digest)
    return key.sign(signed, padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH), digest)


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).replace(b"=", b"").decode()
