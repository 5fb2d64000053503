"""The sales orders of an S/4HANA tenant in memory: they are taken, edited, rejected, delivered and deleted by chance."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.simulation import sap_values as values
from tests.simulation.sap_records import ORDER, Change, Order
from tests.simulation.sap_values import Company
from tests.simulation.sap_writing import Numbering, currency_of, items_of
from tests.simulation.schedule import Schedule


class Orders:
    """The orders of one tenant, those that were deleted too. Every change returns what would be told of it."""

    def __init__(self, random: Random, schedule: Schedule, numbers: Numbering) -> None:
        self._random, self._schedule, self._numbers = random, schedule, numbers
        self._orders: list[Order] = []

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders)

    def take(self, company: Company) -> list[Change]:
        """A customer orders."""
        currency = currency_of(self._random, company)
        order = Order(
            number=self._numbers.next("orders"),
            company=company,
            customer=self._numbers.filled(self._random.choice(values.CUSTOMERS)),
            day=self._random.choice(values.DAYS),
            currency=currency,
            items=items_of(self._random, currency),
            created=self._schedule.now(),
        )
        self._orders.append(order)
        return [self._change("Created", order)]

    def edit(self, company: Company) -> list[Change]:
        """A customer orders something else."""
        order = self._one_that_goes_on()
        if order is None:
            return self.take(company)
        order.items, order.day = items_of(self._random, order.currency), self._random.choice(values.DAYS)
        return [self._change(self._random.choice(("Changed", "ItemChanged")), order)]

    def reject(self, company: Company) -> list[Change]:
        """One item, or all of them: nobody will deliver them."""
        order = self._one_that_goes_on()
        if order is None:
            return self.take(company)
        rejected = order.items if self._random.random() < 0.2 else order.items[:1]
        order.items = tuple(each._replace(reason="50") if each in rejected else each for each in order.items)
        return [self._change("ItmRjcnStsChgd", order)]

    def deliver(self, company: Company) -> list[Change]:
        """In part, or all of it."""
        order = self._one_that_goes_on()
        if order is None:
            return self.take(company)
        order.status = "C" if order.status == "B" or self._random.random() < 0.7 else "B"
        return [self._change("OvrlSDProcStsChgd", order)]

    def delete(self, company: Company) -> list[Change]:
        """Never the first one: a tenant that shows no order at all looks like one that hides them."""
        found = [each for each in self._orders[1:] if not each.is_deleted]
        if not found:
            return self.take(company)
        order = self._random.choice(found)
        order.before, order.is_deleted = order.row(), True
        return [self._change("Deleted", order)]

    def _one_that_goes_on(self) -> Order | None:
        """An order that is about to change, and is remembered as it is."""
        found = [each for each in self._orders if not (each.is_deleted or each.is_rejected or each.status == "C")]
        if not found:
            return None
        order = self._random.choice(found)
        order.before, order.changed = order.row(), self._schedule.now()
        return order

    def _change(self, happening: str, order: Order) -> Change:
        return Change(ORDER, happening, order, self._schedule.now())
