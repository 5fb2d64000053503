"""A day in all simulated systems, and what those who look after the line do meanwhile."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from ops import comparing, mapping_tables, queues
from ops.place import Place
from sandbox.demo.planning_systems import PlanningSystems
from sandbox.demo.quiet import wait_until_quiet
from sandbox.running import Sandbox
from tests.e2e.collecting import STAMPED
from tests.e2e.commands import Tieout
from tests.e2e.reckoning import DECLARED, Cells, entries_of_the_day, known, reckoned
from tests.e2e.simulators import BOOKS, FILE, LEGACY, MONTHS, SAP, SYSTEMS, Simulator
from tests.e2e.spending import Tool
from tieout.census import Purpose
from tieout.facts.listing import Window
from tieout.file_runs import FileState
from tieout.ledger.censuses import CensusLedger
from tieout.ledger.files import FileLedger
from tieout.planning.mapping import MappingKey

if TYPE_CHECKING:
    import httpx

_PATIENCE_SECONDS = 240
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day in all systems.

    Attributes:
        folder: for the oracle's files.
        simulators: by connection, those that a census can ask.
        targets: the planning systems, worked through their control routes.
        tools: those that nobody can ask.
    """

    sandbox: Sandbox
    http: httpx.Client
    place: Place
    planning: PlanningSystems
    tieout: Tieout
    folder: Path
    simulators: dict[str, Simulator]
    targets: dict[str, Simulator]
    tools: dict[str, Tool]

    def rest(self) -> None:
        """Wait until nothing is under way, nor waits to be told: some collect what they tell, and tell it again if need be."""
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while any(self.simulators[each].call("GET", "deliveries")["waiting"] for each in (BOOKS, SAP)):
            assert time.monotonic() < give_up_at
            Event().wait(0.1)
        wait_until_quiet(self.place, self.sandbox.aws, tell=lambda _: None, patience_seconds=280)

    def reckoned(self) -> Cells:
        """What planning must hold by what the sources say now, if no books are closed."""
        return reckoned(self.folder, known(self.simulators, self._told(), self._dropped_file()))

    def held(self, target: str) -> Cells:
        """What a planning system holds of our months, whatever cells these are; zeros left out."""
        return {
            (cell["module"], cell["line_item"], *cell["members"].values()): Decimal(cell["value"])
            for cell in self.planning[target].cells()
            if cell["members"]["Time"] in MONTHS.values() and Decimal(cell["value"])
        }

    def store_mappings(self) -> None:
        """The sandbox's mappings, what the day's customers are called in planning, and the rates of its months."""
        mapping_tables.put(self.place, mapping_tables.read_file(DECLARED))
        mapping_tables.put(
            self.place,
            [mapping_tables.Entry(MappingKey(*named), member) for *named, member in entries_of_the_day()],
        )

    def wait_for_the_file(self) -> None:
        """Until all of its last rerun is on the bus."""
        ledger, give_up_at = FileLedger(self.place.table), time.monotonic() + _PATIENCE_SECONDS
        while not any(
            (each.name, each.state, each.own_version[-1:]) == (FILE, FileState.DONE, "1")
            for each in ledger.runs(LEGACY)
        ):
            assert time.monotonic() < give_up_at, ledger.runs(LEGACY)
            Event().wait(0.5)

    def census(self) -> dict[str, int]:
        """Compare each source with the ledger up to this moment, at which nothing is under way; how many records differed."""
        return {name: self._census_of(name) for name in SYSTEMS}

    def parked(self) -> list[str]:
        """The dead-letter queues that hold anything."""
        depths = {
            each.name: queues.depth(self.place.sqs, each.queue_url) for each in queues.dead_letter_queues(self.place)
        }
        return [name for name, depth in depths.items() if any(depth.values())]

    def read_back(self, target: str) -> None:
        """Have all cells of a planning system read back once, as the stage's own function does it when its time has come."""
        function = json.loads(self.place.outputs["Readback"])["function_name"]
        while self._is_being_read(target):  # by its schedule
            self.place.invoke(function, {})
        self.tieout("readback", "run", "--target", target)
        while self._is_being_read(target):
            self.place.invoke(function, {})

    def _is_being_read(self, target: str) -> bool:
        [told] = self.tieout("readback", "list", "--target", target)
        assert not told.get("failing"), told
        return bool(told["state"] == "under way")

    def _told(self) -> dict[str, list[dict[str, Any]]]:
        return {name: tool.told for name, tool in self.tools.items()}

    def _dropped_file(self) -> bytes:
        """What lies in the bucket under the file's name."""
        bucket = json.loads(self.sandbox.outputs["Intake"])["bucket_name"]
        dropped = self.sandbox.aws.client("s3").get_object(Bucket=bucket, Key=f"incoming/{LEGACY}/{FILE}")
        return dropped["Body"].read()

    def _census_of(self, connection: str) -> int:
        now, ledger = datetime.now(UTC), CensusLedger(self.place.table)
        comparing.begin(self.place, connection, "", Purpose.CENSUS, _lately(connection, now))
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while True:
            runs = [run for run in ledger.runs(connection) if run.purpose is Purpose.CENSUS]
            if all(run.phase.is_over for run in runs):
                return sum(len(list(ledger.findings(run))) for run in runs)
            assert time.monotonic() < give_up_at, [(run.entity, run.failing) for run in runs]
            self.place.invoke(self.place.census_function, {})
            Event().wait(0.2)


def _lately(connection: str, now: datetime) -> Window:
    """All that was changed since yesterday, by the source's own clock."""
    first, last = (datetime.fromisoformat(each) for each in STAMPED.get(connection, (now.isoformat(),) * 2))
    return Window(first - _A_DAY, last + (_A_DAY if connection in STAMPED else timedelta()))
