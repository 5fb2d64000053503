"""Writes to planning are listed and shown, undone and released, by people at a stage in the emulated AWS."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from functions.deliver.before import ReadingBefore
from functions.deliver.pipeline import DeliverStep, flush
from ops.cli import app
from ops.place import Place
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.judging import judging
from tests.support.operated_stage import RETENTION, TARGET, OperatedStage
from tests.support.planning_desk import Planning
from tieout.errors import LostAnswerError, UnavailableError
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.differences import CellDifference
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.receipts import ReceiptLedger
from tieout.ledger.table import Update
from tieout.moments import moment_text

A, B = (digit * 32 for digit in "ab")
OTHER = "oracle-epm"


class Writing:
    """A stage whose cells change and are written."""

    def __init__(self, stage: OperatedStage) -> None:
        self.stage, self.planning, self.clock = stage, Planning(), ManualClock()
        self._entropy = SeededEntropy(7)
        self.differing: list[CellDifference] = []

    def load(self, changes: dict[str, int], target: str = TARGET) -> str:
        """Add to the totals of some places of a target and write them; the newest receipt's id."""
        for place, minor in changes.items():
            update = Update(
                keys.cell_key(target, place),
                sets={"cell_state": keys.dirty(target), "catalogue": keys.cells_of(target)},
                firsts={
                    "cube": "Bookings",
                    "members": json.dumps([["Customer", f"C-{place[0]}"], ["Time", "2026-03"]]),
                    keys.CURRENCY + "Booked": "EUR",
                    "dirty_since": moment_text(self.clock.now()),
                },
                adds={keys.TOTAL + "Booked": minor, "generation": 1},
                removes=(keys.REFUSED + "Booked",),
            )
            self.stage.place.table.write([update])
        self.flush(target)
        return str(self.listed("--target", target)[0]["receipt"])

    def flush(self, target: str = TARGET) -> None:
        """What the deliver step of a target does."""
        self.clock.advance(60)
        step = DeliverStep(
            target=target,
            cells=CellLedger(self.stage.place.table),
            writer=self.planning,
            judging=judging(target),
            clock=self.clock,
            entropy=self._entropy,
            has_time=lambda _: True,
            before=self._before() if self.planning.reads_before else None,
        )
        flush(step)

    def _before(self) -> ReadingBefore:
        return ReadingBefore(
            writer=self.planning,
            ledger=ReadbackLedger(self.stage.place.table),
            clock=self.clock,
            tell=self.differing.extend,
            note_failure=lambda _: None,
        )

    def listed(self, *arguments: str) -> list[dict[str, object]]:
        """What `tieout receipts list` shows."""
        found: list[dict[str, object]] = self.stage.tieout("receipts", "list", "--from", "2026-03-01", *arguments)
        return found


@pytest.fixture(name="writing")
def _writing(stage: OperatedStage) -> Writing:
    return Writing(stage)


def test_receipts_are_listed_newest_first_and_found_by_cell_and_job(writing: Writing) -> None:
    """With what was answered; one that is open has no answer, and one a week old is not asked for by itself."""
    writing.planning.reference = "task-1"
    first = writing.load({A: 100})
    writing.planning.reference, writing.planning.refused_cells = "task-2 task-3", {f"{B}:Booked": "no such member"}
    second = writing.load({A: 50, B: 70})
    writing.planning.refusal = lambda _: LostAnswerError("x")
    third = writing.load({A: 1})
    assert [(row["receipt"], row["end"], row["cells"], row["refused"]) for row in writing.listed()] == [
        (third, "open", 1, 0),
        (second, "written", 2, 1),
        (first, "written", 1, 0),
    ]
    assert [row["receipt"] for row in writing.listed("--cell", B[:6])] == [second]
    assert [row["receipt"] for row in writing.listed("--reference", "task-3")] == [second]
    assert [row["receipt"] for row in writing.listed("--limit", "1", "--target", TARGET)] == [third]
    assert writing.stage.tieout("receipts", "list") == []
    assert {key: value for key, value in writing.listed()[2].items() if key not in {"receipt", "closed_at"}} == {
        "target": TARGET,
        "opened_at": "2026-03-02T09:01:00.000Z",
        "end": "written",
        "cells": 1,
        "refused": 0,
        "before_is": "last given",
        "answer": "set",
        "reference": "task-1",
        "undoes": None,
        "by": None,
    }


def test_receipts_are_found_by_time(writing: Writing) -> None:
    """From a moment on, and before another; a day is its first moment."""
    first, second, third = (writing.load({A: 1}) for _ in range(3))

    def found(*arguments: str) -> list[object]:
        return [row["receipt"] for row in writing.stage.tieout("receipts", "list", *arguments)]

    assert found("--from", "2026-03-02T09:02", "--to", "2026-03-02T09:03:00") == [second]
    assert found("--from", "2026-03-02", "--to", "2026-03-02T09:03") == [second, first]
    assert found("--from", "2026-03-02T09:03:00", "--to", "2026-03-03") == [third]


def test_a_task_that_has_not_ended_is_found(writing: Writing) -> None:
    """By the reference that was written down before it was waited for: then somebody looks for it."""
    cells, now = CellLedger(writing.stage.place.table), writing.clock.now()
    receipts = cells.open_task_receipts(TARGET, [("r1", []), ("r2", [])], now, {})
    cells.note_reference(receipts[:1], "112000000001 A1B2C3")
    [found] = writing.listed("--reference", "A1B2C3")
    assert (found["receipt"], found["end"], found["reference"]) == ("r1", "open", "112000000001 A1B2C3")


def test_a_receipt_says_where_the_values_before_come_from(writing: Writing) -> None:
    """Read from planning, or last given; in a list in sum, and cell by cell where it is shown."""
    writing.load({A: 100})
    writing.planning.reads_before, writing.planning.unasked = True, frozenset({f"{B}:Booked"})
    writing.planning.values[f"{A}:Booked"] = Decimal("7.25")
    writing.load({A: 50})
    mixed = writing.load({A: 50, B: 70})
    assert [row["before_is"] for row in writing.listed()] == ["1 read, 1 last given", "read", "last given"]
    shown = writing.stage.tieout("receipts", "show", mixed)
    assert [(row["before"], row["before_is"]) for row in shown["written"]] == [("1.50", "read"), (None, "last given")]
    [why] = writing.stage.tieout("cells", "why", A)["cells"]
    assert [why["last_write"][name] for name in ("before", "before_is", "after")] == ["1.50", "read", "2.00"]
    [different] = writing.stage.tieout("readback", "show", "--target", TARGET)["different"]
    assert (different["cell"], [each.cell_id for each in writing.differing]) == (A, [f"{A}:Booked"])


def test_the_newest_receipts_of_all_targets_are_listed(writing: Writing, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their age alone, whichever target they are of and whether their end is known: none crowds out a newer one."""
    told = dict(writing.stage.place.outputs)
    told["TargetOracleEpm"] = json.dumps(json.loads(told["TargetAnaplan"]) | {"name": OTHER})
    monkeypatch.setattr(Place, "outputs", told)
    oldest = writing.load({A: 1})
    writing.planning.refusal = lambda _: LostAnswerError("x")
    left_open = writing.load({A: 1}, OTHER)
    CellLedger(writing.stage.place.table).resume(OTHER)
    writing.planning.refusal = lambda _: None
    third, newest = writing.load({B: 1}, OTHER), writing.load({A: 1})
    wanted = [newest, third, left_open, oldest]
    assert [row["receipt"] for row in writing.listed()] == wanted
    for limit in range(1, 4):
        assert [row["receipt"] for row in writing.listed("--limit", str(limit))] == wanted[:limit]
    assert [row["receipt"] for row in writing.listed("--target", OTHER)] == [third, left_open]


def test_a_receipt_is_shown_cell_by_cell(writing: Writing) -> None:
    """By the first digits of its id, or by the name a cell tells it under."""
    first = writing.load({A: 100})
    writing.planning.refused_cells = {f"{B}:Booked": "no such member"}
    second = writing.load({A: 50, B: 70})
    shown = writing.stage.tieout("receipts", "show", second[:12])
    assert [(row["members"], row["before"], row["after"], row["refused"]) for row in shown["written"]] == [
        ("C-a/2026-03", "1.00", "1.50", None),
        ("C-b/2026-03", None, "0.70", "no such member"),
    ]
    [why] = writing.stage.tieout("cells", "why", A)["cells"]
    assert writing.stage.tieout("receipts", "show", why["last_write"]["receipt"])["receipt"] == second
    assert writing.stage.tieout("receipts", "show", first)["receipt"] == first


def test_an_undo_is_shown_then_done_and_released(writing: Writing) -> None:
    """Nothing is done before somebody says so; the effect is told in cells and sums."""
    writing.load({A: 100})
    loaded = writing.load({A: 50, B: 70})
    shown = writing.stage.tieout("undo", loaded)
    sums = {"in_planning": "2.20", "then": "1.00", "difference": "-1.20"}
    assert shown["sums"] == [{"cube": "Bookings", "measure": "Booked", "currency": "EUR", **sums}]
    assert [(row["in_planning"], row["then"], row["fate"]) for row in shown["cells"]] == [
        ("1.50", "1.00", "restored"),
        ("0.70", "0.00", "restored"),
    ]
    writing.flush()
    assert writing.planning.values == {f"{A}:Booked": Decimal("1.50"), f"{B}:Booked": Decimal("0.70")}
    done = writing.stage.tieout("undo", loaded, "--yes")["done"]
    assert (done["end"], done["undoes"], done["cells"]) == ("undo", loaded, 2)
    assert done["by"]
    writing.flush()
    assert writing.planning.values == {f"{A}:Booked": Decimal(1), f"{B}:Booked": Decimal(0)}
    undone = writing.stage.tieout("cells", "list", "--state", "undone")
    assert [(row["cell"], row["total"], row["undone_to"]) for row in undone] == [
        (A, "1.50", "1.00"),
        (B, "0.70", "0.00"),
    ]
    assert writing.stage.tieout("targets", "list")[0]["undone"] == 2
    for confirmed in ((), ("--yes",)):
        assert len(writing.stage.tieout("cells", "list", "--state", "undone")) == 2
        released = writing.stage.tieout("release", loaded, *confirmed)
        assert (released["done"], released["undone"], released["sums"][0]["difference"]) == (bool(confirmed), 2, "1.20")
        assert [(row["in_planning"], row["then"]) for row in released["cells"]] == [("1.00", "1.50"), ("0.00", "0.70")]
    writing.flush()
    assert writing.planning.values == {f"{A}:Booked": Decimal("1.50"), f"{B}:Booked": Decimal("0.70")}
    assert writing.stage.tieout("cells", "list", "--state", "undone") == []


def test_the_receipt_of_an_undo_is_kept_as_long_as_the_landscape_says(writing: Writing) -> None:
    """Like those that the line itself leaves."""
    writing.stage.tieout("undo", writing.load({A: 50}), "--yes")
    [undo, *_] = ReceiptLedger(writing.stage.place.table).newest(TARGET)
    key = (keys.receipt_partition(TARGET), keys.DONE_PREFIX + undo.name)
    assert writing.stage.kept_days(key) == RETENTION["receipts"]


def test_who_undoes_is_told_how_cells_follow_their_sources_again(writing: Writing) -> None:
    """Of an undo of an undo, too: it brings the values back, and only a release brings changes."""
    loaded = writing.load({A: 100})
    said = CliRunner().invoke(app, ["undo", loaded]).output
    assert f"tieout release {loaded} --yes" in said
    undo = writing.stage.tieout("undo", loaded, "--yes")["done"]["receipt"]
    writing.flush()
    said = CliRunner().invoke(app, ["undo", undo, "--yes"]).output
    assert "Nothing is done yet" not in said
    assert f"tieout release {undo} --yes" in said
    assert writing.stage.tieout("release", undo)["undone"] == 1


def test_what_a_release_leaves_since_its_period_is_closed_is_said_before_and_after(writing: Writing) -> None:
    """What is shown is what is done: such a cell keeps what it was undone to."""
    loaded = writing.load({A: 50, B: 70})
    writing.stage.tieout("undo", loaded, "--yes")
    table = writing.stage.place.table
    table.write([Update(keys.cell_key(TARGET, A), sets={"books": "2026-03#Actual#EMEA"})])
    writing.stage.tieout("periods", "close", "2026-03", "--entity", "EMEA", "--reason", "month end")
    for confirmed in ((), ("--yes",)):
        shown = writing.stage.tieout("release", loaded, *confirmed)
        assert {name: shown[name] for name in ("undone", "released", "left")} == {"undone": 2, "released": 1, "left": 1}
        assert [(row["cell"], row["then"], row["fate"]) for row in shown["cells"]] == [
            (B, "0.70", "released"),
            (A, None, "closed"),
        ]
    assert [row["cell"] for row in writing.stage.tieout("cells", "list", "--state", "undone")] == [A]


def test_what_cannot_be_undone_is_said(writing: Writing) -> None:
    """A receipt nobody knows, one that several begin with, one without an end, and one of which nothing was written."""
    writing.planning.refusal = lambda _: UnavailableError("busy")
    busy = writing.load({A: 100})
    CellLedger(writing.stage.place.table).resume(TARGET)
    writing.planning.refusal = lambda _: LostAnswerError("x")
    left_open = writing.load({A: 1})
    for wanted, said in (
        ("nobody's", "there is no receipt nobody's"),
        ("", "several receipts begin with"),
        (left_open, "its end is not known yet"),
        (busy, "nothing of it was written"),
    ):
        result = CliRunner().invoke(app, ["undo", wanted])
        assert result.exit_code != 0
        assert said in (result.output if result.exception is None else f"{result.output} {result.exception}")
