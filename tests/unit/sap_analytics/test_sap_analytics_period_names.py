"""How the models of SAP Analytics Cloud write the ledger's periods."""

from __future__ import annotations

import pytest

from tieout.errors import MalformedError
from tieout.periods import Period
from tieout.systems.sap_analytics.period_names import PeriodNames, flaw_of

OCTOBER = ("{previous}10", "{previous}11", "{previous}12", *(f"{{year}}{month:02d}" for month in range(1, 10)))


@pytest.mark.parametrize(
    ("patterns", "period", "name"),
    [
        ((), "2026-03", "202603"),
        ((), "0999-12", "099912"),
        (("{year}{number:03}",), "FY2026-P03", "2026003"),
        (("P{number:02}.{year}",), "FY2026-P13", "P13.2026"),
        (("{number}/{next}",), "FY2026-P03", "3/2027"),
        (OCTOBER, "FY2026-P01", "202510"),
        (OCTOBER, "FY2026-P12", "202609"),
    ],
)
def test_a_period_is_written_as_the_models_write_it(patterns: tuple[str, ...], period: str, name: str) -> None:
    """Months by year and number; fiscal periods by the landscape's patterns."""
    assert PeriodNames(patterns).name_of(Period.parse(period)) == name


@pytest.mark.parametrize(
    ("patterns", "period"),
    [
        ((), "FY2026-P03"),
        (("{year}{number}",), "2026-03"),
        (("{year}{number}",), "WK2026-P03"),
        (OCTOBER, "FY2026-P13"),
    ],
)
def test_a_period_of_another_calendar_has_no_name(patterns: tuple[str, ...], period: str) -> None:
    """A name that only looks right would set the fact of other days."""
    with pytest.raises(MalformedError, match="period_of_another_calendar"):
        PeriodNames(patterns).name_of(Period.parse(period))


def test_no_two_months_have_one_name() -> None:
    """Else two cells of the ledger would write to one of planning's."""
    names = {PeriodNames().name_of(Period(year, month)) for year in range(1990, 2130) for month in range(1, 13)}
    assert len(names) == 140 * 12


@pytest.mark.parametrize("patterns", [(), ("{year}{number:02}",), ("{number:03}.{next}",), OCTOBER])
def test_patterns_that_tell_periods_apart_have_no_flaw(patterns: tuple[str, ...]) -> None:
    """One for all periods, or one for each."""
    assert flaw_of(patterns) == ""


@pytest.mark.parametrize(
    ("patterns", "flaw"),
    [
        (("{year",), "brace"),
        (("{month}",), "another field"),
        (("{number:04}",), "another field"),
        (("{number!r}{year}",), "another field"),
        (("P{number}",), "two periods"),
        (("{year}",), "two periods"),
        (("{year}1", "{year}1"), "two periods"),
        (("{year}{number}",), ""),
    ],
)
def test_patterns_that_cannot_name_periods_are_told(patterns: tuple[str, ...], flaw: str) -> None:
    """Found when the landscape is read."""
    assert flaw in flaw_of(patterns)
    assert bool(flaw_of(patterns)) == bool(flaw)
