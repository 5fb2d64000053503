"""Slips in writing to SAP Analytics Cloud, and in writing to a second planning system at all."""

from __future__ import annotations

from tests.simulation.bugs.bug import Bug
from tests.unit.sap_analytics import test_sap_analytics_discovery as checked
from tests.unit.sap_analytics import test_sap_analytics_jobs as writing
from tieout.planning import model
from tieout.systems.sap_analytics import cells, discovery, jobs, period_names, rows


def _too_few_decimals_are_named() -> None:
    checked.test_a_measure_that_is_not_fit_is_named_alone({"scale": 1}, "format_too_coarse")


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
    Bug(
        "a job that is refused after another has written counts as lost",
        cells.AnalyticsWriter._imported,
        "raise RefusedInPartError(error.reason) from error",
        "raise LostAnswerError(error.reason) from error",
        proof=writing.test_a_job_that_is_refused_as_a_whole_after_another_has_written_is_halved_like_any_other,
    ),
    Bug(
        "a measure with too few decimals counts as fit",
        discovery._flaws,
        "scale < places",
        "scale < 0",
        proof=_too_few_decimals_are_named,
    ),
    Bug(
        "a dimension that nobody names passes",
        discovery.ModelsChecker._dimensions,
        "[each for each in keys if each not in named]",
        "[]",
        proof=checked.test_a_dimension_that_is_missing_or_unnamed_is_told,
    ),
    Bug(
        "a model of accounts is looked at by its measures",
        discovery.ModelsChecker._measures,
        "self._options.value_column if has_accounts else",
        "",
        proof=checked.test_a_model_of_accounts_has_one_measure_and_a_dimension_of_them,
    ),
)
