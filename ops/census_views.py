"""Comparisons with the sources as rows: how far each run has come, what it found, and which windows are complete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tieout.census import Run, Tally
from tieout.ledger.censuses import CensusLedger, Found
from tieout.moments import moment_text
from tieout.money import Money

Row = dict[str, Any]


def run_row(run: Run) -> Row:
    """A run: what for, how far it is, what it has counted, and what stands in its way."""
    counted = run.total.and_also(run.window)
    return {
        "connection": run.connection,
        "entity": run.entity,
        "purpose": str(run.purpose),
        "phase": str(run.phase),
        "since": moment_text(run.span.since),
        "until": moment_text(run.span.until),
        "complete_percent": complete_percent(run),
        "pages": run.pages,
        **_tally(counted),
        "advanced_at": moment_text(run.advanced_at),
        "failing": run.failing or None,
        "waits_until": moment_text(run.waits_until) if run.waits_until else None,
        "asked_by": run.asked_by or None,
    }


def complete_percent(run: Run) -> int:
    """How much of what a run is to list lies behind it, by time; the rest of its windows may be fuller or emptier."""
    whole = (run.span.until - run.span.since).total_seconds()
    return 100 if whole <= 0 else int(100 * (run.reached - run.span.since).total_seconds() / whole)


def found_row(found: Found) -> Row:
    """A record that differs."""
    return {
        "record": found.key.record_id,
        "difference": str(found.difference),
        "amount": str(found.amount) if found.amount else None,
        "day": found.day.isoformat() if found.day else None,
        "planned_minor": dict(found.planned_minor),
        "periods": list(found.periods),
        "version_there": found.version_there or None,
        "version_here": found.version_here or None,
        "found_at": moment_text(found.found_at),
    }


def window_rows(ledger: CensusLedger, connection: str, entity: str) -> Iterator[Row]:
    """The windows that were complete, with what was counted in them."""
    for each in ledger.windows(connection, entity):
        yield {
            "entity": entity,
            "since": moment_text(each.window.since),
            "until": moment_text(each.window.until),
            "purpose": str(each.purpose),
            **_tally(each.tally),
            "finished_at": moment_text(each.finished_at),
        }


def _tally(tally: Tally) -> Row:
    worth = [str(Money(minor, currency)) for currency, minor in sorted(tally.worth_minor.items())]
    return {
        "listed": tally.listed,
        "worth": worth,
        "differences": {str(each): count for each, count in sorted(tally.differences.items())},
    }
