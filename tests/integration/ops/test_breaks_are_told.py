"""Operators have stages of a value compared, see what does not tie out, and say what they have to say of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.place import Place
from tests.support.operated_breaks import NAME, Stages, compare_when_asked
from tests.support.operated_stage import OperatedStage
from tests.support.stages_compared import amount, item, place
from tieout.errors import TieoutError

BILLED = item("billing", "A-1", {place(): amount(10_000)})
BOOKED = item("books", "Z-9", {place(): amount(10_000)})
OTHER = item("billing", "A-2", {place(): amount(70)})


@pytest.fixture
def stages(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> Stages:
    """Two stages that the stage's function compares, when it is asked."""
    there = replace(OTHER, record=OTHER.record._replace(connection="books"))
    stages = Stages([BILLED, OTHER], [BOOKED, there])
    compare_when_asked(stage, monkeypatch, stages)
    return stages


def says(*arguments: str) -> str:
    """What a command that is refused says, on one line."""
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, TieoutError), result.output
    return str(result.exception)


def test_stages_are_compared_when_somebody_asks(stage: OperatedStage, stages: Stages) -> None:
    """What is new, what ties out, and by which day; with the sums of either stage."""
    [row] = stage.tieout("reconcile", "--as-of", "2026-06-30")
    assert {name: row[name] for name in ("reconciliation", "left", "right", "as_of", "tied_out", "found", "open")} == {
        "reconciliation": NAME,
        "left": "billing",
        "right": "books",
        "as_of": "2026-06-30",
        "tied_out": 1,
        "found": 2,
        "open": 2,
    }
    stages.right = []
    stage.tieout("reconcile", NAME)
    [sums] = stage.tieout("breaks", "sums")
    assert (sums["company"], sums["period"], sums["left"], sums["right"], sums["off"]) == (
        "EMEA",
        "2026-03",
        "100.70 EUR",
        "0.00 EUR",
        "100.70 EUR",
    )


def test_a_break_is_shown_with_all_that_is_known_of_it(stage: OperatedStage, stages: Stages) -> None:
    """Its record, its place, what it may belong to, and what happened to it."""
    assert stages.left
    stage.tieout("reconcile")
    [mine] = [row for row in stage.tieout("breaks", "list") if row["kind"] == "missing_there"]
    assert (mine["off"], mine["state"], mine["records"]) == ("100.00 EUR", "open", str(BILLED.record))
    shown = stage.tieout("breaks", "show", mine["break"][:8])
    assert shown["records"] == [{"stage": "billing", "record": str(BILLED.record)}]
    assert shown["may_be"] == str(BOOKED.record)
    [where] = shown["places"]
    assert where == {
        "company": "EMEA",
        "period": "2026-03",
        "apart": "C_1",
        "off": "100.00 EUR",
        "off_reporting": "110.00 USD",
    }
    assert [each["what"] for each in shown["remarks"]] == ["found"]


def test_one_explains_and_another_accepts(stage: OperatedStage, stages: Stages) -> None:
    """And it is somebody's until a day; resolved ones are shown to those who ask."""
    assert stages.left
    stage.tieout("reconcile")
    broken = next(row["break"] for row in stage.tieout("breaks", "list") if row["kind"] == "missing_there")
    given = stage.tieout("breaks", "assign", broken, "ana", "--due", "2026-07-08")
    assert (given["owner"], given["due"]) == ("ana", "2026-07-08")
    assert "explained can be accepted" in says("breaks", "accept", broken)
    assert stage.tieout("breaks", "explain", broken, "billed in advance")["state"] == "explained"
    stage.who = "Controller/ana"
    assert "somebody else" in says("breaks", "accept", broken)
    stage.who = "Controller/ben"
    assert stage.tieout("breaks", "accept", broken)["state"] == "accepted"
    [last] = stage.tieout("log", "list", "--limit", "1")
    assert (last["asked_by"], last["approved_by"]) == ("Operator/ana", "Controller/ben")
    assert [row["break"] for row in stage.tieout("breaks", "list", "--state", "accepted")] == [broken]
    stages.left = [OTHER]
    stage.tieout("reconcile")
    assert [row["break"] for row in stage.tieout("breaks", "list", "--state", "resolved")] == [broken]


def test_a_record_that_ties_out_in_neither_of_two_comparisons_is_two_breaks(
    stage: OperatedStage, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are called after it, so whoever says something of one says which, and it is not said of the other."""
    stages.left, stages.right = [BILLED], []
    other = {"name": "billing-to-planning", "left": "billing", "right": "planning"}
    outputs = {**stage.place.outputs, "ReconciliationBillingToPlanning": json.dumps(other)}
    monkeypatch.setattr(Place, "outputs", outputs)
    stage.tieout("reconcile")
    [broken] = {row["break"] for row in stage.tieout("breaks", "list")}
    refused = says("breaks", "explain", broken[:8], "not planned")
    assert f"2 breaks are called {broken[:8]}: say which, as {NAME}/{broken}, billing-to-planning/{broken}" in refused
    said = stage.tieout("breaks", "explain", f"billing-to-planning/{broken[:8]}", "not planned")
    assert (said["reconciliation"], said["state"]) == ("billing-to-planning", "explained")
    assert {row["reconciliation"]: row["state"] for row in stage.tieout("breaks", "list")} == {
        NAME: "open",
        "billing-to-planning": "explained",
    }


def test_two_records_are_linked_and_parted(stage: OperatedStage, stages: Stages) -> None:
    """By the word of a person, which the next comparison goes by."""
    assert stages.left
    stage.tieout("reconcile")
    names = [row["break"] for row in stage.tieout("breaks", "list")]
    assert CliRunner().invoke(app, ["breaks", "link", *names]).exit_code == 0
    [linked] = stage.tieout("reconcile")
    assert (linked["open"], linked["resolved"]) == (0, 2)
    assert CliRunner().invoke(app, ["breaks", "part", NAME, str(BOOKED.record)]).exit_code == 0
    [parted] = stage.tieout("reconcile")
    assert parted["open"] == 2
    assert "nobody has linked" in says("breaks", "part", NAME, str(BOOKED.record))
    assert "each of another side" in says("breaks", "link", names[0], names[0])


def test_what_there_is_not_is_said(stage: OperatedStage, stages: Stages) -> None:
    """With what there is."""
    assert stages.left
    assert stage.tieout("breaks", "list") == []
    assert "the stage has billing-to-books" in says("breaks", "list", "bookings")
    assert "no break is called ff" in says("breaks", "show", "ff")


def test_what_is_no_day_is_refused_before_anything_is_asked(stage: OperatedStage, stages: Stages) -> None:
    """And the function never hears of it."""
    assert stages.left
    for arguments in (["reconcile", "--as-of", "30.06.2026"], ["breaks", "assign", "ff", "ana", "--due", "soon"]):
        refused = CliRunner().invoke(app, arguments)
        assert (refused.exit_code, "%Y-%m-%d" in refused.output) == (2, True), refused.output
    assert stage.tieout("breaks", "list") == []
