"""What a model's Time dimension calls the ledger's periods."""

from __future__ import annotations

import pytest

from tests.support.anaplan import pipeline_cell
from tieout.periods import Period
from tieout.systems.anaplan.cell_write import in_anaplans_words
from tieout.systems.anaplan.period_names import PeriodNames, flaw_of

RETAIL_MONTHS = (
    *(f"{month} {{year}}" for month in ["Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]),
    "Jan {next}",
)
AUTUMN_MONTHS = (
    *(f"{month} {{previous}}" for month in ["Oct", "Nov", "Dec"]),
    *(f"{month} {{year}}" for month in ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep"]),
)
MODELS = (
    PeriodNames(),
    PeriodNames(year_digits=4),
    PeriodNames(("Period {number} FY{year}",)),
    PeriodNames(("P{number:02} FY{year}",), year_digits=4),
    PeriodNames(RETAIL_MONTHS, label="RT"),
    PeriodNames(AUTUMN_MONTHS, year_digits=4),
)
YEARS = (26, 126, 999, 1926, *range(1998, 2003), *range(2024, 2030), *range(2098, 2103), 2126, 9926)
PERIODS = [Period(year, number) for year in YEARS for number in range(1, 13)] + [
    Period(year, number, label) for year in YEARS for number in range(1, 15) for label in ("FY", "RT")
]


@pytest.mark.parametrize(
    ("month", "name"), [("2026-03", "Mar 26"), ("2000-01", "Jan 00"), ("2099-12", "Dec 99"), ("2026-09", "Sep 26")]
)
def test_a_month_is_named_as_anaplan_names_it(month: str, name: str) -> None:
    """Anaplan's Time dimension has no codes, only these names."""
    assert PeriodNames().name_of(Period.parse(month)) == name


def test_a_model_may_show_years_with_four_digits() -> None:
    """The timescale format of a model says how its years are written."""
    assert PeriodNames(year_digits=4).name_of(Period(2026, 3)) == "Mar 2026"


@pytest.mark.parametrize("month", ["0226-03", "1926-03", "2126-03", "9926-03"])
def test_a_mistyped_year_is_never_taken_for_this_century(month: str) -> None:
    """A deal that closes in 2126 would otherwise be added to March 26 in planning; so it is refused, and seen."""
    names = PeriodNames()
    assert names.name_of(Period.parse(month)) != names.name_of(Period.parse("2026-03"))


@pytest.mark.parametrize("names", MODELS)
def test_two_periods_never_share_a_name(names: PeriodNames) -> None:
    """Else two cells of the ledger would write to one of planning's, each undoing the other."""
    assert len({names.name_of(period).casefold() for period in PERIODS}) == len(PERIODS)


@pytest.mark.parametrize(
    ("names", "period", "name"),
    [
        (MODELS[2], "FY2026-P03", "Period 3 FY26"),
        (MODELS[2], "FY2026-P13", "Period 13 FY26"),
        (MODELS[3], "FY2026-P03", "P03 FY2026"),
        (MODELS[4], "RT2023-P01", "Feb 23"),
        (MODELS[4], "RT2023-P12", "Jan 24"),
        (MODELS[5], "FY2023-P03", "Dec 2022"),
        (MODELS[5], "FY2023-P04", "Jan 2023"),
        (MODELS[2], "FY2126-P03", "Period 3 FY2126"),
    ],
)
def test_a_fiscal_period_is_named_as_the_model_does(names: PeriodNames, period: str, name: str) -> None:
    """The months of a model of weeks are named in order, and January may belong to the year after."""
    assert names.name_of(Period.parse(period)) == name


@pytest.mark.parametrize(
    ("names", "period"),
    [
        (MODELS[0], "FY2026-P03"),
        (MODELS[2], "2026-03"),
        (MODELS[4], "2026-03"),
        (MODELS[2], "RT2026-P03"),
        (MODELS[4], "FY2026-P03"),
        (MODELS[4], "RT2026-P13"),
    ],
)
def test_a_period_of_another_calendar_keeps_a_name_no_model_has(names: PeriodNames, period: str) -> None:
    """A calendar month has other days than a period of weeks: its cells are refused and seen, never written to the other's."""
    assert names.name_of(Period.parse(period)) == period


def test_only_the_time_dimension_is_renamed() -> None:
    """A product may be called like a period."""
    cell = pipeline_cell(customer="FY2026-P03", period="FY2026-P03")
    (renamed,) = in_anaplans_words([cell], "Time", MODELS[2])
    assert dict(renamed.members) == {**dict(cell.members), "Time": "Period 3 FY26"}


@pytest.mark.parametrize("patterns", [(), *(model.patterns for model in MODELS)])
def test_patterns_of_real_models_have_no_flaw(patterns: tuple[str, ...]) -> None:
    """One pattern for all periods, or one for each."""
    assert not flaw_of(patterns)


@pytest.mark.parametrize(
    ("patterns", "flaw"),
    [
        (("Period {number}",), "two periods would be named 'period 1'"),
        (("FY{year}",), "two periods would be named 'fy30'"),
        (("Jan {year}", "jan {year}"), "two periods would be named 'jan 30'"),
        (("Jan {year}", "Jan {next}"), "two periods would be named 'jan 31'"),
        (("Jan {previous}", "Jan {next}"), "two periods would be named 'jan 31'"),
        (("P{number} {month}",), "'P{number} {month}' has another field than number, year, previous and next"),
        (("P{number} {year.real}",), "'P{number} {year.real}' has another field than number, year, previous and next"),
        (("P{number:>9} {year}",), "'P{number:>9} {year}' has another field than number, year, previous and next"),
        (("P{number} {year!r}",), "'P{number} {year!r}' has another field than number, year, previous and next"),
        (("P{} {year}",), "'P{} {year}' has another field than number, year, previous and next"),
        (("P{number} {year",), "'P{number} {year' has a brace too many"),
    ],
)
def test_patterns_that_name_two_periods_alike_are_refused(patterns: tuple[str, ...], flaw: str) -> None:
    """Found at synth, not when one period's number has replaced another's."""
    assert flaw_of(patterns) == flaw
