"""What drifted stands in the ledger, in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from datetime import timedelta

from tests.support.ledger_scenes import NOW
from tieout.drift import Drift, Noted, Seen
from tieout.ledger import keys
from tieout.ledger.drifts import DriftLedger, KnownDrift
from tieout.ledger.table import Table

NEW = Seen("deals", "properties/new", Drift.UNKNOWN)
GONE = Seen("deals", "archived", Drift.ABSENT)


def test_a_drift_is_news_once_and_counted_on(table: Table) -> None:
    """With the shape it was first seen in, and the one it was last seen in."""
    ledger = DriftLedger(table)
    assert ledger.note("crm", {NEW: Noted(2, '{"a":"1"}', '{"a":"2"}')}, NOW) == 1
    later = NOW + timedelta(days=1)
    noted = {NEW: Noted(3, '{"a":"3"}', '{"a":"4"}'), GONE: Noted(1, "{}", "{}")}
    assert ledger.note("crm", noted, later) == 1
    assert ledger.note("other", {NEW: Noted(1, "{}", "{}")}, later) == 1
    assert list(ledger.of("crm")) == [
        KnownDrift(
            connection="crm", seen=GONE, times=1, first_at=later, first_shape="{}", last_at=later, last_shape="{}"
        ),
        KnownDrift(
            connection="crm",
            seen=NEW,
            times=5,
            first_at=NOW,
            first_shape='{"a":"1"}',
            last_at=later,
            last_shape='{"a":"4"}',
        ),
    ]


def test_a_drift_goes_a_month_after_it_was_last_seen(table: Table) -> None:
    """What was put right needs nobody to strike it."""
    ledger = DriftLedger(table)
    for day in (0, 3):
        ledger.note("crm", {NEW: Noted(1, "{}", "{}")}, NOW + timedelta(days=day))
    [(_, item)] = table.query(keys.drifts_of("crm")).items
    assert item["expires_at"] == int((NOW + timedelta(days=33)).timestamp())
