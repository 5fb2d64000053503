"""Adds and changes members as a comparison has found: level by level, each under another name or in its old place if need be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tieout.discovering import Finding
from tieout.errors import PermanentError
from tieout.members import Difference, Member, folded

ADD, CHANGE = "add", "change"
UNNAMED = " unnamed"
"""What follows the action where what was refused with a name is done without one."""
Done = Callable[[str, str, Sequence[Member]], Mapping[str, str]]
"""Adds or changes members of a dimension (the second says which, and whether without names); code to why one was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of the members of one dimension, or would become of them.

    Attributes:
        differs: how planning was not as declared.
        refused: code to why planning has not added it, or has not changed it, or has it under its code alone.
        findings: what is in the way of all of them; then nothing was compared.
    """

    dimension: str
    differs: Difference = field(default_factory=Difference)
    refused: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def told(self) -> tuple[Finding, ...]:
        """What is not as declared, and what to do about it."""
        refused = {**self.differs.misplaced, **self.refused}
        return self.findings + tuple(_refusal(self.dimension, code, reason) for code, reason in refused.items())


def carry_out(kept: Kept, done: Done) -> Kept:
    """Add and change what a comparison has found, level by level, and say what was refused. Raises as `keep_when_due`.

    A member whose name planning does not take, be it that another has it, is added or moved without it: its amounts are worth more.
    One that is to move below a member that was refused stays where it is.
    """
    dimension, differs, refused, lost = kept.dimension, kept.differs, dict[str, str](), set[str]()
    try:
        for level in differs.to_add:
            orphans = _orphans(level, lost)
            found, missing = _did(done, dimension, ADD, [each for each in level if each.code not in orphans])
            refused |= orphans | found
            lost |= {folded(code) for code in (*orphans, *missing)}
        orphans = _orphans(differs.to_change, lost)
        changes = (replace(each, parent="") if each.code in orphans else each for each in differs.to_change)
        found, _ = _did(done, dimension, CHANGE, [each for each in changes if each != Member(each.code)])
        refused |= orphans | found
    except PermanentError as error:
        kept = replace(kept, findings=(*kept.findings, denied(dimension, error)))
    return replace(kept, refused=refused)


def denied(dimension: str, error: PermanentError) -> Finding:
    """That planning lets none of a dimension be kept."""
    says = (
        f"{dimension} cannot be kept: {error}: grant the integration user's role what it lacks, or add members by hand"
    )
    return Finding(code="members_denied", says=says)


def _orphans(members: Sequence[Member], lost: set[str]) -> dict[str, str]:
    return {each.code: f"parent_refused: {each.parent}" for each in members if folded(each.parent) in lost}


def _did(done: Done, dimension: str, action: str, members: Sequence[Member]) -> tuple[dict[str, str], set[str]]:
    """Code to why one was not added or changed as it is, and the codes of those of which nothing was done."""
    refused = dict(done(dimension, action, members))
    named = [each for each in members if each.code in refused and each.name]
    nameless = [replace(each, name="") for each in named]
    wanted = [each for each in nameless if action == ADD or each != Member(each.code)]
    if not wanted:
        return refused, set(refused)
    still = done(dimension, action + UNNAMED, wanted)
    unnamed = {each.code for each in wanted} - still.keys()
    return refused | {code: f"name_refused: {refused[code]}" for code in unnamed}, refused.keys() - unnamed


def _refusal(dimension: str, code: str, reason: str) -> Finding:
    says = f"{dimension} {code} is not as declared: {reason}: mend it there, or what is declared"
    return Finding(code="member_refused", says=says)
