"""A million rows are loaded whose cells planning takes more slowly than they come: what is forecast meanwhile is planned in time.

All in a fortieth of its size: the documents, the cells of a write, and what is recorded in a second.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from unittest.mock import patch

from functions.deliver.pipeline import DeliverStep, flush
from infra.landscape import read_landscape
from sandbox.places import ROOT
from tests.support.clock import SeededEntropy
from tests.support.planning_desk import TARGET, Desk
from tieout.ledger import cells

SMALLER = 40
DOCUMENTS = 1_000_000 // 4 // SMALLER  # of four rows, each with an intersection of its own
CELLS_OF_A_WRITE = 1_000 // SMALLER
WRITE_SECONDS = 2.0
RECORDED_A_SECOND = 400 // SMALLER  # by as many functions as the flow has
FLUSH_SECONDS, PAUSE_SECONDS = 240, 60  # how long a flush lives, and until the sweeper asks for the next
FORECAST_EVERY = timedelta(seconds=10)


class Load:
    """A ledger into which a file is loaded, while deals change and a writer writes, all by one clock."""

    def __init__(self) -> None:
        self.desk, self.entropy = Desk(), SeededEntropy(1)
        self.desk.planning.batch_size = CELLS_OF_A_WRITE
        self.began_at = self.next_forecast = self.desk.clock.now()
        self.recorded = 0
        self.waiting: dict[str, datetime] = {}
        self.freshness: list[timedelta] = []

    def run(self) -> None:
        """Until the file is loaded and planning has all of it."""
        behind = ""
        while self.desk.cells.dirty(TARGET, 1).found or self.recorded < DOCUMENTS:
            ends_at = self.desk.clock.now() + timedelta(seconds=FLUSH_SECONDS)
            self.desk.planning.after_landing = self._goes_on
            behind = flush(
                DeliverStep(
                    target=TARGET,
                    cells=self.desk.cells,
                    writer=self.desk.planning,
                    judging=self.desk.judging,
                    clock=self.desk.clock,
                    entropy=self.entropy,
                    has_time=lambda _, ends_at=ends_at: self.desk.clock.now() < ends_at,  # type: ignore[misc]  # bound now
                    behind=behind,
                )
            ).behind
            self._passes(PAUSE_SECONDS)

    def _goes_on(self) -> None:
        """What happens while a write lands, which then may be the next one's turn."""
        self._passes(WRITE_SECONDS)
        self.desk.planning.after_landing = self._goes_on

    def _passes(self, seconds: float) -> None:
        self._note_what_is_planned()
        self.desk.clock.advance(seconds)
        now = self.desk.clock.now()
        due = int((now - self.began_at).total_seconds() * RECORDED_A_SECOND)
        for _ in range(self.recorded, min(due, DOCUMENTS)):
            self._record()
        while self.next_forecast <= now and self.recorded < DOCUMENTS:
            place = self.entropy.token()
            self.desk.change(place, 100, cube="Pipeline", measure="Amount")
            self.waiting[f"{place}:Amount"] = self.next_forecast
            self.next_forecast += FORECAST_EVERY

    def _record(self) -> None:
        self.recorded += 1
        place = self.entropy.token()
        for measure in ("Revenue", "Revenue USD"):
            self.desk.change(place, 100, cube="Actuals", measure=measure)

    def _note_what_is_planned(self) -> None:
        now = self.desk.clock.now()
        for cell in [each for each in self.waiting if each in self.desk.planning.values]:
            self.freshness.append(now - self.waiting.pop(cell))


def loaded() -> Load:
    """A load that is over."""
    done = Load()
    with patch.object(cells, "_LOOKED_AT", cells._LOOKED_AT // SMALLER):
        done.run()
    return done


def forecasts_stay_fresh() -> None:
    """A load after which every forecast was planned within what its flow promises."""
    load = loaded()
    flows = {flow.name: flow for flow in read_landscape(ROOT, "sandbox").flows}
    promised = timedelta(minutes=flows["forecast_to_plan"].freshness_minutes)
    assert len(load.freshness) > 50
    assert max(load.freshness) < promised, max(load.freshness)


def test_all_of_it_is_planned_in_the_end() -> None:
    """And planning was the bottleneck, else nothing is proved."""
    load = loaded()
    assert (load.recorded, load.waiting) == (DOCUMENTS, {})
    assert len(load.desk.planning.values) == 2 * DOCUMENTS + len(load.freshness)
    took = (load.desk.clock.now() - load.began_at).total_seconds()
    assert took > 1.5 * DOCUMENTS / RECORDED_A_SECOND


def test_forecasts_stay_as_fresh_as_their_flow_promises() -> None:
    """However long the file is on its way."""
    forecasts_stay_fresh()
