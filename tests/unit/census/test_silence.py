"""A source is silent when more of its business hours have passed than it is ever quiet for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.census.silence import last_delivery, silent
from tests.support.memory_table import MemoryTable
from tieout.arrivals import Expected
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.landscape import Connection
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome
from tieout.silence import LOOKED_BACK, business_time, is_silent

BERLIN = "Europe/Berlin"
OFFICE = Expected(within_hours=4, month_end_within_hours=1)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 in UTC by the strategy


def at(text: str) -> datetime:
    """A moment in Berlin, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


@pytest.mark.parametrize(
    ("last", "now", "hours"),
    [
        ("2026-03-10T09:00", "2026-03-10T12:30", 3.5),
        ("2026-03-10T17:00", "2026-03-11T09:00", 2),  # over night
        ("2026-03-13T17:00", "2026-03-16T09:00", 2),  # over a weekend
        ("2026-03-14T10:00", "2026-03-15T20:00", 0),  # on a weekend
        ("2026-03-10T05:00", "2026-03-10T23:00", 10),
        ("2026-03-27T17:00", "2026-03-30T09:00", 2),  # while the clocks change
        ("2026-03-11T09:00", "2026-03-10T09:00", 0),
    ],
)
def test_only_business_hours_count(last: str, now: str, hours: float) -> None:
    """Those of the source's own zone, whatever its clocks do meanwhile."""
    assert business_time(at(last), at(now), OFFICE, BERLIN) == timedelta(hours=hours)


def test_days_are_those_of_the_sources_zone() -> None:
    """West of Greenwich a business day is not over when a new day has begun there; east of it one begins the evening before."""
    since, until = datetime(2026, 3, 10, 0, 0, tzinfo=UTC), datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
    assert business_time(since, until, OFFICE, "America/Los_Angeles") == timedelta(hours=2)
    since, until = datetime(2026, 3, 8, 10, 0, tzinfo=UTC), datetime(2026, 3, 8, 22, 0, tzinfo=UTC)
    assert business_time(since, until, OFFICE, "Pacific/Auckland") == timedelta(hours=3)
    last, now = datetime(2026, 3, 29, 18, 30, tzinfo=UTC), datetime(2026, 3, 29, 20, 30, tzinfo=UTC)
    assert is_silent(last, now, OFFICE, "Pacific/Auckland"), "it is Monday there, and the end of the month"


@given(since=MOMENTS, first=st.timedeltas(timedelta(), LOOKED_BACK), second=st.timedeltas(timedelta(), LOOKED_BACK))
def test_business_time_adds_up(since: datetime, first: timedelta, second: timedelta) -> None:
    """However a time is cut, its parts have as much of it as the whole, and no more than there is."""
    between, until = since + first, since + first + second
    whole = business_time(since, until, OFFICE, BERLIN)
    assert business_time(since, between, OFFICE, BERLIN) + business_time(between, until, OFFICE, BERLIN) == whole
    assert timedelta() <= whole <= until - since


@pytest.mark.parametrize(
    ("last", "now", "expected", "is_so"),
    [
        ("2026-03-10T09:00", "2026-03-10T13:00", OFFICE, False),
        ("2026-03-10T09:00", "2026-03-10T13:01", OFFICE, True),
        ("2026-03-10T09:00", "2026-03-11T02:00", OFFICE, True),  # it began in business hours, and stands over night
        ("2026-03-10T15:00", "2026-03-11T02:00", OFFICE, False),
        ("2026-03-30T09:00", "2026-03-30T10:01", OFFICE, True),  # the last but one business day of March
        ("2026-03-27T09:00", "2026-03-27T10:01", OFFICE, False),  # a Friday, with two more behind the weekend
        ("2026-04-02T09:00", "2026-04-02T10:01", OFFICE, True),  # the second business day of April
        ("2026-04-03T09:00", "2026-04-03T10:01", OFFICE, False),
        ("2026-03-31T09:00", "2026-03-31T10:01", Expected(within_hours=4), False),
        ("2026-03-10T22:00", "2026-03-11T00:00", Expected(within_hours=1, opens=0, closes=24), True),
    ],
)
def test_a_silence_is_told_from_a_quiet_time(last: str, now: str, expected: Expected, *, is_so: bool) -> None:
    """By how much of its business time has passed; around the end of a month by a stricter measure, where one is declared."""
    assert is_silent(at(last), at(now), expected, BERLIN) is is_so


def test_a_source_that_never_delivered_is_silent() -> None:
    """As one is whose last delivery is longer ago than anybody looks."""
    now = at("2026-03-10T12:00")
    assert is_silent(None, now, OFFICE, BERLIN)
    assert is_silent(now - timedelta(days=400), now, OFFICE, BERLIN)


CRM = Connection(
    name="crm", system="hubspot", legal_entity="EMEA", time_zone=BERLIN, default_currency="EUR", expected=OFFICE
)


def keep(outcomes: OutcomeLedger, delivery_id: str, received_at: datetime) -> None:
    """Keep what became of a notice that arrived then."""
    notice = Notice(key=RecordKey("crm", "opportunity", "1"), notice_id="n", kind="k")
    outcomes.keep(Envelope(delivery_id, "crm", "forecast", received_at, (notice,)), {0: Outcome.APPLIED})


def test_a_delivery_is_looked_for_two_weeks_back() -> None:
    """Whatever is older has been silent for as long anyway."""
    outcomes, now = OutcomeLedger(MemoryTable()), at("2026-03-20T12:00")
    keep(outcomes, "older", now - timedelta(days=15))
    assert last_delivery(CRM, outcomes, now) is None
    keep(outcomes, "old", now - timedelta(days=14))
    assert last_delivery(CRM, outcomes, now) == now - timedelta(days=14)


def test_what_we_found_ourselves_breaks_no_silence() -> None:
    """A census or a backfill is no delivery; a poll is, where nothing else is to be expected."""
    outcomes, now = OutcomeLedger(MemoryTable()), at("2026-03-10T12:00")
    assert last_delivery(CRM, outcomes, now) is None
    keep(outcomes, "JKJaXmPLvHcESHA=", now - timedelta(days=3))
    keep(outcomes, "census-0a", now - timedelta(hours=2))
    keep(outcomes, "backfill-0a", now - timedelta(hours=1))
    keep(outcomes, "poll-0a", now - timedelta(hours=1))
    assert last_delivery(CRM, outcomes, now) == now - timedelta(days=3)
    assert last_delivery(replace(CRM, arrivals=("webhook", "poll")), outcomes, now) == now - timedelta(days=3)
    assert last_delivery(replace(CRM, arrivals=("poll",)), outcomes, now) == now - timedelta(hours=1)


def test_only_what_is_expected_can_be_silent() -> None:
    """A connection that declares nothing may be quiet for ever."""
    erp = replace(CRM, name="erp", expected=None)
    outcomes, now = OutcomeLedger(MemoryTable()), at("2026-03-10T12:00")
    assert silent([CRM, erp], outcomes, now) == ["crm"]
    keep(outcomes, "JKJaXmPLvHcESHA=", now - timedelta(hours=1))
    assert silent([CRM, erp], outcomes, now) == []
