"""What a command said at a moment is what it says of that moment later, by the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.commands import breaks
from tests.support.books_desk import place
from tests.support.ledger_scenes import record
from tests.support.operated_breaks import NAME, Stages, compare_when_asked
from tests.support.operated_history import CRM, OperatedHistory
from tests.support.operated_stage import OperatedStage
from tests.support.stages_compared import amount, item
from tests.support.stages_compared import place as booked_at
from tieout.ledger.mappings import MappingLedger
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey

ACME, GLOBEX = MappingKey(CRM, "customer", "4711"), MappingKey(CRM, "customer", "4712")
CELL = place("Acme", "2026-03").intersection_id()
BILLED = item("billing", "A-1", {booked_at(): amount(10_000)})
ASKED = [
    ("cells", "list"),
    ("cells", "list", "--state", "dirty"),
    ("cells", "why", CELL[:8]),
    ("facts", "show", CRM, "opportunity", "1"),
    ("facts", "list", CRM, "opportunity"),
    ("facts", "list", CRM, "opportunity", "--outdated"),
    ("held", "list"),
    ("mappings", "list", "customer"),
    ("periods", "list"),
    ("periods", "late"),
    ("periods", "late", "--restated"),
    ("breaks", "list"),
    ("breaks", "sums"),
]


@pytest.fixture
def history(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> OperatedHistory:
    """A stage with a past, whose commands take the time from it."""
    made = OperatedHistory(stage, monkeypatch)
    monkeypatch.setattr(breaks, "moment_asked_for", lambda at: at or made.clock.now())
    return made


def answers(stage: OperatedStage, at: datetime | None = None) -> dict[tuple[str, ...], Any]:
    """What all these commands say, of now or of a moment; and of the first break what is known of it."""
    more = () if at is None else ("--at", at.isoformat())
    said = {command: stage.tieout(*command, *more) for command in ASKED}
    shown = [row["break"] for row in said["breaks", "list"]][:1]
    return said | {("breaks", "show"): [stage.tieout("breaks", "show", each, *more) for each in shown]}


def test_what_was_said_at_a_moment_is_said_of_it_ever_after(
    stage: OperatedStage, history: OperatedHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells, facts, what waits, entries, closed periods, what came late and breaks: whatever happens to all of them since."""
    stages = Stages([BILLED], [])
    compare_when_asked(stage, monkeypatch, stages)
    mappings = MappingLedger(history.table)
    mappings.put(ACME, "Acme", "somebody", history.now())
    history.used = {ACME: "Acme"}
    history.say(1, {("Acme", "2026-03"): 100_00, ("Acme", "2026-04"): 30_00})
    history.say(2, Unmapped(GLOBEX))
    history.deliver("r1")
    history.say(3, {("Acme", "2026-03"): 1})
    history.close("2026-03")
    history.say(1, {("Acme", "2026-03"): 120_00, ("Acme", "2026-04"): 30_00})
    stage.tieout("reconcile", NAME)
    first, then = answers(stage), history.clock.now()

    history.now()
    mappings.put(ACME, "ACME", "somebody else", history.now())
    mappings.put(GLOBEX, "Globex", "somebody", history.now())
    history.say(2, {("Globex", "2026-04"): 5_00})
    history.say(1, {("Acme", "2026-03"): 130_00})
    history.say(4, {("Acme", "2026-03"): 7_00}, "books")
    history.approve(4, "2026-03")
    history.say(4, {("Acme", "2026-03"): 7_00}, "books")
    history.deliver("r2", {"Globex": "no such member"})
    history.close("2026-04")
    stage.tieout("breaks", "explain", first["breaks", "list"][0]["break"], "billed in advance")
    stages.left = [replace(BILLED, amounts={booked_at(): amount(70)})]
    stage.tieout("reconcile", NAME)
    second, later = answers(stage), history.clock.now()

    history.now()
    history.say(1, None)
    history.keep_journal()
    assert [command for command, said in first.items() if said == second[command]] == []
    assert answers(stage, then) == first
    assert answers(stage, later) == second
    assert "120" not in str(stage.tieout("cells", "why", CELL, "--at", then.isoformat()))


def test_nobody_is_told_of_a_record_before_it_was_known(stage: OperatedStage, history: OperatedHistory) -> None:
    """It is said that the ledger knows no such record, as it was said then."""
    history.say(1, {("Acme", "2026-03"): 1})
    before = history.clock.now()
    history.now()
    history.say(2, {("Acme", "2026-03"): 2})
    history.keep_journal()
    assert stage.tieout("facts", "show", CRM, "opportunity", "1", "--at", before.isoformat())["record"] == str(
        record(1)
    )
    result = CliRunner().invoke(app, ["facts", "show", CRM, "opportunity", "2", "--at", before.isoformat()])
    assert str(result.exception) == "the ledger knows no opportunity 2 of crm"


@pytest.mark.parametrize("moment", ["2026-10-31T18:00", "2026-10-31", "yesterday", "18:00Z"])
def test_a_moment_that_anybody_may_read_otherwise_is_refused(stage: OperatedStage, moment: str) -> None:
    """Without a zone nobody knows whose six o'clock is meant."""
    assert stage.place.stage
    result = CliRunner().invoke(app, ["held", "list", "--at", moment])
    assert result.exit_code == 2
    assert "is no moment with a zone" in " ".join(result.stderr.replace("│", " ").split())
