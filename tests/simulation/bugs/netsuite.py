"""Slips somebody could make about NetSuite: whom lines are with, which rates are old, and where a window begins."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.flow import test_recalculated_rates as recalculated
from tests.simulation.bugs.bug import Bug
from tests.unit.netsuite import test_netsuite_account_time as clock
from tieout.systems.netsuite import account_time, parties, rate_changes, rate_identities

BUGS = (
    Bug(
        "a line to be eliminated is with nobody",
        parties._partner,
        "return others.pop() if",
        "return None if",
    ),
    Bug("a company is its own partner", parties._partner, "stated if stated != own else None", "stated"),
    Bug(
        "a bill is with whomever its lines are charged on to",
        parties._names,
        'return customer, header.get("entity"), header.get("represents")',
        'return customer, name, row.get("represents")',
    ),
    Bug(
        "a journal's vendor is no supplier",
        parties._names,
        "name if kind in _SUPPLIER_TYPES else None, row",
        "None, row",
    ),
    Bug(
        "a rate's identity says nothing of its value",
        rate_identities.identity,
        "{_shortest(rate)}",
        "1",
        proof=recalculated.test_exactly_the_documents_of_the_period_are_read_again_at_an_unchanged_version,
    ),
    Bug(
        "one rate that changed makes all of them outdated",
        rate_changes.NetSuiteRateChanges.outdated,
        "if rate not in current)",
        "if set(used.values()) - current)",
        proof=recalculated.test_exactly_the_documents_of_the_period_are_read_again_at_an_unchanged_version,
    ),
    Bug(
        "a rate that is no more is not missed",
        rate_changes.NetSuiteRateChanges._stated,
        "stated_value(row, kind)",
        'stated_value(row, kind) if row else "1.0837"',
        proof=recalculated.test_without_the_rate_the_document_is_planned_by_plannings_own,
    ),
    Bug(
        "a window begins where the clock stood at its first moment",
        account_time.wall_clock_of,
        "is_before(seconds - 1) and not is_before(seconds)",
        "not is_before(seconds)",
        proof=lambda: clock.test_a_window_begins_at_the_first_reading_that_is_not_before_it(
            datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "2026-11-01T01:00:00"
        ),
    ),
)
