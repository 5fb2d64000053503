"""The part of the ledger that tells of certificates: what was found beside it when one was asked for, and which were signed.

CLOSE#<period>#<company> / EVIDENCE#<name>           what no other item tells: notices that are parked, what is deployed, who asks
CLOSE#<period>#<company> / SIGNED#<as of>#<digest>   that a certificate was signed, by whom, and where it is kept
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from tieout import strict_json
from tieout.errors import PermanentError
from tieout.ledger import control_keys
from tieout.ledger.table import Absent, Item, Put, Table, pages
from tieout.moments import moment_text, parse_moment


class NoEvidenceError(PermanentError):
    """The ledger does not know the evidence that a certificate names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found beside the ledger when somebody asked for a certificate.

    Attributes:
        parked: dead-letter queue to how many messages lie in it; those that hold none as well.
        code_version: of what is deployed, as it says itself.
        landscape: SHA-256 of the compiled landscape that is deployed.
        listed: connection to the entities its source can list.
        reason: why what is not as it should be is signed for; empty where nobody has said so.
    """

    found_at: datetime
    by: str
    parked: Mapping[str, int]
    code_version: str
    landscape: str
    listed: Mapping[str, Sequence[str]]
    reason: str = ""

    @property
    def name(self) -> str:
        """What a certificate calls it."""
        return moment_text(self.found_at)

    def plain(self) -> dict[str, Any]:
        """Itself as JSON values; `of_plain` reads them."""
        return {
            "found_at": self.name,
            "by": self.by,
            "parked": dict(self.parked),
            "code_version": self.code_version,
            "landscape": self.landscape,
            "listed": {name: list(each) for name, each in self.listed.items()},
            "reason": self.reason,
        }

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Self:
        """The evidence `plain` wrote."""
        return cls(**{**plain, "found_at": parse_moment(plain["found_at"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCertificate:
    """That a certificate was signed.

    Attributes:
        digest: SHA-256 of the certificate, in hexadecimal digits.
        kept_as: the object of the archive that holds it.
        key_id: of the key it was signed with.
    """

    legal_entity: str
    period: str
    as_of: datetime
    digest: str
    kept_as: str
    key_id: str
    by: str
    at: datetime


class CertificateLedger:
    """Certificates by company and period."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep_evidence(self, legal_entity: str, period: str, evidence: Evidence) -> None:
        """Keep what was found; raises `ConditionFailedError` where something was found at the same millisecond."""
        told = {"evidence": strict_json.dump(evidence.plain())}
        self._table.write(
            [Put(control_keys.evidence_key(legal_entity, period, evidence.name), told, Absent("evidence"))]
        )

    def evidence(self, legal_entity: str, period: str, name: str) -> Evidence:
        """What was found.

        Raises:
            NoEvidenceError: nothing of that name is known.
        """
        key = control_keys.evidence_key(legal_entity, period, name)
        item = self._table.get([key]).get(key)
        if item is None:
            raise NoEvidenceError(f"the ledger knows no evidence of {name} for {period} of {legal_entity}")
        return Evidence.of_plain(strict_json.parse(str(item["evidence"]).encode()))

    def keep_signed(self, signed: SignedCertificate) -> None:
        """Keep that a certificate was signed."""
        told = {
            "legal_entity": signed.legal_entity,
            "period": signed.period,
            "as_of": moment_text(signed.as_of),
            "digest": signed.digest,
            "kept_as": signed.kept_as,
            "key_id": signed.key_id,
            "by": signed.by,
            "at": moment_text(signed.at),
            "catalogue": control_keys.CERTIFICATES,
        }
        key = control_keys.signed_key(signed.legal_entity, signed.period, signed.as_of, signed.digest)
        self._table.write([Put(key, told, Absent("digest"))])

    def signed(self, legal_entity: str, period: str) -> Iterator[SignedCertificate]:
        """The certificates of a period that were signed, the newest first, read consistently."""
        partition = control_keys.certified_of(legal_entity, period)
        for page in pages(
            lambda after: self._table.query(
                partition, prefix=control_keys.SIGNED_PREFIX, newest_first=True, after=after
            )
        ):
            yield from (_signed(item) for _, item in page.items)

    def all_signed(self) -> Iterator[SignedCertificate]:
        """Every certificate that was signed, by an index that is a moment behind."""
        for page in pages(lambda after: self._table.index("catalogue", control_keys.CERTIFICATES, after=after)):
            found = self._table.get([key for key, _ in page.items])
            yield from (_signed(item) for _, item in sorted(found.items()))


def _signed(item: Item) -> SignedCertificate:
    return SignedCertificate(
        legal_entity=str(item["legal_entity"]),
        period=str(item["period"]),
        as_of=parse_moment(str(item["as_of"])),
        digest=str(item["digest"]),
        kept_as=str(item["kept_as"]),
        key_id=str(item["key_id"]),
        by=str(item["by"]),
        at=parse_moment(str(item["at"])),
    )
