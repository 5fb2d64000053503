"""What certificates leave behind, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.ledger_scenes import NOW
from tests.support.short_pages import ShortPages
from tieout.ledger.certificates import CertificateLedger, Evidence, NoEvidenceError, SignedCertificate
from tieout.ledger.table import ConditionFailedError, Table

DAY = timedelta(days=1)
FOUND = Evidence(
    found_at=NOW,
    by="ana",
    parked={"sales": 2, "books": 0},
    code_version="1.2.3",
    landscape="ab" * 32,
    listed={"crm": ["company", "deal"], "files": []},
    reason="the bank was closed",
)
SIGNED = SignedCertificate(
    legal_entity="DE01",
    period="2026-03",
    as_of=NOW,
    digest="cd" * 32,
    kept_as="certificates/DE01/2026-03/1.json",
    key_id="key-1",
    by="ana",
    at=NOW + DAY,
)


def later(days: int) -> SignedCertificate:
    """A certificate of the same books, as of so many days later."""
    return replace(SIGNED, as_of=NOW + days * DAY, at=NOW + days * DAY, digest=f"{days:064}")


def test_evidence_is_read_back_to_the_letter(table: Table) -> None:
    """Of the period and the company it was found for, and of no others."""
    ledger = CertificateLedger(table)
    ledger.keep_evidence("DE01", "2026-03", FOUND)
    assert ledger.evidence("DE01", "2026-03", FOUND.name) == FOUND
    for company, period, name in (
        ("DE02", "2026-03", FOUND.name),
        ("DE01", "2026-04", FOUND.name),
        ("DE01", "2026-03", ""),
    ):
        with pytest.raises(NoEvidenceError, match=f"{name} for {period} of {company}"):
            ledger.evidence(company, period, name)


def test_evidence_that_a_certificate_may_name_is_never_replaced(table: Table) -> None:
    """Of two who ask at the same millisecond the second is told, and asks again."""
    ledger = CertificateLedger(table)
    ledger.keep_evidence("DE01", "2026-03", FOUND)
    with pytest.raises(ConditionFailedError):
        ledger.keep_evidence("DE01", "2026-03", replace(FOUND, parked={}))
    assert ledger.evidence("DE01", "2026-03", FOUND.name) == FOUND


def test_a_period_has_its_signed_certificates_the_newest_first(table: Table) -> None:
    """By the moment they are of, whichever was signed first; evidence is none."""
    ledger = CertificateLedger(table)
    ledger.keep_evidence("DE01", "2026-03", FOUND)
    for each in (later(2), SIGNED, later(1)):
        ledger.keep_signed(each)
    ledger.keep_signed(replace(SIGNED, legal_entity="DE02"))
    ledger.keep_signed(replace(SIGNED, period="2026-04"))
    assert list(ledger.signed("DE01", "2026-03")) == [later(2), later(1), SIGNED]


def test_what_was_signed_is_never_signed_over(table: Table) -> None:
    """A page is signed once; another page of the same moment stands beside it."""
    ledger, other = CertificateLedger(table), replace(SIGNED, digest="ef" * 32)
    ledger.keep_signed(SIGNED)
    with pytest.raises(ConditionFailedError):
        ledger.keep_signed(replace(SIGNED, by="ben"))
    ledger.keep_signed(other)
    assert list(ledger.signed("DE01", "2026-03")) == [other, SIGNED]


def test_every_signed_certificate_is_found_whatever_it_is_of(table: Table) -> None:
    """However many pages they fill."""
    ledger, short = CertificateLedger(table), CertificateLedger(ShortPages(table))
    every = [replace(later(day), legal_entity=company) for day in range(5) for company in ("A", "B")]
    for each in every:
        ledger.keep_signed(each)
    assert sorted(short.all_signed(), key=str) == sorted(every, key=str)
    assert list(short.signed("A", "2026-03")) == [each for each in reversed(every) if each.legal_entity == "A"]
