"""Answers an operator who asks what a target's members are like, or has them kept now, as JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from functions.deliver.carrying_out import Kept
from functions.deliver.members import MemberStep, compare, keep, remember
from tieout.members import PublishingKeeper

_MOST_NAMED = 500  # of one dimension and kind: an answer of Lambda's ends at 6 MB


def answer_of(step: MemberStep, *, is_applied: bool) -> dict[str, Any]:
    """For each declared dimension what is not as declared and, where that is asked for, what was done about it.

    Raises:
        TransientError: planning cannot be asked now, or takes nothing; what was done before stands.
    """
    kept, published = _applied(step) if is_applied else ([compare(step, each) for each in step.sources], False)
    if is_applied:
        remember(step, tuple(finding for each in kept for finding in each.told()))
    return {"applied": is_applied, "published": published, "dimensions": [_plain(each) for each in kept]}


def _applied(step: MemberStep) -> tuple[Sequence[Kept], bool]:
    """What was done about each dimension, and whether that was published, where it has to be."""
    keeper = step.open_keeper()
    if not isinstance(keeper, PublishingKeeper):
        return [keep(step, each) for each in step.sources], False
    from functions.deliver.publishing import keep_and_publish  # noqa: PLC0415 most targets never come here

    return keep_and_publish(step, keeper)


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
