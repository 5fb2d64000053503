"""Planning is read back and compared with the ledger: what somebody typed over is named, and set again where asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from ops.cli import app
from tests.support.anaplan import pipeline_cell
from tests.support.anaplan_tenant import RunningTenant
from tests.support.operated_planning import operated_planning, written
from tests.support.operated_stage import TARGET, OperatedStage
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.table import Update

Comparison = tuple[int, dict[str, int], list[dict[str, str | None]]]


@pytest.fixture(name="tenant")
def _tenant(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningTenant]:
    """A planning system that the stage's target is."""
    with operated_planning(stage, monkeypatch) as tenant:
        yield tenant


def checked(*arguments: str) -> Comparison:
    """The exit code, the sums, and the cells that differ."""
    result = CliRunner().invoke(app, ["cells", "check", *arguments, "--json"], catch_exceptions=False)
    answer = json.loads(result.stdout)
    [sums] = answer["compared"]
    return result.exit_code, sums, answer["different"]


def test_planning_that_holds_what_it_was_given_differs_nowhere(stage: OperatedStage, tenant: RunningTenant) -> None:
    """Exit code 0, so that a script may go on."""
    written(stage, tenant, "a", "1500.10", "2026-03")
    written(stage, tenant, "b", "-0.05", "2026-04")
    assert checked() == (0, {"target": TARGET, "equal": 2, "different": 0, "under_way": 0}, [])


def test_a_value_typed_over_is_named_and_set_again_where_asked(stage: OperatedStage, tenant: RunningTenant) -> None:
    """Exit code 1; the ledger is the truth, so its value is written once more."""
    written(stage, tenant, "a", "1500.10", "2026-03")
    written(stage, tenant, "b", "20.00", "2026-04")
    tenant.kept_writer().write([pipeline_cell("a", "1500.11")])
    code, sums, [difference] = checked()
    assert (code, sums["equal"], sums["different"]) == (1, 1, 1)
    assert (difference["cell"], difference["ledger"], difference["planning"]) == ("a", "1500.10", "1500.11")
    assert CellLedger(stage.place.table).dirty(TARGET, 10).found == ()
    checked("--write-again")
    [again] = CellLedger(stage.place.table).dirty(TARGET, 10).found
    assert ([cell.cell_id for cell in again.lacking()], again.generation) == (["a:Amount"], 4)


def test_a_member_that_was_removed_from_the_model_differs(stage: OperatedStage, tenant: RunningTenant) -> None:
    """Planning has no such cell any more, which is not the same as zero."""
    written(stage, tenant, "a", "7.00", "2026-03")
    key = keys.cell_key(TARGET, "a")
    elsewhere = json.dumps(pipeline_cell(period="2126-03").members)
    stage.place.table.write([Update(key, sets={"members": elsewhere})])
    code, _, [difference] = checked()
    assert (code, difference["planning"]) == (1, None)


def test_cells_under_way_are_not_compared(stage: OperatedStage, tenant: RunningTenant) -> None:
    """A cell to be written, or refused, is known to differ; it is counted and no more."""
    for name, period in (("a", "2026-03"), ("b", "2026-04"), ("c", "2026-05")):
        written(stage, tenant, name, "7.00", period)
    cells = CellLedger(stage.place.table)
    cells.write_again(TARGET, {"a": ["Amount"]}, datetime.now(UTC))
    stage.place.table.write([Update(keys.cell_key(TARGET, "b"), sets={keys.REFUSED + "Amount": "calculated"})])
    assert checked() == (0, {"target": TARGET, "equal": 1, "different": 0, "under_way": 2}, [])


def test_a_cell_that_changes_while_planning_is_read_is_not_called_different(
    stage: OperatedStage, tenant: RunningTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line wrote a newer value between our look at the ledger and our look at planning."""
    written(stage, tenant, "a", "7.00", "2026-03")
    read = type(tenant.kept_writer()).read

    def late(writer: object, cells: object) -> object:
        written(stage, tenant, "a", "8.00", "2026-03")
        return read(writer, cells)  # type: ignore[arg-type]

    monkeypatch.setattr(type(tenant.kept_writer()), "read", late)
    assert checked() == (0, {"target": TARGET, "equal": 0, "different": 0, "under_way": 1}, [])
