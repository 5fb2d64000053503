"""What subscriptions, invoices and payments put into cells, whichever system they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.simulation.companies import COMPANY_OF
from tests.simulation.oracle_of_values import Cells, Mappings, at, in_dollars, mapped, period_of

_ZONE = ZoneInfo("Europe/Berlin")
_DECIMALS = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
NOTHING = (Decimal(0), Decimal(0))

Recurring = Mapping[str | None, tuple[Decimal, Decimal]]  # by product what recurs in a month and in a year
Stated = tuple[Decimal, str, str]  # an amount, its currency, and the day on which it counts


class Subscribed(NamedTuple):
    """A subscription, by what it has been.

    Attributes:
        days: those on which anything of it may change.
        recurring_on: what recurs of it on a day.
    """

    record_id: str
    customer: str | None
    currency: str
    days: Iterable[str]
    recurring_on: Callable[[str], Recurring]


class Books(NamedTuple):
    """Whose cells they are: a connection's, by the mapping entries of the moment."""

    connection: str
    mappings: Mappings

    def billed(self, customer: str | None, product: str | None, stated: Stated) -> Cells:
        """A line that was billed or credited, net."""
        if not stated[0]:
            return
        members = {"Customer": self._customer(customer), "Product line": self._product(product)}
        yield from self._cells(("Billings", "Billed", "Actual"), members, stated)

    def collected(self, account: str, customer: str | None, stated: Stated) -> Cells:
        """Cash, by the account that it came to."""
        if not stated[0]:
            return
        members = {"Account": mapped(self.mappings, self.connection, "account", account)}
        members["Customer"] = self._customer(customer)
        yield from self._cells(("Cash", "Collected", "Actual"), members, stated)

    def spent(self, account: str, stated: Stated) -> Cells:
        """What somebody has kept for itself."""
        if not stated[0]:
            return
        members = {
            "Account": mapped(self.mappings, self.connection, "account", account),
            "Cost centre": "NO_COST_CENTRE",
            "Supplier": "NO_SUPPLIER",
            "Partner": "NO_PARTNER",
        }
        yield from self._cells(("Operating expenses", "Expense", "Actual"), members, stated)

    def moved(self, subscribed: Subscribed) -> Cells:
        """What moved of what recurs by a subscription: from each day on that on which anything may change to the next of them.

        In dollars it is what the balances come to by the rate of the month in which it first recurred.
        """
        before: Recurring = {}
        began = ""
        for day in sorted(set(subscribed.days)):
            after = subscribed.recurring_on(day)
            began = began or (day if any(each != NOTHING for each in after.values()) else "")
            for product in sorted(before.keys() | after.keys(), key=str):
                old, new = before.get(product, NOTHING), after.get(product, NOTHING)
                moves = {"Monthly": new[0] - old[0], "Annual": new[1] - old[1]}
                movement = "expansion" if (moves["Annual"] or moves["Monthly"]) > 0 else "contraction"
                movement = "new" if not before else "churn" if not after else movement
                for place, (name, amount) in enumerate(moves.items()):
                    if not amount:
                        continue
                    members = {**self.of(subscribed, product), "Movement": movement}
                    members = self._members(members, "Actual", subscribed.currency, day)
                    yield at("Recurring revenue", name, members), amount
                    dollars = [self._dollars(each[place], subscribed.currency, began) for each in (old, new)]
                    yield at("Recurring revenue", f"{name} USD", members), dollars[1] - dollars[0]
            before = after

    def of(self, subscribed: Subscribed, product: str | None) -> dict[str, str]:
        """Where what recurs of a product by a subscription stands."""
        return {"Customer": self._customer(subscribed.customer), "Product line": self._product(product)}

    def _cells(self, place: tuple[str, str, str], members: Mapping[str, str], stated: Stated) -> Cells:
        (cube, name, version), (amount, currency, day) = place, stated
        named = self._members(members, version, currency, day)
        yield at(cube, name, named), amount
        yield at(cube, f"{name} USD", named), self._dollars(amount, currency, day)

    def _members(self, members: Mapping[str, str], version: str, currency: str, day: str) -> dict[str, str]:
        company = COMPANY_OF[self.connection]
        period = period_of(company, day)
        return {**members, "Legal entity": company, "Currency": currency, "Time": period, "Version": version}

    def _dollars(self, amount: Decimal, currency: str, day: str) -> Decimal:
        return in_dollars(amount, currency, period_of(COMPANY_OF[self.connection], day), self.mappings)

    def _customer(self, customer: str | None) -> str:
        return mapped(self.mappings, self.connection, "customer", customer) if customer else "NO_CUSTOMER"

    def _product(self, product: str | None) -> str:
        return mapped(self.mappings, self.connection, "product", product) if product else "NO_PRODUCT"


def money(units: Decimal | int, currency: str) -> tuple[Decimal, str]:
    """Minor units as an amount of a currency, whichever case that is written in."""
    code = currency.upper()
    return Decimal(units).scaleb(-_DECIMALS[code]), code


def day_of(second: int) -> str:
    """The day on which a second is in Berlin."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).astimezone(_ZONE).date().isoformat()
