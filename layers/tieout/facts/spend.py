"""What a company spends, or has bound itself to spend, as facts: expense reports, purchase orders, payroll runs.

Sign convention: money spent is positive, money that comes back is negative. Tools for spending keep no books: what an ERP
posts is a family of its own (`documents.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tieout.facts.family import Fact, Family, Line, Lookup
from tieout.money import Money


class Nature(StrEnum):
    """What kind of spending it is, which decides what it may be added up with."""

    EXPENSE = "expense"
    COMMITMENT = "commitment"  # ordered and not yet owed: the invoice that follows is no further spending
    PAYROLL = "payroll"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLine:
    """One thing money is spent on.

    Attributes:
        account: the source's own account or category, called as the table `account` calls it in planning.
        date: the day it counts from; with the company's calendar it decides the period.
        legal_entity: the source's id of the company that spends; None where the source serves one company.
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
class Spend(Fact):
    """A document about spending.

    Attributes:
        number: what people call the document.
        lines: in the order of the source; none where nothing is spent any more.
    """

    number: str
    nature: Nature
    lines: tuple[SpendLine, ...]


def _lines(spend: Spend, lookup: Lookup) -> Iterator[Line]:
    """A line for each line of the document, in the period its own date falls in by its company's calendar."""
    for line in spend.lines:
        legal_entity = lookup.legal_entity(line.legal_entity)
        yield Line(
            legal_entity=legal_entity,
            period=lookup.period_of(legal_entity, line.date),
            currency=line.amount.currency,
            attributes={
                "nature": str(spend.nature),
                "account": line.account,
                "cost_centre": line.cost_centre,
                "supplier": line.supplier,
                "product": line.product,
            },
            amounts={"spent": line.amount},
        )


FAMILY = Family(
    name="spendings",
    kinds=(Spend,),
    attributes={"nature": tuple(Nature), "account": (), "cost_centre": (), "supplier": (), "product": ()},
    amounts=("spent",),
    lines=_lines,
    tables={"account": (), "cost_centre": (), "supplier": (), "product": ()},
)
