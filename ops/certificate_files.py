"""A certificate as a file: what was derived, its digest, the signature over that, and the public key to check it with."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ops.signing import ALGORITHM, is_signed_by
from tieout import strict_json
from tieout.certifying.document import canonical, digest_of
from tieout.errors import MalformedError, PermanentError


class NoCertificateError(PermanentError):
    """The file is no certificate at all; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFile:
    """A certificate with what proves who has signed it; a draft has no signature.

    Attributes:
        content: what was derived.
        digest: as the file states it.
        public_key: as DER.
    """

    content: Mapping[str, Any]
    digest: str
    signature: bytes = b""
    key_id: str = ""
    public_key: bytes = b""

    def text(self) -> bytes:
        """The bytes of the file: one text for one certificate."""
        return canonical(
            {
                "certificate": self.content,
                "digest": self.digest,
                "signature": {
                    "algorithm": ALGORITHM if self.signature else "",
                    "key_id": self.key_id,
                    "public_key": base64.b64encode(self.public_key).decode(),
                    "value": base64.b64encode(self.signature).decode(),
                },
            }
        )

    def flaws(self, read: bytes) -> list[str]:
        """What of the file, as it was read, is not as it was made: its bytes, its digest, its signature."""
        found = []
        if read != self.text():
            place = next(
                (at for at, (one, other) in enumerate(zip(read, self.text(), strict=False)) if one != other),
                min(len(read), len(self.text())),
            )
            found.append(f"its bytes are not as they are written, from byte {place} on")
        if digest_of(canonical(self.content)) != self.digest:
            found.append("its content has not the digest it states")
        if not self.signature:
            found.append("nobody has signed it: it is a draft")
        elif not is_signed_by(self.public_key, self.digest, self.signature):
            found.append("its signature is not of its digest by its key")
        return found


def unsigned(content: Mapping[str, Any]) -> CertificateFile:
    """A certificate that nobody has signed."""
    return CertificateFile(content=content, digest=digest_of(canonical(content)))


def read_certificate(read: bytes) -> CertificateFile:
    """The certificate in a file.

    Raises:
        NoCertificateError: there is none in it.
    """
    try:
        plain = strict_json.parse(read)
        signed = plain["signature"]
        found = CertificateFile(
            content=plain["certificate"],
            digest=str(plain["digest"]),
            signature=base64.b64decode(signed["value"], validate=True),
            key_id=str(signed["key_id"]),
            public_key=base64.b64decode(signed["public_key"], validate=True),
        )
    except (MalformedError, KeyError, TypeError, binascii.Error) as error:
        raise NoCertificateError(f"it is no certificate: {error!r}") from error
    if not isinstance(found.content, Mapping):
        raise NoCertificateError("it is no certificate: what it certifies is no object")
    return found
