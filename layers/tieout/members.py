"""The members a dimension shall have against those planning has: what to add, parents first, what to change, what stays. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from tieout.discovering import Finding

_CODE, _NAME, _PARENT = "code", "name", "parent"


@dataclass(frozen=True, slots=True)
class Member:
    """A member that a dimension shall have; what is empty is not said, and stays as planning has it.

    Attributes:
        is_owned: an owner of master data says where it stands, be it below nobody: see `tieout.placing`.
    """

    code: str
    name: str = ""
    parent: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    is_owned: bool = False


@dataclass(frozen=True, slots=True)
class HeldMember:
    """A member that planning has.

    Attributes:
        parents: the words its parent goes by there, its code and its name.
        properties: None where planning shows none: then none is said to differ.
    """

    code: str
    name: str = ""
    parents: frozenset[str] = frozenset()
    properties: Mapping[str, str] | None = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """In what planning is not as declared.

    Attributes:
        to_add: by level: whoever is named as a parent stands in a level before its children.
        to_change: with nothing but what differs; parents first.
        misplaced: code to why a member can neither be added nor changed as declared.
        undeclared: the codes, or names where there is none, of what planning has beside: told, and never removed.
    """

    to_add: tuple[tuple[Member, ...], ...] = ()
    to_change: tuple[Member, ...] = ()
    misplaced: Mapping[str, str] = field(default_factory=dict)
    undeclared: tuple[str, ...] = ()


class MemberKeeper(Protocol):
    """Adds and changes members of one target's dimensions; nothing here removes any.

    Every method raises as `tieout.delivering.CellWriter.write` does where the target cannot be asked, or takes nothing.
    """

    @property
    def write_seconds(self) -> int:
        """How long one call may take before it counts as unanswered."""
        ...

    @property
    def batch_size(self) -> int:
        """The most members `add` and `change` may be given."""
        ...

    def flaws(self, dimension: str) -> Sequence[Finding]:
        """Why members of a dimension cannot be kept there, and what to do about it; nothing is written."""
        ...

    def held(self, dimension: str) -> Sequence[HeldMember]:
        """Every member of a dimension."""
        ...

    def having(self, dimension: str, codes: Collection[str]) -> Collection[str]:
        """Of some codes, folded, those a dimension has a member of."""
        ...

    def add(self, dimension: str, members: Sequence[Member]) -> Mapping[str, str]:
        """Add members whose parents are there; code to the target's reason, for those that are not there afterwards."""
        ...

    def change(self, dimension: str, members: Sequence[Member]) -> Mapping[str, str]:
        """Change what is said of members that are there; code to the target's reason, for those that stay as they were."""
        ...


@runtime_checkable
class PublishingKeeper(MemberKeeper, Protocol):
    """A keeper whose members cells see only after a step of its own, which disturbs whoever plans at that time.

    So it adds and publishes only when a person asks for it. Both are tasks of the target's own, which go on without us: each is
    begun, its reference kept, and its outcome asked for by whichever run of the function comes to it.
    """

    def begin(self, dimension: str, members: Sequence[Member]) -> str:
        """Have members added whose parents are there, or changed; the reference of what does it.

        Raises:
            LostAnswerError: it may have been begun.
        """
        ...

    def outcome(self, dimension: str, reference: str, codes: Collection[str]) -> Mapping[str, str]:
        """What became of that: code to the target's reason, for those that were refused; waits for its end for `write_seconds`.

        Raises:
            StillRunningError: it has not ended, or cannot be asked now.
            LostAnswerError: it has ended or is gone, and nobody can say of which it took.
            TransientError: it has ended, and took none.
        """
        ...

    def begin_publishing(self) -> str:
        """Have cells see what was added and changed; the reference of what does it. Raises as `begin`."""
        ...

    def published(self, reference: str) -> None:
        """Return once that has been done. Raises as `outcome`, and `LostAnswerError` where it failed."""
        ...


def folded(code: str) -> str:
    """A code for comparing: upper and lower case do not tell two members apart."""
    return code.casefold()


def read_members(text: str) -> list[tuple[int, Member]]:
    """The members of a CSV file, each with the line it ends on; a column but the three with a name of its own is a property."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="", restval="")
    return [(rows.line_num, _member(row)) for row in rows]


def flaws_of(text: str) -> Iterator[str]:
    """What is wrong with a CSV file of members, each flaw with its line; a parent it does not name may stand in planning."""
    header = next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), [])
    if _CODE not in header or len(set(header)) != len(header) or "" in header:
        yield "line 1: the columns are not `code`, and maybe `name`, `parent` and properties, each once"
        return
    found = read_members(text)
    first: dict[str, int] = {}
    for line, member in found:
        if not member.code or "" in member.properties:
            yield f"line {line}: {'has no code' if not member.code else 'has more values than there are columns'}"
        elif folded(member.code) in first:
            yield f"line {line}: {member.code!r} stands in line {first[folded(member.code)]} already"
        first.setdefault(folded(member.code), line)
    for code in circling([member for _, member in found]):
        yield f"line {first[folded(code)]}: {code!r} is below itself"


def difference(declared: Sequence[Member], held: Sequence[HeldMember], parent: str = "") -> Difference:
    """What is to be done so that every declared member is there, under the parent it names.

    Args:
        declared: each code once.
        held: all that planning has.
        parent: under which those are added that name none.
    """
    there = {folded(each.code): each for each in held if each.code}
    wanted = {folded(each.code): each for each in declared}
    placed = [
        each if key in there else replace(each, parent=each.parent or _other(parent, each))
        for key, each in wanted.items()
    ]
    misplaced = dict(_misplaced(placed, there.keys()))
    levels = _levels([each for each in placed if each.code not in misplaced])
    changes = [
        _change(each, there[folded(each.code)]) for level in levels for each in level if folded(each.code) in there
    ]
    new = (tuple(each for each in level if folded(each.code) not in there) for level in levels)
    return Difference(
        to_add=tuple(level for level in new if level),
        to_change=tuple(each for each in changes if each is not None),
        misplaced=misplaced,
        undeclared=tuple(each.code or each.name for each in held if folded(each.code) not in wanted),
    )


def _member(row: Mapping[str, object]) -> Member:
    plain = {name: str(value).strip() for name, value in row.items()}
    properties = {name: value for name, value in plain.items() if name not in {_CODE, _NAME, _PARENT} and value}
    return Member(plain.get(_CODE, ""), plain.get(_NAME, ""), plain.get(_PARENT, ""), properties)


def _other(parent: str, member: Member) -> str:
    """The parent, unless it is the member itself."""
    return "" if folded(parent) == folded(member.code) else parent


def circling(members: Iterable[Member]) -> list[str]:
    """The codes of those that are above themselves."""
    parents = {folded(each.code): (each.code, folded(each.parent)) for each in members if each.code}
    found = []
    for key, (code, parent) in parents.items():
        seen, above = set[str](), parent
        while above in parents and above not in seen and above != key:
            seen.add(above)
            above = parents[above][1]
        if above == key:
            found.append(code)
    return found


def _misplaced(members: Sequence[Member], there: Collection[str]) -> Iterator[tuple[str, str]]:
    """Code to why it has no place: it is above itself, its parent is nowhere, or has itself no place to be added to."""
    in_circles = set(circling(members))
    known = {folded(each.code) for each in members} | set(there)
    wrong: set[str] = set()
    for each in members:
        if each.code in in_circles:
            yield each.code, f"parent_circle: it is below itself, by way of {each.parent}"
        elif each.parent and folded(each.parent) not in known:
            yield each.code, f"parent_missing: {each.parent} is neither declared nor there"
        else:
            continue
        wrong.add(folded(each.code))
    nowhere = wrong - set(there)
    while nowhere:
        found = [each for each in members if folded(each.parent) in nowhere and folded(each.code) not in wrong]
        for each in found:
            yield each.code, f"parent_misplaced: {each.parent} has no place itself"
        wrong |= {folded(each.code) for each in found}
        nowhere = {folded(each.code) for each in found} - set(there)


def _levels(members: Sequence[Member]) -> list[list[Member]]:
    """The members by how many of them stand above each."""
    left = {folded(each.code): each for each in members}
    levels = []
    while left:
        level = [each for each in left.values() if folded(each.parent) not in left]
        levels.append(level)
        left = {key: each for key, each in left.items() if folded(each.parent) in left}
    return levels


def _change(member: Member, held: HeldMember) -> Member | None:
    """What is said of a member and is not so; None where all is."""
    name = member.name if member.name != held.name else ""
    parent = member.parent if member.parent and folded(member.parent) not in map(folded, held.parents) else ""
    known = member.properties if held.properties is None else held.properties
    properties = {key: value for key, value in member.properties.items() if known.get(key) != value}
    return Member(member.code, name, parent, properties) if name or parent or properties else None
