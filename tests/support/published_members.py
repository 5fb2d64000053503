"""The members of a planning system in memory that cells see only once they are published, by tasks that may go on by themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tests.support.memory_members import MemoryMembers
from tieout.errors import TieoutError
from tieout.members import Member


@dataclass
class PublishedMembers(MemoryMembers):
    """A `PublishingKeeper`.

    Attributes:
        ends: what asking for the end of a task raises, in turn; None, and once they are used up: it has ended.
        lost: what beginning a task raises, in turn; it was begun all the same.
        begun: every reference there is, in order.
        seen: the codes that cells see.
    """

    ends: list[TieoutError | None] = field(default_factory=list)
    lost: list[TieoutError | None] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    results: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def begin(self, dimension: str, members: Sequence[Member]) -> str:
        """Add members that are not there, change those that are."""
        there = self.having(dimension, [each.code for each in members])
        act = self.change if there else self.add
        return self._reference("members", act(dimension, members))

    def outcome(self, _dimension: str, reference: str, codes: Collection[str]) -> Mapping[str, str]:
        """What was refused."""
        self._end()
        assert codes
        return self.results[reference]

    def begin_publishing(self) -> str:
        """Have cells see all that is there."""
        self.calls.append(("", "publish", ()))
        self.seen |= {each.code for some in self.members.values() for each in some.values()}
        return self._reference("publish", {})

    def published(self, _reference: str) -> None:
        """It is."""
        self._end()

    def _reference(self, what: str, result: Mapping[str, str]) -> str:
        reference = f"{what} {len(self.begun) + 1}"
        self.begun.append(reference)
        self.results[reference] = result
        error = self.lost.pop(0) if self.lost else None
        if error is not None:
            raise error
        return reference

    def _end(self) -> None:
        error = self.ends.pop(0) if self.ends else None
        if error is not None:
            raise error
