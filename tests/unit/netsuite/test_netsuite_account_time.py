"""How the account's wall clock becomes versions that never run backwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import MalformedError
from tieout.systems.netsuite.account_time import moment_of_wall_clock, wall_clock_of

_ZONES = ["America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "America/Sao_Paulo"]


def shown(moment: datetime, zone: str) -> str:
    """What the account's clock shows at a moment."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S")


def test_an_ordinary_reading_is_converted_with_the_offset_of_its_day() -> None:
    """The last evening of March in California is the first of April in UTC."""
    assert moment_of_wall_clock("2026-03-31T22:41:06", "America/Los_Angeles") == datetime(
        2026, 4, 1, 5, 41, 6, tzinfo=UTC
    )
    assert moment_of_wall_clock("2026-01-31T22:41:06", "America/Los_Angeles") == datetime(
        2026, 2, 1, 6, 41, 6, tzinfo=UTC
    )


@pytest.mark.parametrize("wall", ["2026-11-01T01:00:00", "2026-11-01T01:10:00", "2026-11-01T01:59:59"])
def test_the_hour_shown_twice_is_one_version(wall: str) -> None:
    """Two edits in that hour tie, so neither can look older than the other."""
    assert moment_of_wall_clock(wall, "America/Los_Angeles") == datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


@given(
    st.sampled_from(_ZONES),
    st.datetimes(datetime(2018, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 made aware below
    st.integers(0, 7200),
)
def test_later_edits_never_have_earlier_versions(zone: str, naive: datetime, seconds: int) -> None:
    """Whatever the clocks do, the versions of two edits stand in the order of the edits."""
    first = naive.replace(tzinfo=UTC)
    second = first + timedelta(seconds=seconds)
    assert moment_of_wall_clock(shown(first, zone), zone) <= moment_of_wall_clock(shown(second, zone), zone)


def test_versions_stay_in_order_through_every_minute_around_a_clock_change() -> None:
    """Four hours of edits, one a minute, over the night the clocks go back and the night they go forward."""
    for night in (datetime(2026, 11, 1, 7, tzinfo=UTC), datetime(2026, 3, 8, 8, tzinfo=UTC)):
        edits = [night + timedelta(minutes=minute) for minute in range(240)]
        versions = [moment_of_wall_clock(shown(edit, "America/Los_Angeles"), "America/Los_Angeles") for edit in edits]
        assert versions == sorted(versions)
        assert all(abs(version - edit) <= timedelta(hours=1) for version, edit in zip(versions, edits, strict=True))


@pytest.mark.parametrize(
    "text", ["", "2026-03-31", "2026-02-30T00:00:00", "2026-03-31T22:41:06Z", "0000-01-01T00:00:00"]
)
def test_other_forms_are_refused(text: str) -> None:
    """A version is never guessed."""
    with pytest.raises(MalformedError):
        moment_of_wall_clock(text, "America/Los_Angeles")


@pytest.mark.parametrize(
    ("moment", "wall"),
    [
        (datetime(2026, 4, 1, 5, 41, 6, tzinfo=UTC), "2026-03-31T22:41:06"),
        (datetime(2026, 4, 1, 5, 41, 6, 1, tzinfo=UTC), "2026-03-31T22:41:07"),
        (datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "2026-11-01T01:00:00"),  # half past one, for the first time
        (datetime(2026, 11, 1, 9, 0, tzinfo=UTC), "2026-11-01T01:00:00"),  # the clocks go back
        (datetime(2026, 11, 1, 9, 30, tzinfo=UTC), "2026-11-01T02:00:00"),  # half past one, for the second time
        (datetime(2026, 3, 8, 10, 0, tzinfo=UTC), "2026-03-08T02:00:00"),  # the clocks go forward
    ],
)
def test_a_window_begins_at_the_first_reading_that_is_not_before_it(moment: datetime, wall: str) -> None:
    """In the hour shown twice the readings cannot tell before from after, so all of them are of the moment of the change."""
    assert wall_clock_of(moment, "America/Los_Angeles") == wall


@given(
    st.sampled_from([*_ZONES, "Antarctica/Troll"]),
    st.sampled_from([datetime(2026, 3, 8), datetime(2026, 3, 29), datetime(2026, 4, 5), datetime(2026, 10, 4),  # noqa: DTZ001 made aware below
                     datetime(2026, 10, 25), datetime(2026, 11, 1), datetime(2026, 6, 1)]),  # noqa: DTZ001
    st.lists(st.integers(0, 30 * 3600), min_size=2, max_size=6),
    st.integers(0, 30 * 3600),
)  # fmt: skip
def test_windows_beside_each_other_list_every_change_once(
    zone: str, night: datetime, cuts: list[int], changed: int
) -> None:
    """Whatever the clocks do in that night, and wherever the windows are cut: as its version says, so it is listed."""
    begin = night.replace(tzinfo=UTC)
    edges = [begin + timedelta(seconds=each) for each in sorted({*cuts, -8 * 3600, 40 * 3600})]
    wall = shown(begin + timedelta(seconds=changed), zone)
    version = moment_of_wall_clock(wall, zone)
    for since, until in pairwise(edges):
        is_listed = wall_clock_of(since, zone) <= wall < wall_clock_of(until, zone)
        assert is_listed == (since <= version < until)


def test_a_window_without_a_zone_is_refused() -> None:
    """Nobody knows when it begins."""
    with pytest.raises(ValueError, match="without a time zone"):
        wall_clock_of(datetime(2026, 3, 1), "UTC")  # noqa: DTZ001 what is tested
