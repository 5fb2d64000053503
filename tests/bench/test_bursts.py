"""What bursts may cost the target and the ledger: calls for few cells, a load by an import, and writers on one intersection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from unittest.mock import patch

from functions.record.settings import UNSEEN_SECONDS
from tests.bench.bursts import burst, contention
from tests.support.planning_desk import TARGET, Desk
from tieout.delivering import CellValue, WriteAnswer
from tieout.ledger import cells
from tieout.systems.anaplan.bulk import BulkWriter
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.imports import ModelImports
from tieout.systems.anaplan.options import Options

SMALLER = 10
MEASURES = ("Amount", "Amount USD", "Weighted amount", "Weighted amount USD")


def test_a_burst_on_a_hundred_cells_costs_the_target_five_calls_at_most() -> None:
    """As ten thousand notices do: a tenth of them, recorded a tenth as fast."""
    found = burst(1_000, 100, slower=SMALLER)
    assert 1 <= found.target_calls <= 5
    assert found.seconds > 20  # else it is no burst, and proves nothing


def test_sixteen_writers_on_one_intersection_keep_no_fact_waiting() -> None:
    """Ten facts a second, by chance in time: they meet, nobody's message goes back to the queue, and all is recorded in seconds."""
    found = contention(300, 10)
    assert found.conflicts > 0.1
    assert found.conflicts < 0.6
    assert found.put_back == 0
    assert found.longest_wait_seconds < min(UNSEEN_SECONDS, 5)


def test_facts_of_one_delivery_are_committed_together_however_many_writers_there_are() -> None:
    """A hundred a second, ten in a delivery: taken apart they would meet each other thirty times as often."""
    found = contention(600, 100, together=10)
    assert found.transactions < 0.2
    assert found.conflicts < 0.1
    assert found.put_back == 0


class _Model:
    """A model that is not busy and has every line item."""

    def is_busy(self) -> bool:
        return False

    def module_id(self, cube: str) -> str:
        return cube

    def line_items(self, module_id: str) -> Sequence[Mapping[str, str]]:
        del module_id
        return [{"id": name, "name": name, "format": "NUMBER"} for name in MEASURES]


class _Loading(BulkWriter):
    """Anaplan's own decision between cell writes and imports; both are counted, and set everything."""

    def __init__(self, options: Options, desk: Desk) -> None:
        model, imports = cast("AnaplanClient", _Model()), cast("ModelImports", None)
        super().__init__(model, options, imports, desk.clock)
        self.imported: list[int] = []
        self.written: list[int] = []

    def write(self, cells: Sequence[CellValue]) -> WriteAnswer:
        self.written.append(len(cells))
        return WriteAnswer(refused={}, summary="set")

    def prepare(self, cells: Sequence[CellValue], until: datetime) -> str:
        del until
        self.imported.append(len(cells))
        return "import"

    def start(self, prepared: str) -> str:
        return f"{prepared} {len(self.imported)}"

    def outcome(self, reference: str, cells: Sequence[CellValue], until: datetime) -> WriteAnswer:
        del cells, until
        return WriteAnswer(refused={}, summary="imported", reference=reference)


def test_a_burst_that_touches_fifty_thousand_cells_goes_by_bulk() -> None:
    """By imports alone, and few of them; a tenth of the cells, and of what an import is used from."""
    desk, usual = Desk(), Options(model_id="0" * 32)
    options: dict[str, Any] = {"imports": {"Pipeline": {"action": "112", "file": "113"}}}
    for name in ("batch_size", "bulk_from", "bulk_size"):
        options[name] = getattr(usual, name) // SMALLER
    desk.planning = writer = _Loading(Options(model_id="0" * 32, **options), desk)  # type: ignore[assignment]  # a writer
    touched = 50_000 // SMALLER
    for number in range(touched // len(MEASURES)):
        for measure in MEASURES:
            desk.change(f"p{number}", 100, "Pipeline", measure)
    with patch.object(cells, "_LOOKED_AT", cells._LOOKED_AT // SMALLER):
        desk.flush()
    assert desk.cells.dirty(TARGET, 1).found == ()
    assert (sum(writer.imported), writer.written) == (touched, [])
    assert len(writer.imported) == 5  # of ten thousand cells each
