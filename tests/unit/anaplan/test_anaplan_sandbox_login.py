"""Who the simulated tenant lets in: as strict as Anaplan, so that a login that works there is a login."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from sandbox.systems.anaplan.certificates import IssuedCertificate, issue_certificate
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.anaplan.tokens import TokenDesk
from tests.support.clock import DEFAULT_START, ManualClock

NONCE = bytes(range(150))


@pytest.fixture(scope="module")
def issued() -> IssuedCertificate:
    """What the tenant trusts, and its user's login."""
    return issue_certificate(DEFAULT_START, days=30)


@pytest.fixture(scope="module")
def foreign() -> IssuedCertificate:
    """The same of another authority."""
    return issue_certificate(DEFAULT_START)


def desk(issued: IssuedCertificate, clock: ManualClock | None = None) -> TokenDesk:
    """The tenant's login."""
    return TokenDesk(TenantSettings(authority_pem=issued.authority_pem), (clock or ManualClock()).now)


def encoded(raw: bytes) -> str:
    """Base64 text."""
    return b64encode(raw).decode()


def signed(private_key_pem: str, nonce: bytes = NONCE) -> str:
    """The nonce's signature as Anaplan wants it."""
    key = serialization.load_pem_private_key(private_key_pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return encoded(key.sign(nonce, PKCS1v15(), hashes.SHA512()))


def test_the_users_certificate_and_signature_prove_the_user(issued: IssuedCertificate) -> None:
    """A PEM text of the trusted authority, and a nonce signed by its key."""
    pem = encoded(issued.certificate_pem.encode())
    assert desk(issued).proves_certificate(pem, encoded(NONCE), signed(issued.private_key_pem))


def test_somebody_elses_signature_does_not(issued: IssuedCertificate, foreign: IssuedCertificate) -> None:
    """A certificate is public: without its private key it proves nothing."""
    pem = encoded(issued.certificate_pem.encode())
    assert not desk(issued).proves_certificate(pem, encoded(NONCE), signed(foreign.private_key_pem))


def test_a_signature_of_another_nonce_does_not(issued: IssuedCertificate) -> None:
    """A signature that was overheard is for its own nonce."""
    pem = encoded(issued.certificate_pem.encode())
    assert not desk(issued).proves_certificate(pem, encoded(NONCE[::-1]), signed(issued.private_key_pem))


@pytest.mark.parametrize("size", [99, 201])
def test_a_nonce_of_another_size_does_not(issued: IssuedCertificate, size: int) -> None:
    """100 to 200 bytes are asked for."""
    nonce = bytes(size)
    pem = encoded(issued.certificate_pem.encode())
    assert not desk(issued).proves_certificate(pem, encoded(nonce), signed(issued.private_key_pem, nonce))


def test_the_bare_certificate_without_its_pem_text_does_not(issued: IssuedCertificate) -> None:
    """The vendor's own client encodes the whole PEM file, so that is what is taken."""
    der = x509.load_pem_x509_certificate(issued.certificate_pem.encode()).public_bytes(serialization.Encoding.DER)
    assert not desk(issued).proves_certificate(encoded(der), encoded(NONCE), signed(issued.private_key_pem))


def test_an_authority_nobody_trusts_does_not(issued: IssuedCertificate, foreign: IssuedCertificate) -> None:
    """Neither a foreign certificate nor one that vouches for itself."""
    for pem in (foreign.certificate_pem, foreign.authority_pem):
        assert not desk(issued).proves_certificate(
            encoded(pem.encode()), encoded(NONCE), signed(foreign.private_key_pem)
        )
    nobody = TokenDesk(TenantSettings(), ManualClock().now)
    assert not nobody.proves_certificate(
        encoded(issued.certificate_pem.encode()), encoded(NONCE), signed(issued.private_key_pem)
    )


def test_a_certificate_out_of_date_does_not(issued: IssuedCertificate) -> None:
    """A certificate ends, and then somebody has to renew it in time."""
    clock = ManualClock(DEFAULT_START + timedelta(days=31))
    pem = encoded(issued.certificate_pem.encode())
    assert not desk(issued, clock).proves_certificate(pem, encoded(NONCE), signed(issued.private_key_pem))


@pytest.mark.parametrize("text", ["", "!", "AAAA", "é"])
def test_garbage_does_not(issued: IssuedCertificate, text: str) -> None:
    """Whatever comes, it is refused and not answered with an error."""
    assert not desk(issued).proves_certificate(text, text, text)
    assert not desk(issued).knows_user(text)


def test_a_token_ends_on_time_and_a_refresh_replaces_it(issued: IssuedCertificate) -> None:
    """The old value ends with the refresh, where the tenant gives new values."""
    clock = ManualClock()
    tokens = desk(issued, clock)
    old = tokens.log_in()["tokenValue"]
    new = tokens.refresh(old)["tokenValue"]
    assert not tokens.is_good(old)
    clock.advance(2099)
    assert tokens.is_good(new)
    clock.advance(1)
    assert not tokens.is_good(new)


def test_a_refresh_may_keep_the_value() -> None:
    """The other way that was seen: the same value, with a later end."""
    clock = ManualClock()
    tokens = TokenDesk(TenantSettings(refresh_keeps_value=True), clock.now)
    first = tokens.log_in()
    clock.advance(2000)
    second = tokens.refresh(first["tokenValue"])
    assert second["tokenValue"] == first["tokenValue"]
    assert second["expiresAt"] - first["expiresAt"] == 2_000_000
    assert tokens.is_good(first["tokenValue"])
