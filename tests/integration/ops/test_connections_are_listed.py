"""Every connection with its last delivery, its last success and what waits of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops import connection_views
from tests.support.good_bodies import good_body
from tests.support.operated_facts import FLOW, deal, recorded
from tests.support.operated_stage import CRM, ERP, TOOL, OperatedStage
from tests.support.receiving import Door
from tieout.arriving.envelope import Envelope
from tieout.arriving.spool import spool_key
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome
from tieout.moments import moment_text
from tieout.planning.mapping import EVERY_CONNECTION, MappingKey

NOW = datetime(2026, 3, 9, 0, 30, tzinfo=UTC)


def ended(stage: OperatedStage, received_at: datetime, *outcomes: Outcome, delivery: str = "d") -> None:
    """A delivery of the CRM whose notices came to this."""
    envelope = Envelope(delivery_id=delivery, connection=CRM, flow=FLOW, received_at=received_at, notices=())
    OutcomeLedger(stage.place.table).keep(envelope, dict(enumerate(outcomes)))


def row_of(stage: OperatedStage, connection: str = CRM, now: datetime = NOW) -> dict[str, Any]:
    """The row of one connection."""
    [row] = [each for each in connection_views.connections(stage.place, now) if each["connection"] == connection]
    return row


def test_a_silent_connection_is_listed_too(stage: OperatedStage) -> None:
    """With what the landscape says of it and nothing else."""
    assert stage.tieout("connections", "list") == [
        {
            "connection": name,
            "system": system,
            "arrivals": "webhook",
            "completion": completion,
            "last_delivery": None,
            "last_success": None,
            "held": 0,
            "spooled": 0,
            "rejected": 0,
            "files_waiting": 0,
        }
        for name, system, completion in (
            (CRM, "hubspot", "read"),
            (ERP, "netsuite", "read"),
            (TOOL, "made_up", "payload"),
        )
    ]


def test_the_newest_delivery_and_the_newest_that_came_to_something_are_told(stage: OperatedStage) -> None:
    """A source that delivers and comes to nothing shows by the two being apart, across midnight too."""
    before = NOW - timedelta(hours=1)
    ended(stage, before - timedelta(minutes=5), Outcome.APPLIED)
    ended(stage, before, Outcome.PARKED, Outcome.SUPERSEDED)
    ended(stage, NOW - timedelta(minutes=2), Outcome.HELD, Outcome.PARKED)
    row = row_of(stage)
    assert (row["last_delivery"], row["last_success"]) == (
        moment_text(NOW - timedelta(minutes=2)),
        moment_text(before),
    )
    assert row_of(stage, ERP)["last_delivery"] is None


def test_what_a_census_found_is_no_delivery(stage: OperatedStage) -> None:
    """A source that has fallen silent is seen to be, however much of it is found and read meanwhile."""
    ended(stage, NOW - timedelta(hours=3), Outcome.APPLIED)
    ended(stage, NOW - timedelta(minutes=2), Outcome.APPLIED, delivery="census-1f")
    row = row_of(stage)
    assert row["last_delivery"] == row["last_success"] == moment_text(NOW - timedelta(hours=3))


@pytest.mark.parametrize("outcome", [Outcome.APPLIED, Outcome.DUPLICATE, Outcome.SUPERSEDED, Outcome.IGNORED])
def test_every_final_outcome_is_a_success(stage: OperatedStage, outcome: Outcome) -> None:
    """The line knows what to make of it."""
    ended(stage, NOW, Outcome.PARKED, outcome)
    assert row_of(stage)["last_success"] == moment_text(NOW)


def test_the_look_back_ends_after_seven_days(stage: OperatedStage) -> None:
    """Today and the six days before."""
    ended(stage, datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC), Outcome.APPLIED)
    assert row_of(stage)["last_delivery"] is None
    ended(stage, datetime(2026, 3, 3, tzinfo=UTC), Outcome.APPLIED)
    assert row_of(stage)["last_success"] == "2026-03-03T00:00:00.000Z"


def test_the_look_back_ends_after_so_many_deliveries(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that parks everything costs a bounded number of reads."""
    monkeypatch.setattr(connection_views, "_MOST_LOOKED_AT", 3)
    ended(stage, NOW - timedelta(days=1), Outcome.APPLIED)
    for number in range(2):
        ended(stage, NOW - timedelta(seconds=number), Outcome.PARKED)
    assert row_of(stage)["last_success"] == moment_text(NOW - timedelta(days=1))
    ended(stage, NOW - timedelta(seconds=2), Outcome.PARKED)
    assert (row_of(stage)["last_delivery"], row_of(stage)["last_success"]) == (moment_text(NOW), None)


def test_what_waits_is_counted_by_the_connection_it_came_from(stage: OperatedStage) -> None:
    """A fact that waits for a rate, which belongs to no connection, waits for its own all the same."""
    recorded(stage, deal(1), {}, waits_for=MappingKey(CRM, "customer", "71"))
    recorded(stage, deal(2), {}, waits_for=MappingKey(EVERY_CONNECTION, "rate", "average:EUR>USD@2026-03"))
    stage.place.archive.put(spool_key(CRM, "d-1", datetime(2026, 3, 2, 9, tzinfo=UTC), FLOW), b"{}")
    stage.place.archive.put("spool/strange", b"")
    door = Door(system="hubspot", connection=CRM)
    door.post(good_body("hubspot"), {})
    for key, raw in door.kept("rejected/").items():
        stage.place.archive.put(key, raw)
    now = datetime.now(UTC)
    row = row_of(stage, now=now)
    assert (row["held"], row["spooled"], row["rejected"]) == (2, 1, 1)
    assert row["last_delivery"] is not None  # the spooled one
    assert row_of(stage, now=now + timedelta(hours=25))["rejected"] == 0
    assert {name: row_of(stage, ERP)[name] for name in ("held", "spooled", "rejected")} == {
        "held": 0,
        "spooled": 0,
        "rejected": 0,
    }
