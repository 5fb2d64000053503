"""The window in which something signed counts, to its edges."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tieout.arriving.freshness import check_fresh, check_max_skew
from tieout.errors import NotAuthenticError

_INSTANT = timedelta(microseconds=1)
_ALLOWED = timedelta(seconds=300)


@pytest.mark.parametrize("age", [timedelta(), _ALLOWED, -_ALLOWED], ids=["now", "just not stale", "just not ahead"])
def test_the_window_has_both_of_its_edges(age: timedelta) -> None:
    """A clock may be off by as much in either direction."""
    check_fresh(age, 300)


@pytest.mark.parametrize(
    ("age", "reason"), [(_ALLOWED + _INSTANT, "timestamp_stale"), (-_ALLOWED - _INSTANT, "timestamp_ahead")]
)
def test_an_instant_beyond_either_edge_is_refused(age: timedelta, reason: str) -> None:
    """With a reason that tells which clock to look at."""
    with pytest.raises(NotAuthenticError) as refused:
        check_fresh(age, 300)
    assert refused.value.reason == reason


@pytest.mark.parametrize("seconds", [1, 3600])
def test_a_window_may_be_an_hour_at_most_and_a_second_at_least(seconds: int) -> None:
    """The two ends are still options."""
    check_max_skew(seconds)


@pytest.mark.parametrize("seconds", [-1, 0, 3601])
def test_a_window_beyond_the_ends_is_no_option(seconds: int) -> None:
    """It would let nobody in, or a repeated delivery for too long."""
    with pytest.raises(ValueError, match=r"^max_skew_seconds is not between 1 and 3600$"):
        check_max_skew(seconds)
