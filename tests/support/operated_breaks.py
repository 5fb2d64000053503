"""Two stages of a value in an operated stage, which its function compares when it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from functions.reconcile.pipeline import ReconcileStep, compare_stages
from ops.place import Place
from tests.support.stages_compared import DECLARED
from tieout.ledger.breaks import BreakLedger
from tieout.reconciliations import Reconciliation
from tieout.reconciling.items import Item
from tieout.system_clock import SystemClock

if TYPE_CHECKING:
    import pytest

    from tests.support.operated_stage import OperatedStage

NAME = DECLARED.name


@dataclass
class Stages:
    """Two stages as they are now."""

    left: Sequence[Item] = field(default_factory=list)
    right: Sequence[Item] = field(default_factory=list)

    def sides(self, _declared: Reconciliation, /) -> tuple[list[Item], list[Item]]:
        """The records of both."""
        return list(self.left), list(self.right)


def compare_when_asked(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch, stages: Stages) -> None:
    """Have the stage's function compare these; other functions answer as they did."""
    clock, others = SystemClock(), Place.invoke
    step = ReconcileStep(stages, BreakLedger(stage.place.table), clock)

    def invoke(place: Place, function: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 what a function answers is any JSON
        if function != "reconcile":
            return others(place, function, event)
        day = date.fromisoformat(event["as_of"]) if event["as_of"] else clock.now().date()
        name = event["reconciliation"]
        return {name: asdict(compare_stages(step, replace(DECLARED, name=name), day))}

    monkeypatch.setattr(Place, "invoke", invoke)
