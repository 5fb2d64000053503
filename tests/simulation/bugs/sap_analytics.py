"""Slips in writing to SAP Analytics Cloud, and in writing to a second planning system at all."""

from __future__ import annotations

from tests.simulation.bugs.bug import Bug
from tieout.planning import model
from tieout.systems.sap_analytics import cells, jobs, period_names, rows

BUGS = (
    Bug(
        "only the first target of a feed is given its cells",
        model.PlanningModel._measured,
        "for target in self.targets[feed.name]:",
        "for target in self.targets[feed.name][:1]:",
        "planning",
    ),
    Bug(
        "rows that were refused count as written",
        cells._refusals,
        "if number in done.refused",
        "if False",
        "planning",
        changes=40,
    ),
    Bug(
        "a refused row refuses the one before it",
        rows.RefusedRows._note,
        "self.reasons[number] =",
        "self.reasons[max(number - 1, 0)] =",
        "planning",
        changes=60,
    ),
    Bug(
        "a row has its first measure alone",
        rows.Row.text,
        "in self.cells.items()]",
        "in list(self.cells.items())[:1]]",
        "planning",
    ),
    Bug(
        "a period of another calendar is written all the same",
        period_names.PeriodNames.name_of,
        "if not self.patterns and not period.label:",
        "if not self.patterns:",
        "planning",
    ),
    Bug(
        "a job is added to and never run",
        jobs.ImportJobs.import_rows,
        "if len(refused.reasons) < len(rows):",
        "if refused.reasons and len(refused.reasons) < len(rows):",
        "planning",
    ),
)
