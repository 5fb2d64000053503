"""How far a signed time may lie from our clock (step 1, receive): one rule for the signatures of every system that signs one."""

from __future__ import annotations

from datetime import timedelta

from tieout.errors import NotAuthenticError

_LONGEST_SKEW_SECONDS = 3600


def check_max_skew(max_skew_seconds: int) -> None:
    """Refuse a window that lets nobody in, or in which whoever saw a delivery could repeat it for more than an hour.

    Raises:
        ValueError: naming the option.
    """
    if not 1 <= max_skew_seconds <= _LONGEST_SKEW_SECONDS:
        raise ValueError(f"max_skew_seconds is not between 1 and {_LONGEST_SKEW_SECONDS}")


def check_fresh(age: timedelta, max_skew_seconds: int) -> None:
    """Return if something signed so long ago still counts; a clock that is ahead of ours makes the age negative.

    Raises:
        NotAuthenticError: with `timestamp_stale` or `timestamp_ahead`.
    """
    allowed = timedelta(seconds=max_skew_seconds)
    if age > allowed:
        raise NotAuthenticError("timestamp_stale")
    if age < -allowed:
        raise NotAuthenticError("timestamp_ahead")
