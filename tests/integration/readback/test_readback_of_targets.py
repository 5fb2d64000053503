"""Runs of the readback function: table and secrets of an emulated AWS, a simulated planning system, and what it says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from functions.readback.handler import ReadbackFunction
from functions.readback.settings import ReadbackSettings
from tests.support.anaplan import pipeline_cell
from tests.support.anaplan_tenant import RunningTenant
from tests.support.operated_planning import operated_planning, written
from tests.support.operated_stage import TARGET, OperatedStage, operated_stage
from tieout.ledger import keys
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.table import Put

AWAY = "another-model"  # a target whose secret was never filled


@pytest.fixture(name="stage")
def _stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[OperatedStage]:
    with operated_stage(monkeypatch) as stage:
        yield stage


@pytest.fixture(name="tenant")
def _tenant(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningTenant]:
    with operated_planning(stage, monkeypatch) as tenant:
        yield tenant


@contextmanager
def opened(stage: OperatedStage, folder: Path) -> Iterator[ReadbackFunction]:
    """The function, of which the first target can never be read; its connections are closed with it."""
    target, secret_arn = stage.place.target(TARGET)
    declared: dict[str, Any] = {"name": TARGET, "system": target.system, "api_base_url": target.api_base_url}
    declared |= {"options": dict(target.options)}
    feed = {
        "name": "pipeline", "facts": [], "cube": "Pipeline", "rates": "budget", "sign": 1, "where": {}, "dimensions": [],
        "measures": [{"amount": "amount", "transaction": "Amount", "reporting": "Amount USD"}],
    }  # fmt: skip
    landscape = {"stage": "test", "reporting_currency": "USD", "connections": [], "flows": [], "feeds": [feed]}
    landscape |= {"targets": [declared | {"name": AWAY}, declared | {"readback": {"sample_percent": 0}}]}
    (folder / "landscape.json").write_text(json.dumps(landscape))
    empty = stage.aws.secrets.create_secret(Name="empty")["ARN"]
    settings = ReadbackSettings(
        ledger_table=stage.place.outputs["LedgerTableName"],
        secret_arns={AWAY: empty, TARGET: secret_arn},
        landscape_file=str(folder / "landscape.json"),
        metric_namespace="Tieout/test",
    )
    function = ReadbackFunction(settings.environment())
    with function._http:
        yield function


def run(function: ReadbackFunction, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What a run says."""
    function.handle(lambda: 240_000)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]


def test_what_differs_is_counted_for_its_target_and_in_money(
    stage: OperatedStage, tenant: RunningTenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cells by number, and in minor units of the reporting currency those of its measures; no line names a cell or a value."""
    for name, measure, period in (
        ("a", "Amount USD", "2026-03"),
        ("b", "Amount", "2026-04"),
        ("c", "Amount", "2026-05"),
    ):
        written(stage, tenant, name, "1500.10", period, measure)
    tenant.kept_writer().write(
        [pipeline_cell("a", "1500.02", measure="Amount USD"), pipeline_cell("b", "9.00", period="2026-04")]
    )
    with opened(stage, tmp_path) as function:
        lines = [line for line in run(function, capsys) if line["target"] == TARGET]
    told = {name: line[name] for line in lines for name in line if name[0].isupper()}
    assert told == {"Different": 2, "DifferentMinorUnits": 8, "ReadBack": 3, "CyclesFinished": 1}
    for line in lines:
        [metrics] = line["_aws"]["CloudWatchMetrics"]
        assert (metrics["Namespace"], metrics["Dimensions"]) == ("Tieout/test", [["target"]])
    assert "1500" not in json.dumps(lines)
    assert [each.intersection_id for each in ReadbackLedger(stage.place.table).standing(TARGET)] == ["a", "b"]


def test_a_target_that_cannot_be_read_keeps_nobody_from_the_others(
    stage: OperatedStage, tenant: RunningTenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its cycle waits, as it says; a warm function reads the other one again without another login."""
    written(stage, tenant, "a", "7.00", "2026-03")
    here, there = (keys.cell_key(name, "a") for name in (TARGET, AWAY))
    item = stage.place.table.get([here])[here]
    stage.place.table.write([Put(there, {**item, "catalogue": keys.cells_of(AWAY)})])
    with opened(stage, tmp_path) as function:
        first = {line["target"]: line["outcome"] for line in run(function, capsys)}
        logins = tenant.logins()
        stage.tieout("readback", "run", "--target", TARGET)
        again = {line["target"]: line["outcome"] for line in run(function, capsys)}
    assert first == again == {TARGET: "compared", AWAY: "unavailable"}
    assert tenant.logins() == logins
