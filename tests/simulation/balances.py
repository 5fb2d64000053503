"""Recurring revenue is a balance: the movements that must be planned add up to what recurs, at the end of every period."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.simulation.billing_systems import BILLING
from tests.simulation.companies import COMPANY_OF
from tests.simulation.oracle import Expected
from tests.simulation.oracle_of_billing import NOTHING, Books, Subscribed
from tests.simulation.oracle_of_values import last_days

if TYPE_CHECKING:
    from tests.simulation.world import World

_CUBE, _MEASURES = "Recurring revenue", ("Monthly", "Annual")
_Place = tuple[str, str, str, str]  # measure, customer, product line, currency
_Sums = dict[_Place, Decimal]


def balance_violations(world: World, truth: Expected) -> Iterator[str]:
    """Where the movements up to the end of a period do not add up to what recurs on its last day."""
    for name, system in BILLING.items():
        if not world.billing[name].is_part:
            continue
        subscribed = [
            each
            for each in system.subscribed(world.billing[name].site)
            if (name, "subscription", each.record_id) not in truth.waiting
        ]
        books = Books(name, world.mappings)
        moved: _Sums = {}
        for period, last_day in last_days(COMPANY_OF[name]).items():
            moved = _sum(moved, _moved_in(period, COMPANY_OF[name], truth))
            balance = _balance(subscribed, last_day, books)
            for at in moved.keys() | balance.keys():
                if moved.get(at, 0) != balance.get(at, 0):
                    yield f"movements until {period} come to {moved.get(at)} at {at}, {balance.get(at)} recurs"


def _moved_in(period: str, company: str, truth: Expected) -> _Sums:
    """What moves in a period, whatever the movement is called."""
    sums: _Sums = {}
    for (cube, measure, members), amount in truth.cells.items():
        of = dict(members)
        if cube == _CUBE and measure in _MEASURES and (of["Legal entity"], of["Time"]) == (company, period):
            place = (measure, of["Customer"], of["Product line"], of["Currency"])
            sums[place] = sums.get(place, Decimal(0)) + amount
    return sums


def _balance(subscribed: list[Subscribed], day: str, books: Books) -> _Sums:
    """What recurs on a day."""
    sums: _Sums = {}
    for each in subscribed:
        for product, amounts in each.recurring_on(day).items():
            if amounts == NOTHING:
                continue
            of = books.of(each, product)
            for measure, amount in zip(_MEASURES, amounts, strict=True):
                place = (measure, of["Customer"], of["Product line"], each.currency)
                sums[place] = sums.get(place, Decimal(0)) + amount
    return sums


def _sum(first: _Sums, second: _Sums) -> _Sums:
    return {at: first.get(at, Decimal(0)) + second.get(at, Decimal(0)) for at in first.keys() | second.keys()}
