"""Slips in which rate converts an amount: of which type and period, and what stands in for one that nobody has stored."""

from __future__ import annotations

from functools import partial

from tests.flow import test_rates_by_way as by_way
from tests.simulation.bugs.bug import Bug
from tests.unit.census import test_replaced_rates as replaced
from tieout.ledger import plan, writes
from tieout.planning import model, rates

_DIRECT = by_way.DIRECT

BUGS = (
    Bug(
        "every feed goes by average rates",
        model.PlanningModel._measured,
        "feed.rates",
        '"average"',
    ),
    Bug(
        "every amount goes by the rate of one period",
        rates.rate_wanted,
        "str(when)",
        '"2026-03"',
    ),
    Bug(
        "the second of two rates is turned round",
        rates.product,
        "Decimal(found[first]), Decimal(found[second])",
        "Decimal(found[first]), 1 / Decimal(found[second])",
    ),
    Bug(
        "two rates go before the one they stand in for",
        rates.by_way,
        "rate in found or ",
        "",
    ),
    Bug(
        "what waits for a rate does not wait for those that would stand in for it",
        writes.hold_writes,
        "(plan.waits_for, plan.alternative) if each is not None",
        "(plan.waits_for,) if each is not None",
        "mappings",
    ),
    Bug(
        "what waits is stated as its source would convert it once",
        plan.Plan.rates,
        "self.waits_for is not None and ",
        "False and ",
        proof=replaced.test_what_waits_for_a_mapping_entry_is_read_too,
    ),
    Bug(
        "what two rates have converted stays so when the one they stood in for comes",
        model.PlanningModel.used,
        "{**found, **dict.fromkeys(stood_in_for(found, self.through, self.reporting_currency))}",
        "found",
        proof=partial(
            by_way.test_what_two_rates_converted_is_outdated_when_any_of_the_three_says_something_else, _DIRECT
        ),
    ),
)
