"""Answers an operator who asks what a target's members are like, or has them kept now, as JSON values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from functions.deliver.members import Kept, MemberStep, compare, keep
from tieout.ledger.members import KeptMembers

_MOST_NAMED = 500  # of one dimension and kind: an answer of Lambda's ends at 6 MB


def answer_of(step: MemberStep, *, is_applied: bool) -> dict[str, Any]:
    """For each declared dimension what is not as declared and, where that is asked for, what was done about it.

    Raises:
        TransientError: planning cannot be asked now, or takes nothing; what was done before stands.
    """
    kept = [keep(step, dimension) if is_applied else compare(step, dimension) for dimension in step.sources]
    if is_applied:
        findings = tuple(finding for each in kept for finding in each.told())
        step.ledger.keep(step.target, KeptMembers(step.clock.now(), step.declarations.digest(), findings))
    return {"applied": is_applied, "dimensions": [_plain(each) for each in kept]}


def _plain(kept: Kept) -> dict[str, Any]:
    differs = kept.differs
    return {
        "dimension": kept.dimension,
        "to_add": _some(each.code for level in differs.to_add for each in level),
        "to_change": _some(each.code for each in differs.to_change),
        "undeclared": _some(differs.undeclared),
        "findings": [asdict(each) for each in kept.told()[:_MOST_NAMED]],
    }


def _some(codes: Iterable[str]) -> list[str]:
    found = list(codes)
    return found if len(found) <= _MOST_NAMED else [*found[:_MOST_NAMED], f"and {len(found) - _MOST_NAMED} more"]
