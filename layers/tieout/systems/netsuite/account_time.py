"""Turns the account's wall clock, in which NetSuite answers queries, into UTC moments that never run backwards."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tieout.errors import MalformedError

_FARTHEST_CHANGE = timedelta(hours=4)  # more than any clock was ever put forward or back
_READINGS_KEPT = 512  # a census asks for the ends of its windows again with every page
_WALL = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)


def moment_of_wall_clock(text: str, zone: str) -> datetime:
    """The UTC moment at which the account's clock showed `2026-03-31T15:41:06`.

    When clocks are set back, one hour is shown twice, and 01:10 may be later than 01:50: no rule can order two
    readings inside it. So every reading the clock shows twice (and every one it skips in spring) becomes the very
    moment the clock was changed. Moments then never run backwards; inside those two hours they tie, and the ledger
    applies different content of an equal version.

    Raises:
        MalformedError: for a text of another form, or no day of the calendar.
    """
    if not _WALL.fullmatch(text):
        raise MalformedError("moment_not_wall_clock")
    local = ZoneInfo(zone)
    try:
        wall = datetime.fromisoformat(text).replace(tzinfo=local)
        first, second = sorted(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    except (ValueError, OverflowError) as error:
        raise MalformedError("moment_not_wall_clock") from error
    return first if first == second else _clock_change(first, second, local)


_known_moment = lru_cache(maxsize=_READINGS_KEPT)(moment_of_wall_clock)


def wall_clock_of(moment: datetime, zone: str) -> str:
    """The first reading of the account's clock, to the second, whose moment is not before this one.

    So exactly the readings from that of `since` on and before that of `until` have moments from `since` on and before
    `until`, in the hour that is shown twice as on any other day.

    Raises:
        ValueError: for a moment without a time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)

    def reading(seconds: int) -> str:
        return (shown + timedelta(seconds=seconds)).isoformat()

    def is_before(seconds: int) -> bool:
        return _known_moment(reading(seconds), zone) < moment

    for seconds in (0, 1):  # which it is, but where the clock was changed
        if is_before(seconds - 1) and not is_before(seconds):
            return reading(seconds)
    low, high = -int(_FARTHEST_CHANGE.total_seconds()), int(_FARTHEST_CHANGE.total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_before(middle) else (low, middle)
    return reading(high)


def _clock_change(before: datetime, after: datetime, local: ZoneInfo) -> datetime:
    """The first second of the new offset between two moments that have different ones."""
    old = before.astimezone(local).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, local).utcoffset() == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
