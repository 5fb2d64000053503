"""Reads which members each dimension of a target shall have: from mapping tables as they stand now, or from a file of the tree."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from tieout import strict_json
from tieout.landscape import Landscape
from tieout.ledger.mappings import MappingLedger
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
    mappings: MappingLedger

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
        for connection in self.landscape.connections:
            codes += [entry.member for entry in self.mappings.entries(connection.name, source.table)]
        return [Member(code) for code in {folded(code): code for code in reversed(codes)}.values()][::-1]

    def digest(self) -> str:
        """What tells this declaration from another; what mapping tables say is no part of it."""
        sources = {name: asdict(each) for name, each in self.landscape.target(self.target).members.items()}
        return hashlib.sha256(strict_json.dump([sources, dict(self.files)]).encode()).hexdigest()
