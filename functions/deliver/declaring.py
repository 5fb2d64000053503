"""Reads which members a dimension of a target shall have: by mapping tables and owned master data as they stand, or by a file."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from tieout import strict_json
from tieout.landscape import Landscape
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.table import Table
from tieout.members import Member, folded, read_members
from tieout.planning.validity import terms_of
from tieout.planning.wanted import cubes_wanted

if TYPE_CHECKING:  # most landscapes own no master data
    from functions.deliver.owned import Owned
    from tieout.masters import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a dimension shall have.

    Attributes:
        members: each code once: the first of those that differ in upper and lower case alone.
        owned: the kinds of master data that were read for it, which have owners.
        conflicts: where other connections say something else of these than their owners do.
    """

    members: Sequence[Member]
    owned: frozenset[str] = frozenset()
    conflicts: Sequence[Conflict] = ()


@dataclass(frozen=True, kw_only=True)
class Declarations:
    """Which members the landscape asks of one target.

    Attributes:
        files: the name of each declared file to its text.
    """

    landscape: Landscape
    target: str
    files: Mapping[str, str]
    table: Table

    def of(self, dimension: str) -> Declared:
        """What a dimension shall have now.

        Raises:
            TransientError: the mapping tables cannot be read now.
        """
        source = self.landscape.target(self.target).members[dimension]
        if source.file:
            return Declared(members=[member for _, member in read_members(self.files[source.file])])
        codes = [
            code
            for cube in cubes_wanted(self.landscape, self.target)
            for name, code in cube.members
            if name == dimension
        ]
        mappings = MappingLedger(self.table)
        for connection in self.landscape.connections:
            entries = mappings.entries(connection.name, source.table)
            codes += [term.member for entry in entries for term in terms_of(entry.member)]
        owned = self._owned(source.table) if self.landscape.owners else None
        if owned is None:
            return Declared(members=_each_once(codes, ()))
        return Declared(members=_each_once(codes, owned.members), owned=owned.kinds, conflicts=owned.conflicts)

    def _owned(self, table: str) -> Owned:
        from functions.deliver.owned import owned_of  # noqa: PLC0415 most landscapes own no master data

        return owned_of(self.landscape, self.table, table)

    def digest(self) -> str:
        """What tells this declaration from another, its owners included; what mapping tables and owners say is no part of it."""
        sources = {name: asdict(each) for name, each in self.landscape.target(self.target).members.items()}
        owners = [asdict(each) for each in self.landscape.owners]
        return hashlib.sha256(strict_json.dump([sources, dict(self.files), owners]).encode()).hexdigest()


def _each_once(codes: Sequence[str], said: Sequence[Member]) -> list[Member]:
    """Those of whom something is said, and the other members of some codes, each once, as it is first written."""
    found = {folded(each.code): each for each in said}
    for code in codes:
        found.setdefault(folded(code), Member(code))
    return [_below_one_of(found, each) for each in found.values()]


def _below_one_of(codes: Collection[str], member: Member) -> Member:
    """A member that nobody owns below its parent once that is to be one, too: until then nobody has said where it stands."""
    return member if member.is_owned or folded(member.parent) in codes else replace(member, parent="")
