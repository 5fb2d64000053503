"""The names of the items that finance control leaves in the ledger: comparisons, certificates, proposals, the operators' log."""

from __future__ import annotations

from datetime import datetime

from tieout.arriving.notice import RecordKey
from tieout.ledger.keys import STATE
from tieout.ledger.table import Key
from tieout.moments import moment_text

BREAK_PREFIX = "BREAK#"
LINK_PREFIX = "LINK#"
LOG_HEAD: Key = ("OPERATOR_LOG", "HEAD")
EVIDENCE_PREFIX = "EVIDENCE#"
SIGNED_PREFIX = "SIGNED#"


def reconciled_of(name: str) -> str:
    """The partition of everything that a reconciliation leaves behind."""
    return f"RECONCILED#{name}"


def reconciled_key(name: str) -> Key:
    """Where it stands how the two stages compared last."""
    return (reconciled_of(name), STATE)


def break_key(name: str, broken: str) -> Key:
    """Where a break of a reconciliation stands."""
    return (reconciled_of(name), f"{BREAK_PREFIX}{broken}")


def link_key(name: str, left: RecordKey, right: RecordKey) -> Key:
    """Where it stands that somebody has said that two records belong together."""
    return (reconciled_of(name), f"{LINK_PREFIX}{left}|{right}")


CERTIFICATES = "CERTIFICATES"
"""The value of the index `catalogue` for certificates that were signed."""


def certified_of(legal_entity: str, period: str) -> str:
    """The partition of what was certified of a company's period; no period has `#` in its name."""
    return f"CLOSE#{period}#{legal_entity}"


def evidence_key(legal_entity: str, period: str, name: str) -> Key:
    """Where it stands what was found beside the ledger when a certificate was asked for."""
    return (certified_of(legal_entity, period), f"{EVIDENCE_PREFIX}{name}")


def signed_key(legal_entity: str, period: str, as_of: datetime, digest: str) -> Key:
    """Where it stands that a certificate was signed."""
    return (certified_of(legal_entity, period), f"{SIGNED_PREFIX}{moment_text(as_of)}#{digest}")


PROPOSALS = "PROPOSALS"
"""The partition of what was proposed, by time."""

ENTRIES_PREFIX = "ENTRIES#"


def proposal_key(at: datetime, proposal_id: str) -> Key:
    """Where it stands who proposed something, and what became of that."""
    return (PROPOSALS, f"{moment_text(at)}#{proposal_id}")


def proposed_in(proposal_id: str) -> str:
    """The partition of what a proposal says, and of its effects."""
    return f"PROPOSAL#{proposal_id}"


def effect_prefix(digest: str) -> str:
    """How the names of the parts of an effect begin."""
    return f"EFFECT#{digest}#"


def proposed_key(proposal_id: str, prefix: str, part: int) -> Key:
    """Where a part of what a proposal says stands, or of an effect of it."""
    return (proposed_in(proposal_id), f"{prefix}{part:06}")
