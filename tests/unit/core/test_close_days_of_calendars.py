"""Whose close days they are: each company's, by its own calendar; and days that no calendar has."""

from __future__ import annotations

from datetime import UTC, datetime

from tieout.fiscal import FiscalCalendar, LegalEntity, StatedPeriod
from tieout.freshness import CloseDays, Freshness, Objective
from tieout.landscape import Landscape
from tieout.objectives import Objectives

TABLE = (StatedPeriod(period="AG2026-P03", first_day="2026-03-10", last_day="2026-03-20"),)


def test_each_company_closes_by_its_own_calendar() -> None:
    """And outside its calendar on no day."""
    judged = Objectives(
        Landscape(
            stage="test",
            reporting_currency="USD",
            connections=(),
            targets=(),
            flows=(),
            feeds=(),
            calendars=(FiscalCalendar(name="agreed", kind="table", label="AG", table=TABLE),),
            legal_entities=(LegalEntity(name="OWN", calendar="agreed"),),
            freshness=Freshness(
                close_days=CloseDays(last=0, first=1),
                objectives=(Objective(name="o", flow="f", within_seconds=300, within_seconds_in_close=60),),
            ),
        )
    )
    days = {day: datetime(2026, 3, day, tzinfo=UTC) for day in (1, 9, 10, 11)}
    own = {day: judged.within_seconds("f", "t", "OWN", moment) for day, moment in days.items()}
    others = {day: judged.within_seconds("f", "t", "OTHER", moment) for day, moment in days.items()}
    assert own == {1: 300, 9: 300, 10: 60, 11: 300}
    assert others == {1: 60, 9: 300, 10: 300, 11: 300}
