"""Planning periods: calendar months, and how a source's date or fiscal period becomes one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tieout.errors import MalformedError

_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One planning month; its text form `2026-03` sorts as time does."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period written as `2026-03`.

        Raises:
            MalformedError: for any other form.
        """
        match = _MONTH.fullmatch(text)
        if match is None:
            raise MalformedError("period_not_year_month")
        return cls(int(match["year"]), int(match["month"]))

    @classmethod
    def of(cls, day: date) -> Period:
        """The month a calendar date lies in. A date has no time zone, so none is applied."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class PostingPeriod:
    """The accounting period a document was posted to, as its ERP names it.

    The ERP's period decides, never the document's date: a real NetSuite invoice dated 2020 is posted to January 2018.
    `month` is None where no month follows from the period alone (an adjustment or special period): then the
    mapping table `period` must say where it goes.
    """

    period_id: str
    name: str
    month: Period | None


def local_date(moment: datetime, zone: str) -> date:
    """The calendar date of a moment in the account's own time zone (cutting in UTC moves deals over a month end).

    Raises:
        ValueError: for a moment without a time zone.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415 13 M instructions that a cold receive function does not need

    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(ZoneInfo(zone)).date()


def moment_of_milliseconds(epoch_milliseconds: int) -> datetime:
    """The UTC moment of a count of milliseconds since 1970.

    Raises:
        MalformedError: for a count outside the years Python can hold.
    """
    try:
        seconds, milliseconds = divmod(epoch_milliseconds, 1000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedError("moment_out_of_range") from error


def moment_text(moment: datetime) -> str:
    """A UTC moment with milliseconds and `Z`; texts of this form sort as time does.

    Raises:
        ValueError: for a moment without a time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_moment(text: str) -> datetime:
    """The UTC moment written as ISO 8601 with a zone.

    Raises:
        MalformedError: for another form, or a moment without a zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedError("moment_not_iso8601") from error
    if moment.tzinfo is None:
        raise MalformedError("moment_without_zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise MalformedError("moment_out_of_range") from error
