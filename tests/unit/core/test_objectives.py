"""How soon a change is to be in planning: by its flow and target, and whether its company closed a period when it occurred."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.support.judging import objectives
from tieout.freshness import CloseDays, Freshness, Objective

FORECASTS = Objective(name="forecasts", flow="forecasts", within_seconds=300, within_seconds_in_close=120)
IN_ORACLE = Objective(name="oracle", flow="forecasts", targets=("oracle-epm",), within_seconds=600)
DECLARED = Freshness(close_days=CloseDays(last=2, first=3), objectives=(FORECASTS, IN_ORACLE))
NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "seconds"),
    [
        ("2026-02-26T23:59:59.999+00:00", 300),
        ("2026-02-27T00:00:00.000+00:00", 120),
        ("2026-02-28T23:59:59.999+00:00", 120),
        ("2026-03-03T23:59:59.999+00:00", 120),
        ("2026-03-04T00:00:00.000+00:00", 300),
        ("2026-03-30T12:00:00.000+00:00", 120),
        ("2026-03-29T12:00:00.000+00:00", 300),
    ],
)
def test_close_days_are_the_last_of_a_period_and_the_first_of_the_next(day: str, seconds: int) -> None:
    """As many as are declared, in months of every length."""
    assert objectives(DECLARED).within_seconds("forecasts", "anaplan", "EMEA", datetime.fromisoformat(day)) == seconds


def test_a_close_day_is_one_of_utc() -> None:
    """Wherever the source wrote the moment down."""
    in_tokyo = datetime(2026, 2, 27, 8, 59, tzinfo=timezone(timedelta(hours=9)))
    judged = objectives(DECLARED)
    assert judged.within_seconds("forecasts", "anaplan", "EMEA", in_tokyo) == 300
    assert judged.within_seconds("forecasts", "anaplan", "EMEA", in_tokyo + timedelta(minutes=1)) == 120


def test_a_target_has_its_own_objective_where_one_is_declared() -> None:
    """The flow's holds for all others; a flow without one is not judged; nothing tighter holds in close days unless it is said."""
    judged = objectives(DECLARED)
    assert judged.within_seconds("forecasts", "anaplan", "EMEA", NOON) == 300
    assert judged.within_seconds("forecasts", "oracle-epm", "EMEA", NOON) == 600
    assert judged.within_seconds("forecasts", "oracle-epm", "EMEA", datetime(2026, 3, 1, tzinfo=UTC)) == 600
    assert judged.within_seconds("actuals", "anaplan", "EMEA", NOON) is None
