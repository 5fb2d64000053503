"""Makes the certificates of a sandbox when it starts: an authority, and the integration user's certificate it issued."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """What the tenant trusts (`authority_pem`) and what the integration logs in with."""

    authority_pem: str
    certificate_pem: str
    private_key_pem: str = field(repr=False)

    def credentials(self) -> dict[str, str]:
        """The secret of a target that logs in by certificate."""
        return {"certificate_pem": self.certificate_pem, "private_key_pem": self.private_key_pem}


def issue_certificate(now: datetime, *, user: str = "tieout@example.com", days: int = 365) -> IssuedCertificate:
    """A new authority and a certificate of it for `user`, valid from an hour before `now`; takes about half a second."""
    authority_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    user_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    authority = _certificate("Tieout sandbox authority", authority_key, None, authority_key, now, days)
    certificate = _certificate(user, user_key, authority.subject, authority_key, now, days)
    private_key = user_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return IssuedCertificate(_pem(authority), _pem(certificate), private_key.decode("ascii"))


def _certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: x509.Name | None,
    issuer_key: rsa.RSAPrivateKey,
    now: datetime,
    days: int,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
