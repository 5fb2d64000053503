"""Deals of a CRM as facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tieout.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """A deal in a CRM.

    Attributes:
        amount: None where the CRM has none (not zero).
        stage: the source's own `pipeline/stage` key, mapped to a canonical stage by the table `stage`;
            `-/-` where the deal has neither.
        probability: 0 to 1, six decimals; None lets the canonical stage decide nothing: weighted is then not planned.
        close_date: in the account's own time zone.
        customer: the source's id of the company, None where the deal has none.
        product: the source's product line or pipeline id.
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
