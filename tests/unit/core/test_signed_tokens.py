"""JSON Web Tokens are signed so that anybody with the public key can tell."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import get_args

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from sandbox.systems.netsuite.certificates import IntegrationKey, make_key
from tieout.errors import AccessDeniedError
from tieout.jwt import Algorithm, signed_jwt

PADDINGS: dict[str, padding.AsymmetricPadding] = {
    "RS256": padding.PKCS1v15(),
    "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH),
}


@cache
def key() -> IntegrationKey:
    """One key for all tests, short so that signing is quick."""
    return make_key(2048)


def decoded(part: str) -> bytes:
    """What a part of a token holds."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def is_signed_by(algorithm: str, token: str) -> bool:
    """Whether the key made the token's signature in this way."""
    public = serialization.load_pem_public_key(key().public_key.encode())
    assert isinstance(public, rsa.RSAPublicKey)
    signed, _, signature = token.rpartition(".")
    try:
        public.verify(decoded(signature), signed.encode(), PADDINGS[algorithm], hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_a_token_is_signed_in_the_way_its_header_says(algorithm: Algorithm) -> None:
    """The claims travel as they are; neither signature is taken for the other."""
    claims: dict[str, str | int] = {"iss": "me", "exp": 1_772_442_180}
    token = signed_jwt(claims, key().private_key, algorithm, {"kid": "k1"})
    header, body, _ = token.split(".")
    assert json.loads(decoded(header)) == {"typ": "JWT", "alg": algorithm, "kid": "k1"}
    assert json.loads(decoded(body)) == claims
    assert "=" not in token
    assert [each for each in PADDINGS if is_signed_by(each, token)] == [algorithm]


def elliptic() -> str:
    """A key of another kind."""
    private = ec.generate_private_key(ec.SECP256R1())
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def locked() -> str:
    """A key under a password."""
    private = serialization.load_pem_private_key(key().private_key.encode(), None)
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    ).decode()


@pytest.mark.parametrize(
    "private_key", ["", "no key", elliptic(), locked()], ids=["none", "text", "elliptic", "locked"]
)
def test_a_key_that_cannot_sign_is_somebodys_to_replace(private_key: str) -> None:
    """It is told without showing the key."""
    with pytest.raises(AccessDeniedError, match=r"the private key is no (RSA|unencrypted PEM) key"):
        signed_jwt({}, private_key, "RS256", {})
