"""What a certificate is about, and how amounts are written in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tieout.money import Money
from tieout.reconciling.items import NOTHING, Amount, Amounts, Place

Plain = dict[str, Any]
"""A part of a certificate: texts, whole numbers, truth values, lists and objects; an amount is the decimal text of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose period it is, and what amounts of every currency are converted to."""

    legal_entity: str
    period: str
    reporting_currency: str

    def has(self, place: Place) -> bool:
        """Whether an amount counts there."""
        return (place.legal_entity, place.period) == (self.legal_entity, self.period)

    def may_have(self, place: Place) -> bool:
        """Whether an amount is the company's, and nobody knows its period yet."""
        return (place.legal_entity, place.period) == (self.legal_entity, "")

    def said(self, currency: str, amount: Amount) -> Plain:
        """An amount of a transaction, and what it is in the reporting currency."""
        return {
            "currency": currency,
            "transaction": decimal_text(amount.transaction, currency),
            "reporting": decimal_text(amount.reporting, self.reporting_currency),
        }

    def by_currency(self, amounts: Iterable[Amounts]) -> dict[str, Amount]:
        """What amounts come to in the period, currency by currency; one that comes to nothing is among them."""
        sums: dict[str, Amount] = {}
        for some in amounts:
            for place, amount in some.items():
                if self.has(place):
                    sums[place.currency] = sums.get(place.currency, NOTHING).plus(amount)
        return sums


def decimal_text(minor: int, currency: str) -> str:
    """An amount in whole units, exactly, with the currency's own number of decimals."""
    return str(Money(minor, currency).decimal())
