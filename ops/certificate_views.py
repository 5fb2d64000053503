"""Certificates as plain values for a table or for JSON."""

from __future__ import annotations

from ops.certificate_files import CertificateFile
from ops.display import Row
from ops.verifying import Verified
from tieout.ledger.certificates import SignedCertificate
from tieout.moments import moment_text


def certificate_record(made: CertificateFile) -> Row:
    """A certificate that was made, and what it says in short."""
    content, found = made.content, made.content["verdict"]
    return {
        "digest": made.digest,
        "signed_with": made.key_id,
        "legal_entity": content["legal_entity"],
        "period": content["period"],
        "as_of": content["as_of"],
        "ties_out": found["ties_out"],
        "in_the_way": [{"what": each} for each in found["obstacles"]],
        "not_as_it_should_be": [{"what": each} for each in found["exceptions"]],
        "signed_for": found["signed_for"] or {},
        "bridge": [row for leg in content["legs"] for row in _sums(leg)],
        "facts": len(content["facts"]),
        "cells": sum(len(each["cells"]) for each in content["cells"]),
    }


def signed_row(signed: SignedCertificate) -> Row:
    """A certificate that was signed, in one line."""
    return {
        "period": signed.period,
        "legal_entity": signed.legal_entity,
        "as_of": moment_text(signed.as_of),
        "digest": signed.digest[:16],
        "by": signed.by,
        "signed_at": moment_text(signed.at),
        "kept_as": signed.kept_as,
    }


def verified_record(came: Verified) -> Row:
    """What came of deriving a certificate again."""
    content = came.certificate.content
    return {
        "legal_entity": str(content.get("legal_entity", "")),
        "period": str(content.get("period", "")),
        "as_of": str(content.get("as_of", "")),
        "digest": came.certificate.digest,
        "holds": came.holds,
        "flaws": [{"what": each} for each in came.flaws],
        "first_difference": came.differs,
    }


def _sums(leg: Row) -> list[Row]:
    return [
        {
            "reconciliation": leg["reconciliation"],
            "currency": each["currency"],
            "left": each["left"]["transaction"],
            "off": each["off"]["transaction"],
            "right": each["right"]["transaction"],
            "breaks": len(leg["breaks"]),
        }
        for each in leg["sums"]
    ]
