"""Of changes that reach planning it is told, write by write, how many there were of each flow and how many came late."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.judging import Told, judging
from tests.support.planning_desk import TARGET, Desk
from tieout.freshness import CloseDays, Freshness, Objective
from tieout.ledger import keys
from tieout.ledger.table import Update

FRESHNESS = Freshness(
    objectives=(
        Objective(name="forecasts", flow="forecasts", within_seconds=60),
        Objective(name="actuals", flow="actuals", within_seconds=600),
    )
)


class JudgedDesk(Desk):
    """A desk whose changes are of an age."""

    def __init__(self) -> None:
        super().__init__()
        self.reached: list[Told] = []
        self.judging = judging(TARGET, FRESHNESS, self.reached)

    def change_late(self, place: str, lags: Mapping[str, int], amount_minor: int = 100) -> None:
        """Commits that add to a cell, counted under these names."""
        self.change(place, amount_minor)
        counted = {keys.LAG + name: changes for name, changes in lags.items()}
        self.table.write([Update(keys.cell_key(TARGET, place), adds=counted)])


@pytest.fixture(name="desk")
def _desk() -> JudgedDesk:
    desk = JudgedDesk()
    assert desk.clock.now().isoformat() == "2026-03-02T09:00:00+00:00"  # when a desk's cells become dirty
    return desk


def test_a_change_is_late_that_took_longer_than_its_flow_may(desk: JudgedDesk) -> None:
    """To the second; what they waited in the ledger counts as what they took to get there; no objective, no judgement."""
    desk.change_late("a", {"forecasts:50": 2, "forecasts:56": 3, "actuals:56": 4, "others:1": 5})
    desk.clock.advance(10)
    desk.flush()
    assert desk.reached == [("actuals", 4, 0), ("forecasts", 5, 3)]


def test_a_change_is_judged_by_the_day_on_which_it_occurred() -> None:
    """One of yesterday, when the company closed, may not take as long as one of today."""
    desk = JudgedDesk()
    in_close = Objective(name="forecasts", flow="forecasts", within_seconds=86_400, within_seconds_in_close=60)
    declared = Freshness(close_days=CloseDays(last=0, first=1), objectives=(in_close,))
    desk.judging = judging(TARGET, declared, desk.reached)
    desk.change_late("a", {"forecasts:32399": 1, "forecasts:32401": 2})  # midnight was nine hours ago
    desk.flush()
    assert desk.reached == [("forecasts", 3, 2)]


def test_each_write_tells_of_its_own(desk: JudgedDesk) -> None:
    """At once, so that a run that is cut off has told of what it has marked."""
    desk.planning.batch_size = 1
    desk.change_late("a", {"forecasts:1": 1})
    desk.change_late("b", {"forecasts:64": 1})
    desk.change("c", 100)
    desk.flush()
    assert desk.reached == [("forecasts", 1, 0), ("forecasts", 1, 1)]
    desk.flush()
    assert len(desk.reached) == 2


def test_changes_that_cancel_each_other_are_told_of_too(desk: JudgedDesk) -> None:
    """Planning is not written for them."""
    desk.change("a", 100)
    desk.flush()
    desk.change_late("a", {"forecasts:1": 1}, 50)
    desk.change_late("a", {"forecasts:1": 1}, -50)
    desk.clock.advance(60)
    assert desk.flush().writes == 0
    assert desk.reached == [("forecasts", 2, 2)]
