"""Derives a certificate once more from the journal alone, and says whether it is the same, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass

from ops.certificate_files import CertificateFile, read_certificate
from ops.certifying import asked_of, landscape_key
from ops.place import Place
from ops.recalling import replayed
from tieout.certifying.deriving import derive
from tieout.certifying.document import canonical, digest_of, first_difference
from tieout.errors import PermanentError, UnreadableRecordError
from tieout.landscape import Landscape
from tieout.ledger.certificates import CertificateLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of deriving a certificate again.

    Attributes:
        flaws: what of the file is not as it was made, signed and kept; none where all is.
        differs: the first place where the journal tells something else, or why nothing could be derived; empty: nowhere.
    """

    certificate: CertificateFile
    flaws: tuple[str, ...]
    differs: str

    @property
    def holds(self) -> bool:
        """Whether it is what was signed, and what the journal tells."""
        return not self.flaws and not self.differs


def verified(place: Place, read: bytes) -> Verified:
    """A certificate against its signature, the stage's key, the archive and the journal.

    Raises:
        NoCertificateError: the bytes are none.
    """
    certificate = read_certificate(read)
    flaws = flaws_of(place, certificate, read)
    try:
        differs = _derived_otherwise(place, certificate)
    except (PermanentError, KeyError, TypeError, ValueError) as error:  # it may state anything, or nothing
        differs = f"nothing can be derived by what it states: {type(error).__name__}: {error}"
    return Verified(certificate=certificate, flaws=tuple(flaws), differs=differs)


def flaws_of(place: Place, certificate: CertificateFile, read: bytes) -> list[str]:
    """What of a certificate, as it was read, is not as it was made, signed by this stage, and kept."""
    return [*certificate.flaws(read), *_strange_key(place, certificate), *_not_kept(place, certificate, read)]


def _strange_key(place: Place, certificate: CertificateFile) -> list[str]:
    signer = place.signer
    if certificate.signature and (certificate.key_id, certificate.public_key) != (signer.key_id, signer.public_key):
        return ["its key is not the one that this stage signs with"]
    return []


def _not_kept(place: Place, certificate: CertificateFile, read: bytes) -> list[str]:
    """Whether the ledger knows that it was signed, and the archive has the same bytes."""
    content = certificate.content
    kept = CertificateLedger(place.table).signed(str(content.get("legal_entity")), str(content.get("period")))
    found = next((each for each in kept if each.digest == certificate.digest), None)
    if found is None:
        return ["the ledger does not know that it was signed"] if certificate.signature else []
    try:
        return [] if place.archive.get(found.kept_as) == read else ["the archive has other bytes of it"]
    except UnreadableRecordError:
        return ["the archive does not have it any more"]


def _derived_otherwise(place: Place, certificate: CertificateFile) -> str:
    """The first place where what the journal tells is not what the certificate says; empty where all is the same."""
    content, asked = certificate.content, asked_of(certificate.content)
    wanted = content["evidence"]["landscape"]
    landscape = place.archive.get(landscape_key(wanted))
    if digest_of(landscape) != wanted:
        return "/evidence/landscape: the archive has another landscape under that digest"
    told = derive(replayed(place.archive, asked.as_of).table(), Landscape.of_json(landscape), asked)
    if canonical(told) == canonical(content):
        return ""
    return str(first_difference(content, told))
