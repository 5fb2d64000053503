"""A planning system that a stage which operators work on writes to, and cells that both hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.support.anaplan import BASIC, MODEL_ID, pipeline_cell
from tests.support.anaplan_tenant import RunningTenant, running_tenant
from tests.support.operated_stage import TARGET, OperatedStage
from tieout.ledger import keys
from tieout.ledger.cycles import Cycle
from tieout.ledger.differences import difference_of
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.table import Put

if TYPE_CHECKING:
    import pytest

NOW = datetime(2026, 11, 26, 9, 30, 12, tzinfo=UTC)


@contextmanager
def operated_planning(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningTenant]:
    """Within it the stage's target is a simulated planning system."""
    arn = stage.aws.secrets.create_secret(Name="planning", SecretString=json.dumps(BASIC))["ARN"]
    with running_tenant() as tenant:
        options = {"auth_base_url": tenant.url, "model_id": MODEL_ID, "authentication": "basic"}
        told = json.loads(stage.place.outputs["TargetAnaplan"])
        told |= {"system": "anaplan", "api_base_url": tenant.url, "options": options, "secret_arn": arn}
        monkeypatch.setitem(stage.place.outputs, "TargetAnaplan", json.dumps(told))
        yield tenant


def read_back_once(stage: OperatedStage, name: str, held: str) -> None:
    """A cell of those that `written` makes was found to hold something else, by a cycle that is over."""
    ledger = ReadbackLedger(stage.place.table)
    [place] = ledger.places(TARGET, [name])
    begun = ledger.begin(Cycle.begun(TARGET, NOW, "operator.with.long.name"))
    different = [difference_of(place, cell, cell.wanted_minor, Decimal(held), NOW) for cell in place.cells]
    ledger.keep(different)
    ledger.advance(begun.with_page(1_234_567, 1_234, different, "", NOW)._replace(finished_at=NOW))


def written(
    stage: OperatedStage, tenant: RunningTenant, name: str, value: str, period: str, measure: str = "Amount"
) -> None:
    """A cell that the ledger and planning hold alike."""
    cell = pipeline_cell(name, value, measure=measure, period=period)
    minor = int(cell.value.scaleb(2))
    item = {
        "cube": cell.cube,
        "members": json.dumps(cell.members),
        keys.CURRENCY + cell.measure: "EUR",
        keys.TOTAL + cell.measure: minor,
        keys.WRITTEN + cell.measure: minor,
        "generation": 3,
        "catalogue": keys.cells_of(TARGET),
    }
    stage.place.table.write([Put(keys.cell_key(TARGET, name), item)])
    tenant.kept_writer().write([cell])
