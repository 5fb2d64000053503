"""Reads which members a dimension of a target shall have: by mapping tables and owned master data as they stand, or by a file."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace

from tieout import strict_json
from tieout.landscape import Landscape
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.table import Table
from tieout.members import Member, folded, read_members
from tieout.planning.wanted import cubes_wanted


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

    def members(self, dimension: str) -> list[Member]:
        """The members a dimension shall have, each code once: the first of those that differ in upper and lower case alone.

        Raises:
            TransientError: the mapping tables cannot be read now.
        """
        source = self.landscape.target(self.target).members[dimension]
        if source.file:
            return [member for _, member in read_members(self.files[source.file])]
        codes = [
            code
            for cube in cubes_wanted(self.landscape, self.target)
            for name, code in cube.members
            if name == dimension
        ]
        mappings = MappingLedger(self.table)
        for connection in self.landscape.connections:
            codes += [entry.member for entry in mappings.entries(connection.name, source.table)]
        owned = {folded(each.code): each for each in self._owned(source.table)}
        found = {folded(code): code for code in reversed([*codes, *(each.code for each in owned.values())])}
        stated = ((code, owned.get(key, Member(code))) for key, code in reversed(found.items()))
        return [_below_one_of(found, replace(member, code=code)) for code, member in stated]

    def _owned(self, table: str) -> list[Member]:
        if not self.landscape.owners:
            return []
        from functions.deliver.owned import owned_members  # noqa: PLC0415 most landscapes own no master data

        return list(owned_members(self.landscape, self.table, table))

    def digest(self) -> str:
        """What tells this declaration from another; what mapping tables say is no part of it."""
        sources = {name: asdict(each) for name, each in self.landscape.target(self.target).members.items()}
        return hashlib.sha256(strict_json.dump([sources, dict(self.files)]).encode()).hexdigest()


def _below_one_of(codes: Collection[str], member: Member) -> Member:
    """A member below its parent once that is to be one, too: until then it stands where nobody has said otherwise."""
    return member if folded(member.parent) in codes else replace(member, parent="")
