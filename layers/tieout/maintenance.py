"""The hour of each day in which a target is not called, because its system is maintained then; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from tieout.errors import UnavailableError
from tieout.moments import moment_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """A window of every day in which a target takes nothing, as its administrator has set it.

    Attributes:
        begins: the time of day, `HH:MM`, on the clocks of its zone. What they skip in spring begins as much later; what they show
            twice in autumn begins with the first.
        time_zone: IANA name of that zone.
        minutes: how long it takes; by elapsed time, whatever the clocks do meanwhile.
    """

    begins: str
    time_zone: str
    minutes: int

    def ends_at(self, moment: datetime, lasting: timedelta = timedelta()) -> datetime | None:
        """When the window ends that something would meet which begins at a moment and takes so long; None where it meets none."""
        windows = self._windows(moment, moment + lasting)
        return next((ends for begins, ends in windows if begins <= moment + lasting and moment < ends), None)

    def time_within(self, since: datetime, until: datetime) -> timedelta:
        """How much of the time between two moments lies in its windows."""
        spent = timedelta()
        for begins, ends in self._windows(since, until):
            spent += max(timedelta(), min(ends, until) - max(begins, since))
        return spent

    def _windows(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When each window between two moments, and the one before them, begins and ends; as moments."""
        from zoneinfo import ZoneInfo  # noqa: PLC0415 most targets declare no maintenance

        zone, utc = ZoneInfo(self.time_zone), since.tzinfo
        day = since.astimezone(zone).date() - timedelta(days=1)
        while day <= until.astimezone(zone).date():
            begins = datetime.combine(day, time.fromisoformat(self.begins), tzinfo=zone).astimezone(utc)
            yield begins, begins + timedelta(minutes=self.minutes)
            day += timedelta(days=1)


def maintenance_of_plain(plain: Mapping[str, Any] | None) -> Maintenance | None:
    """The window that JSON values state, as a landscape is compiled and told; None where there is none."""
    return Maintenance(**plain) if plain else None


def demand_no_maintenance(declared: Maintenance | None, now: datetime) -> None:
    """Return where a target may be called now.

    Raises:
        UnavailableError: it is in its maintenance.
    """
    ends_at = declared.ends_at(now) if declared is not None else None
    if ends_at is not None:
        raise UnavailableError(
            f"in maintenance until {moment_text(ends_at)}", retry_after_seconds=(ends_at - now).total_seconds()
        )
