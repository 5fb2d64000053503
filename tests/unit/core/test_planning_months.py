"""Periods: their texts, the moments and dates they come from, and their names."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import MalformedError
from tieout.moments import moment_of_milliseconds, moment_text, parse_moment
from tieout.periods import Period, local_date, months_later

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9998, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 the strategy adds the zone


def test_a_deal_closes_in_the_month_of_its_account() -> None:
    """A close date just before midnight in UTC is the next day, and month, further east."""
    moment = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    assert Period.of(local_date(moment, "Europe/Berlin")) == Period(2026, 11)
    assert Period.of(local_date(moment, "America/Los_Angeles")) == Period(2026, 10)


def test_the_text_of_a_month_sorts_as_time_does() -> None:
    """Cells name their month so, whatever planning systems call it."""
    assert str(Period(2026, 3)) == "2026-03"
    assert sorted(["2027-01", "2026-12", "2026-02"]) == sorted(["2027-01", "2026-12", "2026-02"], key=Period.parse)


@pytest.mark.parametrize("text", ["FY2026-P01", "FY2026-P13", "RT2026-P54", "2026-12"])
def test_a_period_is_read_as_it_is_written(text: str) -> None:
    """Calendar months, and the periods of a fiscal year under the label of its calendar."""
    assert str(Period.parse(text)) == text
    assert Period.parse("RT2026-P54") == Period(2026, 54, "RT")


@pytest.mark.parametrize(
    "text",
    [
        *("FY2026-P00", "FY2026-P3", "FY2026-P100", "FY2026-P03 ", " FY2026-P03", "FY2026-03", "FY2026P03", "FY2026"),
        *(
            "fy2026-P03",
            "FY2026-p03",
            "F2026-P03",
            "FYE2026-P03",
            "2026-P03",
            "FY26-P03",
            "FY2026-P\u0660\u0663",
            "\u00c4Y2026-P03",
        ),
    ],
)
def test_what_only_looks_like_a_fiscal_period_is_refused(text: str) -> None:
    """One period has one text, so that a rate or a mapping under another spelling is not stored and never found."""
    with pytest.raises(MalformedError, match=r"^period_neither_month_nor_fiscal$"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["2026-13", "2026-0", "26-01", "2026-1", "2026-01-01", "", "Adj 2026", "2026-01 "])
def test_what_is_no_period_is_refused(text: str) -> None:
    """Adjustment periods and days are no periods of the plan."""
    with pytest.raises(MalformedError):
        Period.parse(text)


@given(MOMENTS, MOMENTS)
def test_texts_of_moments_sort_as_time_does(first: datetime, second: datetime) -> None:
    """Source versions are such texts, and are compared as texts."""
    first, second = (each.replace(microsecond=each.microsecond // 1000 * 1000) for each in (first, second))
    assert (moment_text(first) < moment_text(second)) == (first < second)
    assert parse_moment(moment_text(first)) == first


@given(MOMENTS, st.integers(min_value=-14 * 60, max_value=14 * 60))
def test_a_moment_is_the_same_in_every_zone(moment: datetime, minutes: int) -> None:
    """The zone a source writes a moment in does not change it."""
    there = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert moment_text(there) == moment_text(moment)


def test_a_moment_without_a_zone_is_no_moment() -> None:
    """Time is never naive, whichever way it comes in."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 that is the point
    with pytest.raises(ValueError, match="without a time zone"):
        moment_text(naive)
    with pytest.raises(ValueError, match="without a time zone"):
        local_date(naive, "UTC")
    with pytest.raises(MalformedError, match=r"^moment_without_zone$"):
        parse_moment("2026-01-01T00:00:00")


@pytest.mark.parametrize("milliseconds", [10**18, -(10**18), 10**30])
def test_a_count_of_milliseconds_beyond_the_calendar_is_refused(milliseconds: int) -> None:
    """A huge number from outside is malformed, not a crash."""
    with pytest.raises(MalformedError):
        moment_of_milliseconds(milliseconds)


def test_milliseconds_are_kept() -> None:
    """HubSpot's stamps are told apart to the millisecond."""
    assert moment_text(moment_of_milliseconds(1_782_371_971_992)) == "2026-06-25T07:19:31.992Z"
    assert Period.of(date(2026, 6, 25)) == Period(2026, 6)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: parse_moment("soon"), "moment_not_iso8601"),
        (lambda: parse_moment("2026-03-01T00:00:00"), "moment_without_zone"),
        (lambda: parse_moment("0001-01-01T00:00:00+14:00"), "moment_out_of_range"),
        (lambda: moment_of_milliseconds(10**18), "moment_out_of_range"),
    ],
)
def test_a_refused_moment_has_a_code_that_operators_know(make: Callable[[], object], reason: str) -> None:
    """It is what a rejected delivery is told by."""
    with pytest.raises(MalformedError) as refused:
        make()
    assert refused.value.reason == reason


@pytest.fixture(params=["America/New_York", "Asia/Kolkata"])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that stands in another time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
def test_the_machines_own_time_zone_says_nothing() -> None:
    """A developer's laptop and a function write the same texts."""
    moment = datetime(2026, 3, 1, 0, 30, 0, 7_000, tzinfo=timezone(timedelta(hours=1)))
    assert moment_text(moment) == "2026-02-28T23:30:00.007Z"
    assert parse_moment("2026-03-01T00:30:00.007+01:00").isoformat() == "2026-02-28T23:30:00.007000+00:00"
    assert moment_of_milliseconds(1_772_321_400_999).isoformat() == "2026-02-28T23:30:00.999000+00:00"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
        (date(2026, 1, 15), 11, date(2026, 12, 15)),
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(9999, 11, 30), 1, date(9999, 12, 30)),
        (date(9999, 12, 1), 1, None),
    ],
)
def test_so_many_months_later_it_is_the_same_day_or_the_last_one(day: date, months: int, later: date | None) -> None:
    """A term from the end of a long month ends with a shorter one; beyond the calendar there is no day."""
    assert months_later(day, months) == later
