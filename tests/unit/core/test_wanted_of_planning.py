"""What the planning model wants of a target, so that the target can be compared with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from infra.landscape import read_landscape
from sandbox.places import ROOT
from tieout.fiscal import FiscalCalendar, LegalEntity, StatedPeriod
from tieout.planning.wanted import cubes_wanted, periods_wanted

LANDSCAPE = read_landscape(ROOT, "sandbox")


def test_every_cube_of_a_target_is_wanted_with_its_measures_dimensions_and_named_members() -> None:
    """The stand-ins for what is absent and the constants are members the model must have."""
    cubes = {each.cube: each for each in cubes_wanted(LANDSCAPE, "anaplan")}
    assert set(cubes) == {feed.cube for feed in LANDSCAPE.feeds}
    pipeline = cubes["Pipeline"]
    assert pipeline.dimensions == ("Customer", "Product line", "Legal entity", "Currency", "Time", "Version")
    assert list(pipeline.measures) == ["Amount", "Amount USD", "Weighted amount", "Weighted amount USD"]
    assert pipeline.members == (("Customer", "NO_CUSTOMER"), ("Product line", "NO_PRODUCT"), ("Version", "Forecast"))
    assert pipeline.time_dimension == "Time"
    given = replace(LANDSCAPE.targets[0], feeds=("bookings",))
    assert [cube.cube for cube in cubes_wanted(replace(LANDSCAPE, targets=(given,)), "anaplan")] == ["Bookings"]


def test_a_cube_without_periods_has_no_dimension_of_them() -> None:
    """Nobody looks for periods in it."""
    bare = [
        replace(feed, dimensions=tuple(each for each in feed.dimensions if each.attribute != "period"))
        for feed in LANDSCAPE.feeds
    ]
    assert {each.time_dimension for each in cubes_wanted(replace(LANDSCAPE, feeds=tuple(bare)), "anaplan")} == {""}


def test_feeds_of_one_cube_are_wanted_together() -> None:
    """Their measures stand side by side, and a member that both name is named once."""
    first = next(feed for feed in LANDSCAPE.feeds if feed.cube == "Pipeline")
    other = replace(
        first, name="other", measures=(replace(first.measures[0], transaction="Late", reporting="Late USD"),)
    )
    [cube] = cubes_wanted(replace(LANDSCAPE, feeds=(first, other)), "anaplan")
    assert list(cube.measures) == [
        *("Amount", "Amount USD", "Weighted amount", "Weighted amount USD"),
        *("Late", "Late USD"),
    ]
    assert len(cube.members) == 3


def test_measures_need_the_decimals_of_the_currencies_they_may_hold() -> None:
    """Dinars have three; the reporting measure needs its own currency's alone."""
    kuwait = replace(LANDSCAPE.connections[0], default_currency="KWD")
    landscape = replace(LANDSCAPE, connections=(kuwait,), reporting_currency="JPY")
    measures = cubes_wanted(landscape, "anaplan")[0].measures
    assert (measures["Amount"], measures["Amount USD"]) == (3, 0)


def test_periods_reach_from_last_month_to_a_year_from_now_in_every_companys_calendar() -> None:
    """A company that counts in its own table is asked for what the table has."""
    plain = replace(LANDSCAPE, calendars=(), legal_entities=())
    assert list(map(str, periods_wanted(plain, date(2026, 11, 26)))) == [
        *("2026-10", "2026-11", "2026-12"),
        *(f"2027-{month:02}" for month in range(1, 12)),
    ]
    november = StatedPeriod(period="FY2026-P11", first_day="2026-11-01", last_day="2026-11-30")
    table = FiscalCalendar(name="short", kind="table", label="FY", table=(november,))
    retail = LegalEntity(name="RETAIL", calendar="short")
    also = replace(plain, calendars=(table,), legal_entities=(retail,))
    assert {str(each) for each in periods_wanted(also, date(2026, 11, 26))} > {"FY2026-P11", "2026-11"}
