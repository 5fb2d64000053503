"""Moments of time, UTC-aware, and the texts and numbers they travel as."""

from __future__ import annotations

from datetime import UTC, datetime

from tieout.errors import MalformedError


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
    if moment.tzinfo is not UTC:  # most are already
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


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
    if moment.tzinfo is UTC:  # as most are written
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise MalformedError("moment_out_of_range") from error
