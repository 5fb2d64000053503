"""A record step's settling of the simulated landscape, over a ledger in memory."""

from __future__ import annotations

from collections.abc import Mapping

from functions.record.settle import Settling
from tests.simulation.declared import landscape
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.memory_table import MemoryTable
from tieout.facts.reading import SourceReader
from tieout.ledger.facts import FactLedger
from tieout.ledger.mappings import MappingLedger
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel


def settling_of(source: SourceReader, entries: Mapping[MappingKey, str]) -> tuple[Settling, MemoryTable]:
    """What settles records of one source and knows these entries, and its table."""
    table, clock = MemoryTable(), ManualClock()
    for key, member in entries.items():
        MappingLedger(table).put(key, member, "controller", clock.now())
    settling = Settling(
        ledger=FactLedger(table),
        model=PlanningModel.of(landscape()),
        reader_of=lambda _: source,
        clock=clock,
        entropy=SeededEntropy(),
        code_version="test",
    )
    return settling, table
