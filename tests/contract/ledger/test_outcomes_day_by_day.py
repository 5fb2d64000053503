"""Outcomes by the day they were received, added up and newest first, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice

import pytest

from tests.support.ledger_scenes import NOW
from tests.support.short_pages import ShortPages
from tieout.arriving.envelope import Envelope
from tieout.ledger import keys
from tieout.ledger.outcomes import Ended, OutcomeLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Table, Usage


def keep(
    table: Table, received_at: datetime, *outcomes: Outcome, connection: str = "crm", flow: str = "forecast"
) -> None:
    """Keep the outcomes of a delivery's notices."""
    envelope = Envelope(
        delivery_id=f"d-{received_at:%H%M%S}", connection=connection, flow=flow, received_at=received_at, notices=()
    )
    OutcomeLedger(table).keep(envelope, dict(enumerate(outcomes)))


@pytest.fixture(params=["America/New_York", "Asia/Kolkata"])
def machine_elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that stands in another time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("machine_elsewhere")
def test_a_delivery_belongs_to_the_utc_day_it_was_received_on() -> None:
    """Wherever the door stands, and whatever zone the moment is told in."""
    received_at = datetime(2026, 3, 2, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    key = keys.outcome_key("crm", received_at, "d-1", "forecast")
    assert key == ("OUTCOME#crm#2026-03-01", "2026-03-01T23:30:00.000Z#d-1#forecast")


def test_the_outcomes_of_a_day_add_up_by_flow(table: Table) -> None:
    """Of all its deliveries, on whichever page they stand, and of no other day or connection."""
    for minute in range(5):
        keep(table, NOW + timedelta(minutes=minute), Outcome.APPLIED, Outcome.HELD)
        keep(table, NOW + timedelta(minutes=minute), Outcome.DUPLICATE, flow="spend")
    keep(table, NOW - timedelta(days=1), Outcome.PARKED)
    keep(table, NOW, Outcome.PARKED, connection="crm2")
    assert OutcomeLedger(ShortPages(table)).count("crm", NOW.date()) == {
        ("forecast", Outcome.APPLIED): 5,
        ("forecast", Outcome.HELD): 5,
        ("spend", Outcome.DUPLICATE): 5,
    }


def test_the_deliveries_of_a_day_are_told_newest_first(table: Table) -> None:
    """On whichever page they stand, those of one day and connection alone, and with the moment each was received."""
    moments = [NOW + timedelta(minutes=minute) for minute in (3, 1, 4, 0, 2)]
    for moment in moments:
        keep(table, moment, Outcome.APPLIED)
    keep(table, NOW + timedelta(days=1), Outcome.APPLIED)
    keep(table, NOW, Outcome.APPLIED, connection="crm2")
    found = list(OutcomeLedger(ShortPages(table)).newest("crm", NOW.date()))
    assert found == [
        Ended(moment, f"d-{moment:%H%M%S}", has_final_outcome=True) for moment in sorted(moments, reverse=True)
    ]


@pytest.mark.parametrize(
    ("outcomes", "is_final"),
    [
        ((Outcome.APPLIED,), True),
        ((Outcome.DUPLICATE,), True),
        ((Outcome.SUPERSEDED,), True),
        ((Outcome.IGNORED,), True),
        ((Outcome.HELD,), False),
        ((Outcome.PARKED,), False),
        ((Outcome.HELD, Outcome.APPLIED, Outcome.PARKED), True),
    ],
)
def test_a_delivery_got_through_as_soon_as_one_of_its_notices_did(
    table: Table, outcomes: tuple[Outcome, ...], *, is_final: bool
) -> None:
    """What only waits has not: a connection all of whose deliveries wait is told apart from one that works."""
    keep(table, NOW, *outcomes)
    assert list(OutcomeLedger(table).newest("crm", NOW.date())) == [Ended(NOW, f"d-{NOW:%H%M%S}", is_final)]


def test_the_newest_deliveries_are_read_fifty_at_a_time(table: Table, usages: list[Usage]) -> None:
    """Whoever needs the last one of a busy day does not read the day."""
    for second in range(51):
        keep(table, NOW + timedelta(seconds=second), Outcome.APPLIED)
    usages.clear()
    newest = OutcomeLedger(table).newest("crm", NOW.date())
    assert next(newest).received_at == NOW + timedelta(seconds=50)
    assert len(list(islice(newest, 49))) == 49
    assert [usage.items for usage in usages] == [50]
    assert [ended.received_at for ended in newest] == [NOW]
    assert [usage.items for usage in usages] == [50, 1]


def test_no_further_work_changes_the_outcome_of_a_notice_that_has_a_final_one(table: Table) -> None:
    """Of that notice alone: neither of one that waits, nor of another delivery, connection or flow."""
    outcomes = OutcomeLedger(table)
    envelope = Envelope(delivery_id="d", connection="crm", flow="forecast", received_at=NOW, notices=())
    assert not outcomes.is_final(envelope, 3)
    outcomes.keep(envelope, {3: Outcome.DUPLICATE, 4: Outcome.HELD})
    assert outcomes.is_final(envelope, 3)
    assert not outcomes.is_final(envelope, 4)
    for other in (
        envelope._replace(delivery_id="d2"),
        envelope._replace(connection="erp"),
        envelope._replace(flow="spend"),
    ):
        assert not outcomes.is_final(other, 3)
