"""Puts what an ERP has in its books through the line's own steps: listed, read, settled with its mappings, planned in cells."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from functions.record.settle import Origin, Settling
from tests.integration.accounting.erp import Erp
from tests.support.clock import SeededEntropy
from tests.support.memory_table import MemoryTable
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.listing import Window
from tieout.landscape import Landscape
from tieout.ledger.cells import CellLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.mappings import MappingLedger
from tieout.planning.mapping import EVERY_CONNECTION, RATE, MappingKey
from tieout.planning.model import PlanningModel

# By cube, measure and members in the cube's order: the amount as text.
Cells = dict[tuple[str, str, tuple[str, ...]], str]

_MODEL = Path(__file__).parents[3] / "landscape/planning.toml"
_TARGET = "planning"
_ALL_THAT_WAS = timedelta(days=2)
_PAUSE_SECONDS = 60.0  # so that what is changed afterwards has a later version
# Rates of nobody's books: whoever converts by them instead of showing what an ERP posted has three or two times too much.
_PLANNING_RATES = {
    f"{kind}:{currency}>USD@2026-{month}": rate
    for kind in ("average", "budget")
    for currency, rate in (("EUR", "2"), ("GBP", "3"))
    for month in ("02", "03", "04", "12")
}


class Recording:
    """The line between one ERP and planning, up to the cells that planning is to be given."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self._table = MemoryTable()
        self._settling = _settling(self._table, erp)
        for entry, member in _members(erp).items():
            MappingLedger(self._table).put(entry, member, "controller", erp.clock.now())

    def record(self) -> None:
        """Record everything that is in the books now, as a census finds it; nothing may wait, or have failed."""
        self._erp.clock.advance(_PAUSE_SECONDS)
        ends = self._settling.settle({key: self._origin(key) for key in self._listed()})
        said = {key: each.error or each.outcome.value for key, each in ends.items()}
        assert set(said.values()) <= {"applied", "duplicate"}, said

    def cells(self) -> Cells:
        """Every cell that is not zero."""
        return {
            (cell.cube, cell.measure, tuple(member for _, member in cell.members)): str(cell.value().value)
            for each in CellLedger(self._table).dirty(_TARGET, 1000).found
            for cell in each.cells
            if cell.total_minor
        }

    def _listed(self) -> Iterator[RecordKey]:
        now = self._erp.clock.now()
        window = Window(now - _ALL_THAT_WAS, now + _ALL_THAT_WAS)
        for entity in self._erp.entities:
            page = self._erp.listing.page(entity, window, "")
            yield from (each.key for each in page.records)
            while page.following:
                page = self._erp.listing.page(entity, window, page.following)
                yield from (each.key for each in page.records)

    def _origin(self, key: RecordKey) -> Origin:
        notice = Notice(key=key, notice_id=str(key), kind="listed")
        return Origin(notice=notice, delivery_id="d", flow="record_to_report", received_at=self._erp.clock.now())


def _settling(table: MemoryTable, erp: Erp) -> Settling:
    """The record step's settling by the planning model as it ships; companies are named by the records themselves."""
    plain: dict[str, Any] = tomllib.loads(_MODEL.read_text(encoding="utf-8"))
    target = {"name": _TARGET, "system": "", "api_base_url": ""}
    landscape = Landscape.of_plain(plain | {"stage": "accounting", "connections": [], "targets": [target], "flows": []})
    return Settling(
        ledger=FactLedger(table),
        model=PlanningModel.of(replace(landscape, connections=(erp.connection,))),
        reader_of={erp.connection.name: erp.reader}.__getitem__,
        clock=erp.clock,
        entropy=SeededEntropy(),
        code_version="test",
    )


def _members(erp: Erp) -> dict[MappingKey, str]:
    entries = {MappingKey(EVERY_CONNECTION, RATE, key): rate for key, rate in _PLANNING_RATES.items()}
    for line in erp.members.strip().splitlines():
        table, key, member = line.split()
        entries[MappingKey(erp.connection.name, table, key)] = member
    return entries
