"""What drifted stands in the ledger, in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from datetime import timedelta

from tests.support.ledger_scenes import NOW
from tests.support.short_pages import ShortPages
from tieout.drift import Drift, Noted, Seen
from tieout.ledger import keys
from tieout.ledger.drifts import DriftLedger, KnownDrift
from tieout.ledger.table import Table

NEW = Seen("deals", "properties/new", Drift.UNKNOWN)
GONE = Seen("deals", "archived", Drift.ABSENT)


def test_a_drift_is_news_once_and_counted_on(table: Table) -> None:
    """With the shape it was first seen in, and the one it was last seen in."""
    ledger = DriftLedger(table)
    later = NOW + timedelta(days=1)
    ledger.note("crm", {NEW: Noted(2, '{"a":"1"}', '{"a":"2"}')}, NOW, "one")
    assert [ledger.found_by("crm", [NEW], each) for each in ("one", "another")] == [1, 0]
    ledger.note("crm", {NEW: Noted(3, '{"a":"3"}', '{"a":"4"}'), GONE: Noted(1, "{}", "{}")}, later, "another")
    assert [ledger.found_by("crm", [NEW, GONE], each) for each in ("one", "another")] == [1, 1]
    ledger.note("other", {NEW: Noted(1, "{}", "{}")}, later, "another")
    assert ledger.found_by("other", [NEW, GONE], "another") == 1
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
        ledger.note("crm", {NEW: Noted(1, "{}", "{}")}, NOW + timedelta(days=day), "one")
    [(_, item)] = table.query(keys.drifts_of("crm")).items
    assert item["expires_at"] == int((NOW + timedelta(days=33)).timestamp())


def test_a_drift_was_not_seen_last_before_it_was_seen_first(table: Table) -> None:
    """Though whoever saw it again has a clock that is behind."""
    ledger = DriftLedger(table)
    for seconds in (0, -3):
        ledger.note("crm", {NEW: Noted(1, "{}", "{}")}, NOW + timedelta(seconds=seconds), "one")
    assert [(each.first_at, each.last_at) for each in ledger.of("crm")] == [(NOW, NOW)]


def test_every_drift_of_a_connection_is_told(table: Table) -> None:
    """However many pages they fill."""
    seen = [Seen("deals", f"properties/{number}", Drift.UNKNOWN) for number in range(5)]
    DriftLedger(table).note("crm", {each: Noted(1, "{}", "{}") for each in seen}, NOW, "one")
    assert [each.seen for each in DriftLedger(ShortPages(table)).of("crm")] == seen
