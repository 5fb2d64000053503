"""`tieout targets members`: what a target's own function answers of its members is shown; what it did is listed from the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.place import Place
from tests.support.operated_stage import TARGET, WHO, OperatedStage
from tieout.ledger.members import MemberLedger, MemberWrite

FINDING = {"code": "member_refused", "cube": "", "measure": "", "says": "Customer X: mend it", "is_in_the_way": True}


def dimension(*findings: dict[str, Any]) -> dict[str, Any]:
    """What is answered of a dimension."""
    return {
        "dimension": "Customer",
        "to_add": ["X"],
        "to_change": [],
        "undeclared": ["OLD"],
        "findings": list(findings),
    }


@pytest.fixture(name="asked")
def _asked(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """The questions a target's function was asked; it answers the first with a finding, others with none."""
    asked: list[Mapping[str, Any]] = []

    def invoke(_place: Place, function: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 any JSON
        assert function == "deliver-to-anaplan"
        asked.append(event)
        found = dimension(*([FINDING] if len(asked) == 1 else []))
        return {"applied": False, "published": len(asked) == 2, "dimensions": [found]}

    outputs = dict(stage.place.outputs)
    told = json.loads(outputs["TargetAnaplan"]) | {"function_name": "deliver-to-anaplan"}
    outputs["TargetAnaplan"] = json.dumps(told)
    monkeypatch.setattr(Place, "outputs", outputs)
    monkeypatch.setattr(Place, "invoke", invoke)
    return asked


def test_what_differs_is_shown_and_what_is_in_the_way_ends_with_1(asked: list[Mapping[str, Any]]) -> None:
    """Nothing is done unless that is asked for, and then in the operator's name."""
    result = CliRunner().invoke(app, ["targets", "members", TARGET, "--json"])
    assert result.exit_code == 1
    shown = json.loads(result.stdout)
    assert (shown["members"][0]["to_add"], shown["members"][0]["undeclared"]) == (["X"], ["OLD"])
    assert [each["says"] for each in shown["findings"]] == ["Customer X: mend it"]
    result = CliRunner().invoke(app, ["targets", "members", TARGET, "--apply"])
    assert (result.exit_code, "OLD" in result.output, "is published" in result.stderr) == (0, True, True)
    assert asked == [{"members": {"apply": False, "by": WHO}}, {"members": {"apply": True, "by": WHO}}]


def test_every_call_that_wrote_members_is_listed(stage: OperatedStage) -> None:
    """Also one whose answer nobody saw."""
    now = datetime(2026, 11, 27, 9, tzinfo=UTC)
    write = MemberWrite(
        dimension="Customer", action="add", codes=("X", "Y"), by="somebody", begun_at=now, reference="a 7"
    )
    MemberLedger(stage.place.table).note(TARGET, "t", write)
    result = CliRunner().invoke(app, ["targets", "member-writes", TARGET, "--json"])
    [row] = json.loads(result.stdout)
    assert (row["by"], row["members"], row["answer"]) == ("somebody", ["X", "Y"], "none seen")
    assert row["reference"] == "a 7"
