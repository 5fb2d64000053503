"""What a company has bound itself to spend, as facts: purchase orders, as far as nothing is owed for them yet.

Sign convention: money that will be spent is positive, money that will come back is negative. What is owed or spent is a posted
document (`documents.py`): the invoice that follows an order is no further spending.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tieout.facts.family import Fact, Family, Line, Lookup
from tieout.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentLine:
    """One thing that is ordered and not yet owed.

    Attributes:
        account: the source's own account or category, called as the table `account` calls it in planning.
        date: the day it counts from; with the company's calendar it decides the period.
        legal_entity: the source's id of the company that orders; None where the source serves one company.
    """

    line_id: str
    account: str
    date: date
    amount: Money
    cost_centre: str | None = None
    supplier: str | None = None
    product: str | None = None
    legal_entity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment(Fact):
    """An order at a supplier.

    Attributes:
        number: what people call it.
        lines: in the order of the source; none where nothing is open any more.
    """

    number: str
    lines: tuple[CommitmentLine, ...]


def _lines(commitment: Commitment, lookup: Lookup) -> Iterator[Line]:
    """A line for each line of the order, in the period its own date falls in by its company's calendar."""
    for line in commitment.lines:
        legal_entity = lookup.legal_entity(line.legal_entity)
        yield Line(
            legal_entity=legal_entity,
            period=lookup.period_of(legal_entity, line.date),
            currency=line.amount.currency,
            attributes={
                "account": line.account,
                "cost_centre": line.cost_centre,
                "supplier": line.supplier,
                "product": line.product,
            },
            amounts={"committed": line.amount},
            day=line.date,
        )


FAMILY = Family(
    name="commitments",
    kinds=(Commitment,),
    attributes={"account": (), "cost_centre": (), "supplier": (), "product": ()},
    amounts=("committed",),
    lines=_lines,
    tables={"account": (), "cost_centre": (), "supplier": (), "product": ()},
    references={"number": "number"},
)
