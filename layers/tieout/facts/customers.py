"""Customers as facts, of sources that tell of them as records of their own. Nothing is planned of one: it has no amounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tieout.facts.family import Fact, Family, Line, Lookup


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer(Fact):
    """Somebody who is sold to.

    Attributes:
        number: the source's own; documents name the customer by it, and the mapping table `customer` calls it as planning does.
        country: as the source writes it.
        currency: ISO 4217 of what it is billed in; None where the source does not say.
        legal_entity: the source's id of the company whose customer it is; None where all share their customers.
    """

    number: str
    name: str | None = None
    country: str | None = None
    currency: str | None = None
    legal_entity: str | None = None


def _lines(_customer: Customer, _lookup: Lookup) -> Iterator[Line]:
    yield from ()


FAMILY = Family(name="customers", kinds=(Customer,), attributes={}, amounts=(), lines=_lines)
