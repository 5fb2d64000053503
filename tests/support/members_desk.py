"""A target whose members are kept as the landscape declares, in memory: what keeps them, planning, and the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from functions.deliver.declaring import Declarations
from functions.deliver.members import MemberStep, make_sure
from infra.landscape import read_landscape
from sandbox.places import ROOT
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.memory_members import MemoryMembers
from tests.support.memory_table import MemoryTable
from tieout.landscape import Landscape
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.members import MemberLedger
from tieout.ledger.table import Update
from tieout.member_sources import MemberSource
from tieout.members import HeldMember
from tieout.ownership import Owner
from tieout.planning.mapping import MappingKey

SHIPPED = read_landscape(ROOT, "sandbox")
FILE = "code,name,parent\nALL,Everybody,\nEAST,East,ALL\nCC_1,One,EAST\nCC_2,Two,EAST\n"
SOURCES = {"Customer": MemberSource(table="customer", parent="TOP"), "Cost centre": MemberSource(file="centres.csv")}


def declaring(sources: dict[str, MemberSource]) -> Landscape:
    """The sandbox's landscape, whose Anaplan target has these members kept."""
    [target, *others] = SHIPPED.targets
    return replace(SHIPPED, targets=(replace(target, members=sources), *others))


@dataclass
class MembersDesk:
    """A target whose members are kept."""

    sources: dict[str, MemberSource] = field(default_factory=lambda: dict(SOURCES))
    keeper: MemoryMembers = field(default_factory=MemoryMembers)
    table: MemoryTable = field(default_factory=MemoryTable)
    clock: ManualClock = field(default_factory=ManualClock)
    text: str = FILE
    owners: tuple[Owner, ...] = ()

    def __post_init__(self) -> None:
        self.ledger, self.mappings = MemberLedger(self.table), MappingLedger(self.table)
        self.keeper.members["Customer"] = {"top": HeldMember("TOP")}
        self.step = self.of_a_cold_function()

    def of_a_cold_function(self) -> MemberStep:
        """A step that remembers nothing."""
        return MemberStep(
            target="anaplan",
            sources=self.sources,
            declarations=self.declarations(),
            open_keeper=lambda: self.keeper,
            ledger=self.ledger,
            cells=CellLedger(self.table),
            clock=self.clock,
            entropy=SeededEntropy(len(self.table.contents())),
        )

    def declarations(self) -> Declarations:
        """What is declared now."""
        landscape = replace(declaring(self.sources), owners=self.owners)
        return Declarations(landscape=landscape, target="anaplan", files={"centres.csv": self.text}, table=self.table)

    def map(self, value: str, member: str, connection: str = "hubspot-emea") -> None:
        """Store an entry of the table `customer`."""
        self.mappings.put(MappingKey(connection, "customer", value), member, "somebody", self.clock.now())

    def sure(self, *named: tuple[str, str]) -> dict[tuple[str, str], str]:
        """Make sure of members."""
        return make_sure(self.step, named)

    def refuse_a_cell(self, member: str) -> None:
        """A cell of a customer that planning refused."""
        members = json.dumps([["Customer", member]])
        sets: dict[str, str | int] = {
            "cube": "C",
            "members": members,
            "cell_state": keys.refused("anaplan"),
            keys.TOTAL + "M": 1,
            keys.CURRENCY + "M": "EUR",
            keys.REFUSED + "M": "cellIsInvalid",
        }
        self.table.write([Update(keys.cell_key("anaplan", member), sets=sets, adds={"generation": 1})])

    def state_of(self, member: str) -> object:
        """How that cell stands."""
        key = keys.cell_key("anaplan", member)
        return self.table.get([key])[key]["cell_state"]
