"""Contracts with customers as facts: what they run for, when they come up for renewal, and what that is expected to be worth.

Sign convention: what the customer pays is positive, as for deals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tieout.errors import MalformedError
from tieout.facts.family import Fact, Family, Line, Lookup, SourceRate
from tieout.money import Money, apportioned


class ContractStatus(StrEnum):
    """Whether a contract binds anybody."""

    DRAFT = "draft"  # not agreed yet
    ACTIVE = "active"
    ENDED = "ended"  # expired, or ended before its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Fact):
    """A contract with a customer.

    Attributes:
        number: what people call it.
        customer: the source's id of the company, None where it states none.
        value: what it is worth over its term; None where nobody has said (not zero).
        end_date: the last day it runs unless it is renewed.
        renewal_date: the day its renewal counts from; with the company's calendar it decides the period. None: it is not to
            be renewed, and planned nowhere.
        renewal_amount: what the renewal is to be worth; None: as much as the contract.
        probability: that it is renewed, 0 to 1, six decimals; None: nobody has said, then weighted is not planned.
        product: the source's id of the product or product line.
        rate: what the source converts the contract's currency by on the renewal date; None where it keeps no rates of its own.
    """

    number: str
    name: str | None
    customer: str | None
    status: ContractStatus
    value: Money | None
    start_date: date | None
    end_date: date | None
    renewal_date: date | None
    renewal_amount: Money | None
    probability: Decimal | None
    product: str | None
    owner: str | None = None
    rate: SourceRate | None = None

    def __post_init__(self) -> None:
        """Refuse what would be planned wrongly, or nobody could have signed; raises `MalformedError`."""
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise MalformedError("probability_not_between_0_and_1")
        if self.start_date is not None and self.end_date is not None and self.end_date < self.start_date:
            raise MalformedError("end_before_start")
        if len({money.currency for money in (self.value, self.renewal_amount) if money is not None}) > 1:
            raise MalformedError("renewal_in_another_currency")

    def rates(self) -> frozenset[str]:
        """The rate of its own currency."""
        return frozenset() if self.rate is None else frozenset((self.rate.identity,))

    def renewal(self) -> Money | None:
        """What its renewal is to be worth: what is stated of it, else as much as the contract; None where neither is known."""
        return self.value if self.renewal_amount is None else self.renewal_amount


def _lines(contract: Contract, lookup: Lookup) -> Iterator[Line]:
    """One line, in the period of the renewal date; the connection's company has the contract."""
    legal_entity = lookup.legal_entity(None)
    renewal = contract.renewal()
    yield Line(
        legal_entity=legal_entity,
        period=lookup.period_of(legal_entity, contract.renewal_date) if contract.renewal_date else None,
        currency=renewal.currency if renewal else None,
        attributes={"customer": contract.customer, "product": contract.product, "status": str(contract.status)},
        amounts={
            "value": contract.value,
            "renewal": renewal,
            "weighted_renewal": _weighted(renewal, contract.probability),
        },
        rate=contract.rate,
        day=contract.renewal_date,
    )


def _weighted(renewal: Money | None, probability: Decimal | None) -> Money | None:
    """The renewal's worth by its probability, rounded half up to the minor unit."""
    if renewal is None or probability is None:
        return None
    [weighted] = apportioned([renewal], probability)
    return weighted


FAMILY = Family(
    name="contracts",
    kinds=(Contract,),
    attributes={"customer": (), "product": (), "status": tuple(ContractStatus)},
    amounts=("value", "renewal", "weighted_renewal"),
    lines=_lines,
    tables={"customer": (), "product": ()},
    references={"number": "number"},
    day="renewal_date",
)
