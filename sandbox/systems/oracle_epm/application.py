"""The simulated application's state: the cells its cubes store, and why one may not be written to.

Values are kept as exact decimals. The real one keeps doubles; a simulator that rounded too would hide an error of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sandbox.systems.oracle_epm.definition import ApplicationDefinition, Cube, Member

Place = tuple[str, ...]  # member names in the order of the cube's dimensions


@dataclass
class PlanningApplication:
    """One application, without any HTTP.

    Attributes:
        cells: (cube, place) to the value of every cell that is not empty.
        imported: name, folded, to every member that was added or changed and that cells do not see before the next refresh.
        read_only: sets of members, each with the reason why the cells that have them all are not written to.
    """

    definition: ApplicationDefinition
    cells: dict[tuple[str, Place], Decimal] = field(default_factory=dict)
    read_only: list[tuple[frozenset[str], str]] = field(default_factory=list)
    imported: dict[str, Member] = field(default_factory=dict)

    def outline(self) -> dict[str, Member]:
        """All members by their folded names, refreshed or not."""
        return {**self.definition.by_name, **self.imported}

    def refresh(self) -> None:
        """Let cells see what was imported; whoever has members below it now is a parent."""
        outline = self.outline()
        parents = {each.parent.casefold() for each in outline.values()}
        members = tuple(replace(each, is_parent=each.is_parent or name in parents) for name, each in outline.items())
        self.definition = replace(self.definition, members=members)
        self.imported.clear()

    def cube(self, name: str) -> Cube | None:
        """The cube of that name, upper and lower case alike."""
        return next((each for each in self.definition.cubes if each.name.casefold() == name.casefold()), None)

    def add_members(self, dimension: str, names: Iterable[str]) -> int:
        """Add the members that are not there yet; how many were not."""
        new = [name for name in names if name.casefold() not in self.definition.by_name]
        members = (*self.definition.members, *(Member(name, dimension) for name in new))
        self.definition = replace(self.definition, members=members)
        return len(new)

    def member(self, name: str) -> Member | None:
        """The member of that name, or of that Default alias."""
        found = self.definition.by_name.get(name.casefold())
        return found or next(
            (each for each in self.definition.members if each.alias.casefold() == name.casefold() != ""), None
        )

    def members_of(self, cube: Cube, names: Sequence[str]) -> list[Member] | None:
        """The members in the order of the cube's dimensions; None unless each dimension has exactly one."""
        found = {member.dimension: member for name in names if (member := self.member(name)) is not None}
        if len(found) != len(names) or found.keys() != set(cube.dimensions):
            return None
        return [found[dimension] for dimension in cube.dimensions]

    def flaw_of(self, members: Sequence[Member]) -> tuple[list[str], list[str]]:
        """The read-only reasons and the other reasons for which a cell is not written to; none where it is."""
        names = {each.name for each in members}
        closed = [reason for held, reason in self.read_only if held <= names]
        if any(each.is_parent for each in members):
            closed.append("Parent members are not writable in a bottom up version")
        dynamic = [f"{each.name} is a Dynamic Calc member" for each in members if each.is_dynamic]
        return [*closed, *dynamic], []
