"""The planning models of SAP Analytics Cloud in memory: they answer the calls about import jobs, refuse rows, and write late."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.simulation.planning import Coordinates, Surroundings
from tieout.errors import LostAnswerError, MalformedError
from tieout.systems.sap_analytics.answers import JobGoneError

_LONGEST_LANDING_MILLISECONDS = 600_000
_STALL_MILLISECONDS = (2_000, 30_000)
_Row = Mapping[str, Any]


class AnalyticsTenant:
    """The models of one tenant, one for each cube.

    Attributes:
        unknown: members the models do not know: rows with them are refused.
        spoiling: members whose rows make a model refuse all that are added with them.
    """

    def __init__(self, around: Surroundings) -> None:
        self._random, self._schedule, self._weather = around.random, around.schedule, around.weather
        self.unknown, self.spoiling = around.unknown, around.spoiling
        self.cells: dict[Coordinates, Decimal] = {}
        self.under_way = 0  # jobs whose answer was lost and that have not written yet
        self._jobs: dict[str, tuple[str, list[_Row]]] = {}  # id to the cube and its rows
        self._made = 0

    # The calls of `tieout.systems.sap_analytics.client.AnalyticsClient`.

    def create(self, path: str, content: bytes) -> Mapping[str, Any]:
        """A new job."""
        settings = json.loads(content)["JobSettings"]
        assert settings["importMethod"] == "Update", "any other would add to what is there, or clear it"
        self._made += 1
        job_id = f"job-{self._made}"
        self._jobs[job_id] = (path.split("/")[3].replace("%20", " "), [])
        return {"jobID": job_id}

    def tell_job(self, path: str, content: bytes = b"{}") -> Mapping[str, Any]:
        """Rows that are added, or the question whether they are right."""
        _, rows = self._job(path)
        if path.endswith("/validate"):
            return {"failedNumberRows": 0, "totalNumberRowsInJob": len(rows)}
        added = json.loads(content, parse_float=Decimal, parse_int=Decimal)["Data"]
        if any(set(map(str, row.values())) & self.spoiling for row in added):
            self._weather.strike("request_refused")
            raise MalformedError("sac_refuses_request_400")
        failed = [row for row in added if set(map(str, row.values())) & self.unknown]
        if failed:
            self._weather.strike("cell_refused")
        rows += [row for row in added if row not in failed]
        told = [
            {"row": {name: str(value) for name, value in row.items()}, "reason": "unknown member"} for row in failed
        ]
        return {"failedRows": told, "failedNumberRows": len(failed)}

    def run_job(self, path: str) -> None:
        """Write the rows of a job."""
        self._weather.io("before planning.set")
        cube, rows = self._job(path)
        cells = [each for row in rows for each in _cells(cube, row)]
        if self._weather.chance("landing_late"):
            self._land_later(cells)
            raise LostAnswerError("no answer in time")
        if self._weather.chance("stalled"):
            self._schedule.rest(self._random.choice(_STALL_MILLISECONDS))
        self.cells.update(cells)
        self._weather.io("after planning.set")

    def ask_job(self, path: str) -> Mapping[str, Any]:
        """How far a job is."""
        self._job(path)
        return {"jobStatus": "COMPLETED", "failedNumberRows": 0}

    def remove_job(self, path: str) -> None:
        """Forget a job."""
        self._job(path)
        del self._jobs[path.split("/")[3]]

    def _job(self, path: str) -> tuple[str, list[_Row]]:
        job = self._jobs.get(path.split("/")[3])
        if job is None:
            raise JobGoneError("no such job")
        return job

    def _land_later(self, cells: list[tuple[Coordinates, Decimal]]) -> None:
        self.under_way += 1

        def land() -> None:
            self.under_way -= 1
            self.cells.update(cells)

        self._schedule.after(self._random.randrange(_LONGEST_LANDING_MILLISECONDS), land)


def _cells(cube: str, row: _Row) -> list[tuple[Coordinates, Decimal]]:
    """What a row sets, under the ledger's own words."""
    members = {name: str(value) for name, value in row.items() if not isinstance(value, Decimal)}
    members["Version"] = members["Version"].removeprefix("public.")
    year, number = members["Time"][:4], members["Time"][4:]
    members["Time"] = f"{year}-{number}" if len(number) == len("03") else f"RT{year}-P{number[1:]}"
    at = tuple(sorted(members.items()))
    return [((cube, name, at), value) for name, value in row.items() if isinstance(value, Decimal)]
