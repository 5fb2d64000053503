"""A stage whose deployed landscape is told, and facts in it as the record step leaves them, for who proposes and approves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from functions.record.settle import Origin, Settling
from infra.landscape import compile_landscape
from ops.commands import landscape as commands
from ops.place import Place
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.operated_stage import OperatedStage
from tests.support.planning_model import sandbox_landscape
from tieout.arriving.notice import Notice, RecordKey
from tieout.closing import Books, BooksState, Treatment
from tieout.effects.effect import HELD, LATE, MOVED, RELEASED, Adding, Move, Replanned
from tieout.facts.statement import Statement
from tieout.landscape import Landscape
from tieout.ledger.facts import FactLedger
from tieout.ledger.late_rows import LateKind, LateRow
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.proposals import Proposal, ProposalLedger
from tieout.ledger.table import Table
from tieout.planning.cells import Amount, Intersection
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel

if TYPE_CHECKING:
    import pytest

PROPOSAL = "5f0c" * 8
FLOW, CHECKER = "record_to_report", "Controller/ben"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def landscape_of(*connections: str) -> Landscape:
    """What the sandbox declares, with these connections in the place of its first ones."""
    shipped = sandbox_landscape()
    renamed = [replace(each, name=name) for each, name in zip(shipped.connections, connections, strict=False)]
    return replace(shipped, connections=(*renamed, *shipped.connections[len(renamed) :]))


def deploy(monkeypatch: pytest.MonkeyPatch, landscape: Landscape) -> None:
    """Have the stage say that it goes by a landscape."""
    answer = Place.invoke
    deployed = {"code_version": "0.1.0", "landscape": compile_landscape(landscape)}

    def invoke(place: Place, function: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 as what it stands for
        return deployed if event.get("goes_by") else answer(place, function, event)

    monkeypatch.setattr(Place, "invoke", invoke)


def declare(monkeypatch: pytest.MonkeyPatch, landscape: Landscape) -> None:
    """Have the tree declare a landscape."""
    monkeypatch.setattr(commands, "declared_landscape", lambda *_: landscape)


def record(stage: OperatedStage, landscape: Landscape, statement: Statement, entries: Mapping[MappingKey, str]) -> None:
    """A record goes through the line once these entries are stored."""
    table = stage.place.table
    for key, text in entries.items():
        MappingLedger(table).put(key, text, "operator", NOW)
    settling = Settling(
        ledger=FactLedger(table),
        model=PlanningModel.of(landscape),
        reader_of=lambda _: _Says(statement),
        clock=ManualClock(),
        entropy=SeededEntropy(),
        code_version="tested",
    )
    notice = Notice(key=statement.key, notice_id=f"n-{statement.key.record_id}", kind="any")
    origin = Origin(notice=notice, delivery_id="d-1", flow=FLOW, received_at=NOW)
    assert settling.settle({statement.key: origin})[statement.key].error is None


def keep_a_proposal(table: Table, place: Intersection) -> None:
    """A proposal that would do something of every kind, in the longest values that are likely."""
    adding, books = Adding(), Books("EMEA", "2026-11", "Actual")
    amount = Amount("Revenue USD", "USD", -1234567890123, "par")
    for number, became in enumerate((RELEASED, HELD, MOVED, LATE)):
        adding.add(
            Replanned(
                record=RecordKey("hubspot-north-america", "opportunity", str(39411234567 + number)),
                revision=1,
                became=became,
                waits_for="hubspot-north-america#customer#24680135791" if became == HELD else "",
                moves=(Move(place, "Revenue USD", "USD", -1234567890123),) if became != LATE else (),
                books={books: Treatment.NEXT_OPEN, books._replace(period="2026-12"): Treatment.RESTATE},
                waits=(LateRow(intersection=place, books=books, kind=LateKind.TO_RESTATE, amounts=(amount,)),),
            )
        )
    said = [("hubspot-north-america#customer#24680135791", "Globex", "Globex Corporation (Holdings) plc")]
    effect = adding.result(said, {}, lambda _: BooksState.SOFT_CLOSED, only_names=True)
    proposal = Proposal(
        proposal_id=PROPOSAL,
        proposed_by="Controller/controller.with.long.name",
        proposed_at=NOW,
        reason="the auditors found an invoice that had been posted to the wrong company",
        effect=effect.digest,
        count=1234,
    )
    ProposalLedger(table).propose(proposal, (), effect.text)


class _Says:
    """A source that says one thing."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def read(self, _keys: object) -> dict[RecordKey, Statement]:
        return {self._statement.key: self._statement}
