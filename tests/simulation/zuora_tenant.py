"""A Zuora tenant in memory: what happens in it by chance, told of by its callouts.

Its objects are those of the sandbox's tenant. Its chance is its own: what happens, and when, does not depend on the ways it tells
of it, nor on what goes wrong elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from random import Random
from typing import Any

from sandbox.systems.zuora.billing import Billing
from sandbox.systems.zuora.cash import Cash
from sandbox.systems.zuora.ordering import Ordering, later
from sandbox.systems.zuora.settings import TenantSettings
from sandbox.systems.zuora.tenant import Tenant
from tests.simulation import zuora_values as values
from tests.simulation.schedule import Schedule
from tests.simulation.senders import Event

ZONE = "Europe/Berlin"
_Act = Callable[[], object]
_Object = dict[str, Any]
_PAGE_ROWS = 2
_MEMOS = ("credit_memo", "debit_memo")


class ZuoraTenant:
    """One tenant; it costs nothing where nothing happens in it.

    Args:
        deletes: whether anything is ever deleted.
    """

    def __init__(self, random: Random, schedule: Schedule, deletes: bool) -> None:  # noqa: FBT001 one of three
        self._random, self._schedule, self._deletes = random, schedule, deletes
        self._touched: dict[str, str] = {}

    @cached_property
    def tenant(self) -> Tenant:
        """What it is kept in, by the clock of the world."""
        tenant = Tenant(TenantSettings(time_zone=ZONE, page_rows=_PAGE_ROWS), self._schedule.now)
        for account, currency in values.ACCOUNTS.items():
            tenant.open_account(f"customer in {currency}", currency, id=account)
        return tenant

    @cached_property
    def ordering(self) -> Ordering:
        """Its subscriptions."""
        return Ordering(self.tenant)

    @cached_property
    def billing(self) -> Billing:
        """Its invoices and memos."""
        return Billing(self.tenant)

    @cached_property
    def cash(self) -> Cash:
        """Its payments and refunds."""
        return Cash(self.tenant)

    def change_something(self) -> list[Event]:
        """One change by chance; its events, in the order in which they happened."""
        acts, weights = zip(*self._acts().items(), strict=True)
        self._random.choices(acts, weights)[0]()
        return self.tenant.take_untold()

    def is_listed(self, events: list[Event]) -> bool:
        """Whether lists show what happened: none tells two changes of one second apart."""
        moment = self.tenant.store.moment()
        about = {_record(each["about"]) for each in events}
        listed = all(self._touched.get(each) != moment for each in about)
        self._touched |= dict.fromkeys(about, moment)
        return listed

    def missed(self, events: list[Event]) -> None:
        """Nothing has to be noted of what nobody is told of: lists show it."""

    def standing(self, kind: str) -> list[_Object]:
        """Every object of a kind that was not deleted, in the order in which they were made."""
        return [each for each in self.tenant.store.all(kind) if not each["deleted"]]

    def _acts(self) -> Mapping[_Act, int]:
        return {
            self._bill: 16,
            self._draft: 6,
            self._finish: 10,
            self._take_back: 8,
            self._credit_or_debit: 10,
            self._move_a_memo: 6,
            self._pay: 12,
            self._settle: 4,
            self._void: 4,
            self._apply: 6,
            self._refund: 8,
            self._end_a_refund: 4,
            self._subscribe: 14,
            self._order: 40,
        }

    def _bill(self) -> None:
        self.billing.bill(self._account(), self._items(self._random.choice((1, 1, 2, 4))), self._day())

    def _draft(self) -> None:
        self.billing.draft(self._account(), self._items(1))
        self.tenant.untold.clear()

    def _finish(self) -> None:
        """A draft is edited, posted, given up or thrown away."""
        draft = self._one("invoice", "Draft")
        if draft is None:
            return self._draft()
        act = self._random.choice(("edit", "post", "post", "cancel", "delete"))
        if act == "edit":
            self.billing.edit(draft["id"], self._items(2))
        elif act == "cancel":
            self.billing.cancel("invoice", draft["id"])
        elif act == "delete" and self._deletes:
            self.billing.delete("invoice", draft["id"])
        else:
            self.billing.post("invoice", draft["id"])
        return None

    def _take_back(self) -> None:
        invoice = self._one("invoice", "Posted")
        if invoice is not None and self._random.random() < 0.5:
            self.billing.reverse(invoice["id"])
        elif invoice is not None:
            self.billing.unpost("invoice", invoice["id"])

    def _credit_or_debit(self) -> None:
        invoice = self._one("invoice", "Posted", "Reversed")
        if invoice is not None:
            act = self._random.choice((self.billing.credit, self.billing.credit, self.billing.debit))
            items = [{**each, "inclusive": self._random.random() < 0.5} for each in self._items(2)]
            act(invoice["id"], items, posted=self._random.random() < 0.8)

    def _move_a_memo(self) -> None:
        """It is posted or given up, or is a draft again."""
        kind = self._random.choice(_MEMOS)
        memo = self._one(kind, "Draft", "Posted")
        if memo is not None and memo["status"] == "Posted":
            self.billing.unpost(kind, memo["id"])
        elif memo is not None:
            self._random.choice((self.billing.post, self.billing.cancel))(kind, memo["id"])

    def _pay(self) -> None:
        status = self._random.choice(("Processed", "Processed", "Processing"))
        self.cash.pay(self._account(), self._random.choice(values.AMOUNTS), self._day(), status=status)

    def _settle(self) -> None:
        payment = self._one("payment", "Processing")
        if payment is not None:
            self.cash.settle(payment["id"], succeeds=self._random.random() < 0.6)

    def _void(self) -> None:
        payment = self._one("payment", "Processed")
        if payment is not None:
            self.cash.void(payment["id"])

    def _apply(self) -> None:
        payment, invoice = self._one("payment", "Processed"), self._one("invoice", "Posted")
        if payment is not None and invoice is not None:
            self.cash.apply(payment["id"], self._random.choice(("1", "-1", payment["amount"])), invoice=invoice["id"])

    def _refund(self) -> None:
        payment, memo = self._one("payment", "Processed"), self._one("credit_memo", "Posted")
        if memo is not None and self._random.random() < 0.3:
            self.cash.refund_memo(memo["id"], "2.5", self._day())
        elif payment is not None:
            self.cash.refund(payment["id"], self._random.choice(("1", payment["amount"])), self._day())

    def _end_a_refund(self) -> None:
        refund = self._one("refund", "Processed")
        if refund is not None:
            self.cash.end_refund(refund["id"], failed=self._random.random() < 0.5)

    def _subscribe(self) -> None:
        """Evergreen or termed, renewed by itself or not, in force at once or later."""
        charges = [self._charge() for _ in range(self._random.choice((1, 1, 2)))]
        if self._random.random() < 0.3:
            charges.append({"discount_percentage": self._random.choice(values.PERCENTAGES)})
        term, renews = self._random.choice(((12, True), (12, True), (None, True), (1, False)))
        start = self._day()
        if term == 1 and values.planned_day(self.tenant.store.today(), 62) < later(start, 1):
            term, renews = 12, True
        activated = self._random.random() < 0.85
        self.ordering.begin(self._account(), charges, start, term_months=term, autoRenew=renews, activated=activated)

    def _order(self) -> None:
        version = self._last_one()
        if version is None:
            return self._subscribe()
        act = self._random.choice(("add", "change", "change", "remove", "remove", "cancel", "suspend", "renew", "undo"))
        name, status = version["name"], version["status"]
        if act == "undo" or status == "Cancelled":
            self._undo(version)
        elif status == "Pending Activation":
            self.ordering.activate(name, self._day())
        elif status == "Suspended":
            self.ordering.resume(name, max(self._day(), _last_end(version)))
        elif act in {"change", "remove"}:
            self._change(version, act)
        elif act == "renew":
            self._renew(version)
        else:
            self._add_or_end(name, act)
        return None

    def _add_or_end(self, name: str, act: str) -> None:
        if act == "add":
            self.ordering.add(name, self._charge(), self._day())
        else:
            (self.ordering.cancel if act == "cancel" else self.ordering.suspend)(name, self._day())

    def _change(self, version: _Object, act: str) -> None:
        """Of one charge that goes on: more or less of it, another price, or none any more."""
        going_on = [
            each[-1]
            for each in _charges(version)
            if each[-1]["chargeType"] == "Recurring" and each[-1]["effectiveEndDate"] == version["termEndDate"]
        ]
        if not going_on:
            return
        charge = self._random.choice(going_on)
        first = min(each["effectiveStartDate"] for of in _charges(version) for each in of if of[-1] is charge)
        day, number = max(self._day(), first), charge["chargeNumber"]
        if act == "remove":
            self.ordering.remove(version["name"], number, day)
        elif charge["ratePlanChargeTiers"][0]["price"] is not None:
            changes: _Object = {"price": self._random.choice(values.PRICES)}
            changes |= {} if charge["quantity"] is None else {"quantity": self._random.choice((1, 5))}
            self.ordering.change(version["name"], number, day, **changes)

    def _renew(self, version: _Object) -> None:
        """As far as planning knows the months; what is renewed by itself is for ever."""
        end = version["termEndDate"]
        if end is not None and (version["autoRenew"] or later(end, version["renewalTerm"]) <= "2026-05-31"):
            self.ordering.renew(version["name"])

    def _undo(self, version: _Object) -> None:
        if self._deletes:
            self.ordering.undo(version["name"])

    def _charge(self) -> _Object:
        return {
            "product": self._random.choice(values.PRODUCTS),
            "price": self._random.choice(values.PRICES),
            "period": self._random.choice(values.PERIODS),
            "quantity": self._random.choice(values.QUANTITIES),
            "type": self._random.choice(values.TYPES),
        }

    def _items(self, count: int) -> list[_Object]:
        found = []
        for _ in range(count):
            amount, tax, discount = self._random.choice(values.ITEMS)
            product = self._random.choice(values.PRODUCTS)
            off = {} if discount == "0" else {"discount": discount}
            found.append({"amount": amount, "tax": tax, "product": product, **off})
        return found

    def _account(self) -> str:
        """Any there is, as long as planning has a rate of its currency."""
        is_rated = self.tenant.store.today() < values.RATED_UNTIL
        return self._random.choice(
            [each for each, currency in values.ACCOUNTS.items() if is_rated or currency == "USD"]
        )

    def _day(self) -> str:
        return values.planned_day(self.tenant.store.today(), self._random.choice(values.DAYS_AHEAD))

    def _one(self, kind: str, *statuses: str) -> _Object | None:
        found = [each for each in self.standing(kind) if each["status"] in statuses]
        return self._random.choice(found) if found else None

    def _last_one(self) -> _Object | None:
        found = [each for each in self.standing("subscription") if each["isLatestVersion"]]
        return self._random.choice(found) if found else None


def _charges(version: Mapping[str, Any]) -> list[list[_Object]]:
    """The segments of each charge."""
    found: dict[str, list[_Object]] = {}
    for plan in version["ratePlans"]:
        for each in plan["ratePlanCharges"]:
            found.setdefault(each["chargeNumber"], []).append(each)
    return list(found.values())


def _last_end(version: Mapping[str, Any]) -> str:
    """The day on which the last of what was in force ended; nothing is resumed before it was suspended."""
    return max(each[-1]["effectiveEndDate"] or "" for each in _charges(version) or [[{"effectiveEndDate": ""}]])


def _record(about: Mapping[str, Any]) -> str:
    """What a list knows an object by: all versions of a subscription are one."""
    return str(about["name"] if about["kind"] == "subscription" else about["id"])
