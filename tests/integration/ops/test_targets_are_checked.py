"""`tieout targets check`: what a target's own function found is shown, and what is in the way ends the command with 1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.place import Place
from tests.support.operated_stage import TARGET, OperatedStage

ANSWER: dict[str, Any] = {
    "checked_at": "2026-11-26T09:00:00.000Z",
    "told": {"model": "Group planning", "state": "UNLOCKED"},
    "findings": [
        {"code": "line_item_missing", "cube": "Cash", "measure": "Collected", "says": "add it", "is_in_the_way": True},
    ],
}


@pytest.fixture(name="answers")
def _answers(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the function of a target answers to a check."""
    said: dict[str, Any] = {}

    def invoke(_place: Place, function: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 any JSON
        assert (function, event) == ("deliver-to-anaplan", {"check": True})
        return said

    outputs = dict(stage.place.outputs)
    outputs["TargetAnaplan"] = json.dumps(
        json.loads(outputs["TargetAnaplan"]) | {"function_name": "deliver-to-anaplan"}
    )
    monkeypatch.setattr(Place, "outputs", outputs)
    monkeypatch.setattr(Place, "invoke", invoke)
    return said


@pytest.mark.parametrize("named", [[], [TARGET]])
def test_what_is_in_the_way_is_named_and_ends_with_1(answers: dict[str, Any], named: list[str]) -> None:
    """For one target, or for all."""
    answers |= ANSWER
    result = CliRunner().invoke(app, ["targets", "check", *named, "--json"])
    assert result.exit_code == 1
    [finding] = json.loads(result.stdout)["findings"]
    assert (finding["target"], finding["finding"], finding["cube"], finding["measure"]) == (
        *(TARGET, "line_item_missing"),
        *("Cash", "Collected"),
    )
    told = CliRunner().invoke(app, ["targets", "check", *named]).output
    assert "Group planning" in told
    assert "add it" in told


def test_what_is_only_worth_knowing_ends_well(answers: dict[str, Any]) -> None:
    """So does a target that lacks nothing."""
    answers |= ANSWER | {"findings": [ANSWER["findings"][0] | {"is_in_the_way": False}]}
    assert CliRunner().invoke(app, ["targets", "check"]).exit_code == 0
    answers["findings"] = []
    result = CliRunner().invoke(app, ["targets", "check"])
    assert result.exit_code == 0
    assert "Nothing is wanted that they do not have." in result.output


def test_a_target_that_was_not_reached_is_no_good_news(answers: dict[str, Any]) -> None:
    """Its function could not log in, or the target does not answer."""
    answers["error"] = "UnavailableError: anaplan: no connection"
    result = CliRunner().invoke(app, ["targets", "check", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["findings"][0]["finding"] == "not_reached"


def test_a_target_that_there_is_not_is_said(stage: OperatedStage) -> None:
    """With those the stage has."""
    result = CliRunner().invoke(app, ["targets", "check", "nowhere"])
    assert result.exit_code == 2
    assert f"the stage has {TARGET}" in " ".join(result.stderr.replace("│", " ").split())
    assert stage.place.targets
