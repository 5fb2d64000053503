"""Slips somebody could make where facts become lines: companies, products, what recurs, and what rounding leaves."""

from __future__ import annotations

from tests.flow import test_entries_that_lead_on as leading
from tests.simulation.bugs.bug import Bug
from tests.unit.core import test_histories_of_subscriptions as histories
from tests.unit.core import test_recurring_revenue_converted as converted
from tests.unit.core import test_recurring_revenue_renamed as renamed
from tests.unit.hubspot import test_hubspot_translate as deals
from tieout import money
from tieout.facts import family, opportunity, subscription
from tieout.ledger import planner
from tieout.planning import resolving
from tieout.systems.hubspot import associated, translate

BUGS = (
    Bug(
        "two companies meet in one cell",
        family.Line.attribute,
        "return self.legal_entity",
        'return "EMEA"',
    ),
    Bug(
        "the connection's company is used where the record states one",
        resolving.Resolver.legal_entity,
        "self.own_entity if stated is None else self.member(LEGAL_ENTITY, stated)",
        "self.own_entity",
    ),
    Bug(
        "only the first line of a deal is planned",
        opportunity._lines,
        "zip(parts, weighted, strict=True)",
        "zip(parts[:1], weighted, strict=False)",
    ),
    Bug("a line's own product is ignored", opportunity._lines, "part.product", "deal.product"),
    Bug(
        "what the lines leave of a deal's amount is lost",
        opportunity.Opportunity.parts,
        "(*self.lines, rest) if left.amount_minor else self.lines",
        "self.lines",
    ),
    Bug("what rounding leaves over is lost", money.apportioned, "minor[place] += 1", "pass"),
    Bug("a yearly amount recurs every month", opportunity._a_month, "divided(part.recurring_months)", "divided(1)"),
    Bug(
        "a line item that could not be read is left out",
        associated._read_line_items,
        "if failed or missing:",
        "if False:",
        "queue",
    ),
    Bug(
        "a line item in the recycling bin is still offered",
        associated._read_line_items,
        "[live.items[each] for each in items if each in live.items]",
        "[(live.items | binned.items)[each] for each in items]",
        "crowd",
        25,
    ),
    Bug(
        "a line item leads to no deal",
        translate.line_item_statement,
        "related=related",
        "related=()",
        proof=deals.test_a_line_item_leads_to_the_deals_it_belongs_to,
    ),
    Bug(
        "what was read by a clock that is behind stays dated by that",
        subscription._dated,
        "is_undated = each.was_read and",
        "is_undated = not each.was_read and",
        proof=lambda: histories.test_what_was_read_by_a_clock_that_is_behind_is_dated_by_what_is_told_later(
            is_told_at_last=True
        ),
    ),
    Bug(
        "what moves what recurs goes by the rate of its own month",
        subscription._moves,
        "rate_period=lookup.period_of(legal_entity, first_day)",
        "rate_period=None",
        proof=converted.test_what_ends_takes_out_what_it_has_put_in,
    ),
    Bug(
        "what recurs stays with what its customer was called",
        subscription._lines,
        "moved_over(moves, lookup, _TABLES)",
        "()",
        proof=renamed.test_a_customer_that_is_taken_over_takes_what_recurs_along,
    ),
    Bug(
        "a rate that follows from another entry is not looked for",
        planner.Planner.found,
        "if entry.leads_on",
        "if False",
        proof=leading.test_a_rate_that_follows_from_the_period_table_is_looked_up_too,
    ),
)
