"""A break is shown with what speaks for its records, by which whoever explains it goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ops.commands import breaks
from tests.support.ledger_scenes import record
from tests.support.operated_breaks import Stages, compare_when_asked
from tests.support.operated_history import OperatedHistory
from tests.support.operated_stage import OperatedStage
from tests.support.stages_compared import amount, item, place
from tieout.moments import moment_text

if TYPE_CHECKING:
    import pytest


def test_a_break_is_shown_with_facts_notices_and_receipts(
    stage: OperatedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each record that the ledger knows, as it was at the moment that is asked for."""
    history = OperatedHistory(stage, monkeypatch)
    monkeypatch.setattr(breaks, "moment_asked_for", lambda at: at or history.clock.now())
    deal = replace(item("crm", "1", {place(): amount(10_000)}), record=record(1))
    compare_when_asked(stage, monkeypatch, Stages([deal], [item("books", "9", {place(customer="C_9"): amount(5)})]))
    history.say(1, {("Acme", "2026-03"): 100_00, ("Acme", "2026-04"): 30_00})
    history.deliver("r1")
    stage.tieout("reconcile")
    of_deal, of_nobody = sorted(stage.tieout("breaks", "list"), key=lambda row: "books" in row["records"])
    assert stage.tieout("breaks", "show", of_nobody["break"])["evidence"] == []
    [before] = shown(stage, of_deal["break"])
    assert before.pop("source_version")
    assert before == {
        "record": str(record(1)),
        "kind": "Opportunity",
        "outcome": "applied",
        "notice": "n-1",
        "delivery": "d-1",
        "position": 1,
        "recorded_at": moment_text(history.delivered[0].recorded_at),
        "receipts": "r1",
    }
    then = history.now()
    history.say(1, {("Acme", "2026-03"): 90_00, ("Acme", "2026-04"): 30_00})
    history.deliver("r2")
    history.keep_journal()
    [after] = shown(stage, of_deal["break"])
    assert (after["delivery"], after["receipts"]) == ("d-2", "r1 r2")
    assert [each["receipts"] for each in shown(stage, of_deal["break"], then)] == ["r1"]


def shown(stage: OperatedStage, broken: str, at: datetime | None = None) -> list[dict[str, object]]:
    """The evidence of a break, as of now or of a moment."""
    found: list[dict[str, object]] = stage.tieout(
        "breaks", "show", broken, *(("--at", at.isoformat()) if at is not None else ())
    )["evidence"]
    return found
