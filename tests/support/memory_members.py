"""The members of a planning system in memory, which refuses some, or takes nothing, as a test says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tieout.discovering import Finding
from tieout.errors import MalformedError, TieoutError
from tieout.members import HeldMember, Member, folded


@dataclass
class MemoryMembers:
    """A `MemberKeeper` over one dimension after another.

    Attributes:
        refused: code to why a member is refused.
        names_refused: names that are refused, whoever has them.
        spoiling: codes of which one makes a request be refused as a whole.
        errors: what the next calls that write raise, in turn; None: nothing.
        is_lost: whether what raises was done all the same.
        calls: every call that wrote: dimension, action and codes.
    """

    members: dict[str, dict[str, HeldMember]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    names_refused: frozenset[str] = frozenset()
    spoiling: frozenset[str] = frozenset()
    errors: list[TieoutError | None] = field(default_factory=list)
    is_lost: bool = False
    found: tuple[Finding, ...] = ()
    batch_size: int = 100
    write_seconds: int = 120
    calls: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    asked: int = 0

    def flaws(self, _dimension: str) -> Sequence[Finding]:
        """What was put here."""
        return self.found

    def held(self, dimension: str) -> Sequence[HeldMember]:
        """All members of a dimension."""
        self.asked += 1
        return tuple(self._of(dimension).values())

    def having(self, dimension: str, codes: Collection[str]) -> set[str]:
        """Those it has."""
        self.asked += 1
        return {folded(code) for code in codes} & self._of(dimension).keys()

    def add(self, dimension: str, members: Sequence[Member]) -> Mapping[str, str]:
        """Add those whose parent is there."""
        error = self._begin(dimension, "add", members)
        if error is None or self.is_lost:
            for each in members:
                is_placed = not each.parent or folded(each.parent) in self._of(dimension)
                if is_placed and each.code not in self.refused and each.name not in self.names_refused:
                    self._put(dimension, each)
        if error is not None:
            raise error
        return {
            each.code: self.refused.get(each.code, "no such parent")
            for each in members
            if folded(each.code) not in self._of(dimension)
        }

    def change(self, dimension: str, members: Sequence[Member]) -> Mapping[str, str]:
        """Change those that are there."""
        error = self._begin(dimension, "change", members)
        if error is not None:
            raise error
        for each in members:
            if each.code not in self.refused and each.name not in self.names_refused:
                held = self._of(dimension)[folded(each.code)]
                parents = frozenset({folded(each.parent)}) if each.parent else held.parents
                properties = {**(held.properties or {}), **each.properties}
                self._of(dimension)[folded(each.code)] = HeldMember(
                    held.code, each.name or held.name, parents, properties
                )
        named = {each.code: "NAME_TAKEN" for each in members if each.name in self.names_refused}
        return named | {each.code: self.refused[each.code] for each in members if each.code in self.refused}

    def parents(self, dimension: str) -> dict[str, str]:
        """Code to the folded parent."""
        return {each.code: next(iter(each.parents), "") for each in self._of(dimension).values()}

    def _begin(self, dimension: str, action: str, members: Sequence[Member]) -> TieoutError | None:
        self.calls.append((dimension, action, tuple(each.code for each in members)))
        if self.spoiling & {each.code for each in members}:
            return MalformedError("refuses_request_400")
        return self.errors.pop(0) if self.errors else None

    def _put(self, dimension: str, member: Member) -> None:
        parents = frozenset({folded(member.parent)} - {""})
        added = HeldMember(member.code, member.name or member.code, parents, member.properties)
        self._of(dimension).setdefault(folded(member.code), added)

    def _of(self, dimension: str) -> dict[str, HeldMember]:
        return self.members.setdefault(dimension, {})
