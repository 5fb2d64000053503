"""Deals of a CRM as facts: what is offered to whom, line by line, and what it is worth.

Lines decide what is planned by product. What a deal is worth beyond its lines, by an amount somebody set at the deal, stays
with the deal's own product, as all of it does for a deal without lines: so the lines of a deal always add up to its amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tieout.errors import MalformedError
from tieout.facts.family import Fact, Family, Line, Lookup, SourceRate
from tieout.money import Money, apportioned


class Status(StrEnum):
    """What a canonical stage means for planning."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


# The canonical stages, in order. A connection's own stages are mapped to these, so that pipelines compare.
STAGES: Mapping[str, Status] = {
    "prospect": Status.OPEN,
    "qualified": Status.OPEN,
    "proposal": Status.OPEN,
    "negotiation": Status.OPEN,
    "committed": Status.OPEN,
    "won": Status.WON,
    "lost": Status.LOST,
}


class ForecastCategory(StrEnum):
    """What a deal counts as in the forecast of its sellers, whatever its stage."""

    PIPELINE = "pipeline"
    BEST_CASE = "best_case"
    MOST_LIKELY = "most_likely"
    COMMIT = "commit"
    CLOSED = "closed"
    OMITTED = "omitted"


class Recurrence(StrEnum):
    """Whether what a line sells is paid for again and again."""

    ONE_TIME = "one_time"
    RECURRING = "recurring"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityLine:
    """One thing a deal offers.

    Attributes:
        product: the source's id of the product; None for a thing made up for this deal.
        amount: what it adds to the deal's worth; None where nobody has said (not zero).
        recurring: what is paid each `recurring_months` months; None for what is paid once.
        term_months: how long it runs; None where it has no end, or is paid once.
        renewal_date: the first day it no longer runs unless it is renewed.
    """

    line_id: str
    product: str | None
    amount: Money | None
    recurring: Money | None = None
    recurring_months: int | None = None
    term_months: int | None = None
    renewal_date: date | None = None

    def currency(self) -> str | None:
        """What its amounts are in; None where it has none."""
        known = self.amount or self.recurring
        return known.currency if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity(Fact):
    """A deal in a CRM.

    Attributes:
        amount: what the CRM says it is worth, be it set by hand; None where the CRM has none (not zero).
        stage: the source's own `pipeline/stage` key, mapped to a canonical stage by the table `stage`;
            `-/-` where the deal has neither.
        probability: 0 to 1, six decimals; None lets the canonical stage decide nothing: weighted is then not planned.
        close_date: in the account's own time zone.
        customer: the source's id of the company, None where the deal has none.
        product: the source's product line or pipeline id: where what no line explains is planned.
        lines: as the CRM has them, in order of their ids; none where it has none.
        forecast_category: as the seller has it; None where the CRM knows none.
        rate: what the CRM converts the deal's currency by on its close date; None where it keeps no rates of its own.
    """

    name: str | None
    amount: Money | None
    stage: str
    probability: Decimal | None
    close_date: date | None
    customer: str | None
    product: str | None
    owner: str | None = None
    deal_type: str | None = None
    lines: tuple[OpportunityLine, ...] = ()
    forecast_category: ForecastCategory | None = None
    rate: SourceRate | None = None

    def __post_init__(self) -> None:
        """Refuse a probability in percent, which would be planned a hundred times too high; raises `MalformedError`."""
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise MalformedError("probability_not_between_0_and_1")

    def rates(self) -> frozenset[str]:
        """The rate of its own currency."""
        return frozenset() if self.rate is None else frozenset((self.rate.identity,))

    def parts(self) -> tuple[OpportunityLine, ...]:
        """The deal's lines, and one more for what they leave of its amount; exactly one for a deal without lines.

        Lines in another currency than the deal's explain nothing of its amount that could be subtracted: then they are all.
        """
        if not self.lines:
            return (OpportunityLine(line_id="", product=self.product, amount=self.amount),)
        stated = [line.amount for line in self.lines if line.amount is not None]
        if self.amount is None or any(each.currency != self.amount.currency for each in stated):
            return self.lines
        left = self.amount
        for each in stated:
            left += -each
        rest = OpportunityLine(line_id="", product=self.product, amount=left)
        return (*self.lines, rest) if left.amount_minor else self.lines

    def currency(self) -> str | None:
        """The deal's own currency, which `rate` is of: its amount's, else the one all lines are in; None where they differ."""
        if self.amount is not None:
            return self.amount.currency
        stated = {line.currency() for line in self.lines} - {None}
        return stated.pop() if len(stated) == 1 else None


def _lines(deal: Opportunity, lookup: Lookup) -> Iterator[Line]:
    """A line for each part of the deal, in the period of its close date; the connection's company sells it."""
    legal_entity = lookup.legal_entity(None)
    period = lookup.period_of(legal_entity, deal.close_date) if deal.close_date else None
    status = STAGES[lookup.member("stage", deal.stage, period)]
    category = None if deal.forecast_category is None else str(deal.forecast_category)
    parts = deal.parts()
    weighted = _weighted(parts, deal.probability)
    own_currency = deal.currency()
    for part, share in zip(parts, weighted, strict=True):
        currency = part.currency()
        yield Line(
            legal_entity=legal_entity,
            period=period,
            currency=currency,
            attributes={
                "customer": deal.customer,
                "product": part.product,
                "status": str(status),
                "forecast_category": category,
                "recurrence": str(Recurrence.RECURRING if part.recurring else Recurrence.ONE_TIME),
                "renewal_period": lookup.period_of(legal_entity, part.renewal_date) if part.renewal_date else None,
            },
            amounts={"amount": part.amount, "weighted": share, "recurring": _a_month(part)},
            rate=deal.rate if currency == own_currency else None,
            day=deal.close_date,
        )


def _weighted(parts: Sequence[OpportunityLine], probability: Decimal | None) -> list[Money | None]:
    """Each part's amount by the deal's probability: they add up to that of the whole deal, to the minor unit."""
    weighted: list[Money | None] = [None] * len(parts)
    if probability is not None:
        stated = [(part.line_id, repr(part), place) for place, part in enumerate(parts) if part.amount is not None]
        # So that the minor unit left over by rounding does not depend on the order of the lines.
        places = [place for *_, place in sorted(stated)]
        amounts = [amount for place in places if (amount := parts[place].amount) is not None]
        for place, share in zip(places, apportioned(amounts, probability), strict=True):
            weighted[place] = share
    return weighted


def _a_month(part: OpportunityLine) -> Money | None:
    """What recurs, for one month: a yearly amount is divided by twelve, rounded half up for each line."""
    if part.recurring is None or part.recurring_months is None:
        return None
    return part.recurring.divided(part.recurring_months)


FAMILY = Family(
    name="opportunities",
    kinds=(Opportunity,),
    attributes={
        "customer": (),
        "product": (),
        "status": tuple(Status),
        "forecast_category": tuple(ForecastCategory),
        "recurrence": tuple(Recurrence),
        "renewal_period": (),
    },
    amounts=("amount", "weighted", "recurring"),
    lines=_lines,
    tables={"customer": (), "product": (), "stage": tuple(STAGES)},
    references={"name": "name"},
    day="close_date",
)
