"""Facts as the planning model addresses them: lines with attributes by name and amounts by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tieout.facts.documents import LedgerLine, PostedDocument
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Fact
from tieout.money import Money
from tieout.periods import Period
from tieout.planning.mapping import STAGES, Table
from tieout.planning.resolving import Resolver


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A fact, or one line of it, as the planning model addresses it: attributes by name and amounts by name."""

    attributes: dict[str, str | None]
    amounts: dict[str, Money | None]
    period: Period | None
    functional: Money | None = None
    group: Money | None = None
    group_rate: str | None = None


def lines_of(fact: Fact, resolve: Resolver) -> Iterator[Line]:
    """The lines of a fact as the planning model addresses them; raises as `Resolver.entry` does."""
    if isinstance(fact, Opportunity):
        yield _opportunity_line(fact, resolve)
        return
    period = _posting_month(fact, resolve)
    for line in fact.lines:
        yield _ledger_line(line, period)


# What a feed can name of a fact; a landscape that names anything else is refused at synth (`infra/feed_rules.py`).
OPPORTUNITY_ATTRIBUTES = ("customer", "product", "status", "period", "currency")
OPPORTUNITY_AMOUNTS = ("amount", "weighted")
LEDGER_ATTRIBUTES = (
    "account",
    "account_class",
    "account_role",
    "cost_centre",
    "customer",
    "product",
    "period",
    "currency",
)
LEDGER_AMOUNTS = ("posted",)


def _opportunity_line(fact: Opportunity, resolve: Resolver) -> Line:
    status = STAGES[resolve.member(Table.STAGE, fact.stage)]
    period = Period.of(fact.close_date) if fact.close_date else None
    weighted = fact.amount.times(fact.probability) if fact.amount and fact.probability is not None else None
    return Line(
        attributes={
            "customer": fact.customer,
            "product": fact.product,
            "status": str(status),
            "period": str(period) if period else None,
            "currency": fact.amount.currency if fact.amount else None,
        },
        amounts={"amount": fact.amount, "weighted": weighted},
        period=period,
    )


def _ledger_line(line: LedgerLine, period: Period) -> Line:
    return Line(
        attributes={
            "account": line.account,
            "account_class": str(line.account_class),
            "account_role": line.account_role,
            "cost_centre": line.cost_centre,
            "customer": line.customer,
            "product": line.product,
            "period": str(period),
            "currency": line.transaction.currency,
        },
        amounts={"posted": line.transaction},
        period=period,
        functional=line.functional,
        group=line.group,
        group_rate=line.group_rate,
    )


def _posting_month(fact: PostedDocument, resolve: Resolver) -> Period:
    """The month of a document's posting period; adjustment periods go where the table `period` says, never by arithmetic."""
    if fact.posting_period.month is not None:
        return fact.posting_period.month
    return Period.parse(resolve.member(Table.PERIOD, fact.posting_period.period_id))
