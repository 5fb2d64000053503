"""When a target is maintained: on the clocks of its zone, over midnight, and while they are set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tieout.errors import UnavailableError
from tieout.maintenance import Maintenance, demand_no_maintenance, maintenance_of_plain

NEW_YORK = "America/New_York"
NIGHTLY = Maintenance(begins="23:30", time_zone="Europe/Berlin", minutes=60)


def moment(text: str) -> datetime:
    """A moment of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-03-02T22:29:59", None),
        ("2026-03-02T22:30:00", "2026-03-02T23:30:00"),
        ("2026-03-02T23:29:59", "2026-03-02T23:30:00"),
        ("2026-03-02T23:30:00", None),
        ("2026-07-02T21:30:00", "2026-07-02T22:30:00"),  # an hour earlier, in summer
        ("2026-07-01T22:15:00", "2026-07-01T22:30:00"),  # after midnight in Berlin
    ],
)
def test_a_window_is_that_of_its_zones_clocks(now: str, ends: str | None) -> None:
    """From its first moment on, and not in its last."""
    assert NIGHTLY.ends_at(moment(now)) == (moment(ends) if ends else None)


def test_what_would_reach_into_a_window_meets_it() -> None:
    """However little of it."""
    before = moment("2026-03-02T22:28:00")
    assert NIGHTLY.ends_at(before, timedelta(seconds=119)) is None
    assert NIGHTLY.ends_at(before, timedelta(seconds=120)) == moment("2026-03-02T23:30:00")


@pytest.mark.parametrize(
    ("begins", "first", "last"),
    [
        ("02:30", "2026-03-08T07:30:00", "2026-03-08T08:29:59"),  # a time that the clocks skip
        ("01:30", "2026-11-01T05:30:00", "2026-11-01T06:29:59"),  # one that they show twice
    ],
)
def test_a_window_is_held_when_the_clocks_are_set(begins: str, first: str, last: str) -> None:
    """Once, and for as long as ever."""
    declared = Maintenance(begins=begins, time_zone=NEW_YORK, minutes=60)
    inside = [moment(first), moment(last)]
    assert [declared.ends_at(each) is not None for each in inside] == [True, True]
    assert [declared.ends_at(each + timedelta(seconds=off)) for each, off in zip(inside, (-1, 1), strict=True)] == [
        None
    ] * 2


def test_how_much_of_a_time_is_maintenance_adds_up() -> None:
    """Whole windows, and parts at either end."""
    since, until = moment("2026-03-02T23:00:00"), moment("2026-03-04T22:40:00")
    assert NIGHTLY.time_within(since, until) == timedelta(minutes=30 + 60 + 10)
    assert NIGHTLY.time_within(since, since) == timedelta()
    assert NIGHTLY.time_within(moment("2026-03-02T10:00:00"), moment("2026-03-02T12:00:00")) == timedelta()


def test_whoever_calls_in_a_window_is_told_when_it_ends() -> None:
    """And how long that is; without one, or outside of it, nobody is told anything."""
    with pytest.raises(UnavailableError, match=r"in maintenance until 2026-03-02T23:30:00\.000Z") as caught:
        demand_no_maintenance(NIGHTLY, moment("2026-03-02T23:00:00"))
    assert caught.value.retry_after_seconds == 1800
    demand_no_maintenance(NIGHTLY, moment("2026-03-02T22:00:00"))
    demand_no_maintenance(None, moment("2026-03-02T23:00:00"))


def test_a_window_travels_as_plain_values() -> None:
    """As a landscape is compiled; where none is declared there is none."""
    assert maintenance_of_plain({"begins": "23:30", "time_zone": "Europe/Berlin", "minutes": 60}) == NIGHTLY
    assert maintenance_of_plain(None) is None
