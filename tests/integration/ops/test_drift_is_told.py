"""What operators see of fields that drifted."""

from __future__ import annotations

from typer.testing import CliRunner

from ops.cli import app
from tests.support.ledger_scenes import NOW
from tests.support.operated_stage import CRM, ERP, OperatedStage
from tieout.drift import Drift, Noted, Seen
from tieout.ledger.drifts import DriftLedger
from tieout.moments import moment_text

SHAPES = ('{"id":"string","new":"number"}', '{"id":"string","new":"string"}')


def test_a_drift_is_told_with_its_shapes(stage: OperatedStage) -> None:
    """By connection and field; of one connection for people, too."""
    assert stage.tieout("drift", "list") == []
    DriftLedger(stage.place.table).note(CRM, {Seen("deals", "new", Drift.UNKNOWN): Noted(3, *SHAPES)}, NOW, "test")
    told = {
        "connection": CRM,
        "field": "deals/new",
        "drift": "unknown",
        "times": 3,
        "first_at": moment_text(NOW),
        "first_shape": SHAPES[0],
        "last_at": moment_text(NOW),
        "last_shape": SHAPES[1],
    }
    assert stage.tieout("drift", "list") == stage.tieout("drift", "list", CRM) == [told]
    assert stage.tieout("drift", "list", ERP) == []
    for connection, is_shown in ((CRM, True), ("", False)):
        said = CliRunner().invoke(app, ["drift", "list", *filter(None, [connection])], catch_exceptions=False).stdout
        assert all((shape in "".join(said.split())) == is_shown for shape in SHAPES)
        assert "deals/new" in said
