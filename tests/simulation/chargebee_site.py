"""A Chargebee site in memory: what happens on it by chance, told of by its events.

Its resources are those of the sandbox's site. Its chance is its own: what happens, and when, does not depend on the ways it tells
of it, nor on what goes wrong elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from random import Random
from typing import Any

from sandbox.systems.chargebee.billing import Billing
from sandbox.systems.chargebee.cash import Cash
from sandbox.systems.chargebee.settings import SiteSettings
from sandbox.systems.chargebee.site import Site
from sandbox.systems.chargebee.subscribing import Subscribing
from tests.simulation import chargebee_values as values
from tests.simulation.schedule import Schedule

Object = dict[str, Any]
_Act = Callable[[], object]
_PAGE_ROWS, _MOST_LINES = 2, 2
_GOING_ON = ("future", "in_trial", "active", "non_renewing", "paused")


class ChargebeeSite:
    """One site; it costs nothing where nothing happens on it.

    Args:
        deletes: whether anything is ever deleted.
    """

    def __init__(self, random: Random, schedule: Schedule, deletes: bool) -> None:  # noqa: FBT001 one of three
        self._random, self._schedule, self._deletes = random, schedule, deletes
        self._at_rest: set[str] = set()  # subscriptions to which nothing happens any more

    @cached_property
    def site(self) -> Site:
        """What it is kept in, by the clock of the world; invoices and credit notes have the same numbers."""
        settings = SiteSettings(page_rows=_PAGE_ROWS, most_lines=_MOST_LINES, credit_note_prefix="")
        made = Site(settings, self._schedule.now)
        for name, stated in values.COUPONS.items():
            made.make_coupon(name, **stated)
        made.take_untold()
        return made

    @cached_property
    def billing(self) -> Billing:
        """Its invoices and credit notes."""
        return Billing(self.site)

    @cached_property
    def cash(self) -> Cash:
        """Its transactions."""
        return Cash(self.site)

    @cached_property
    def subscribing(self) -> Subscribing:
        """Its subscriptions."""
        return Subscribing(self.site, self.billing)

    def change_something(self) -> list[Object]:
        """One change by chance; its events, in the order in which they happened."""
        acts, weights = zip(*self._acts().items(), strict=True)
        self._random.choices(acts, weights)[0]()
        return self.site.take_untold()

    def is_listed(self, _events: list[Object]) -> bool:
        """Every change: each has a version of its own, and what is deleted is listed too."""
        return True

    def missed(self, _events: list[Object]) -> None:
        """Whatever happens to it later is told, or listed, by itself."""

    def _acts(self) -> Mapping[_Act, int]:
        return {
            self._bill: 16,
            self._finish: 5,
            self._pay: 12,
            self._move_an_invoice: 8,
            self._credit: 8,
            self._move_a_credit: 5,
            self._charge: 8,
            self._settle: 4,
            self._refund: 6,
            self._reverse: 4,
            self._authorize: 2,
            self._subscribe: 14,
            self._change_a_subscription: 30,
            self._delete: 3,
        }

    def _bill(self) -> None:
        lines = [self._line() for _ in range(self._random.choice((1, 1, 2, 5)))]
        price_type = self._random.choice(("tax_exclusive", "tax_inclusive"))
        is_pending = self._random.random() < 0.2
        self.billing.bill(self._customer(), self._currency(), lines, price_type=price_type, pending=is_pending)

    def _finish(self) -> None:
        pending = self._one("invoice", "pending")
        if pending is not None:
            self.billing.close(pending["id"])

    def _pay(self) -> None:
        invoice = self._one("invoice", "payment_due", "not_paid")
        if invoice is not None and invoice["amount_due"] > 0:
            status = self._random.choice(("success", "success", "failure", "in_progress"))
            self.cash.pay(invoice["id"], status=status)

    def _move_an_invoice(self) -> None:
        invoice = self._one("invoice", "payment_due", "not_paid")
        if invoice is not None:
            acts: list[Callable[[str], object]] = [self.billing.void]
            acts += [self.billing.write_off] if invoice["amount_due"] > 0 else []
            acts += [self.billing.give_up] if invoice["status"] == "payment_due" else []
            self._random.choice(acts)(invoice["id"])

    def _credit(self) -> None:
        invoice = self._one("invoice", "paid", "payment_due", "not_paid")
        if invoice is None or self._random.random() < 0.2:
            self.billing.grant(self._customer(), self._currency(), [self._line()])
            return
        lines = [self._line(), self._line()][: self._random.choice((1, 2))]
        self.billing.credit(invoice["id"], lines)

    def _move_a_credit(self) -> None:
        note = self._one("credit_note", "refund_due", "adjusted")
        if note is None:
            return
        if note["amount_available"] > 0 and self._random.random() < 0.5:
            self.cash.pay_credit(note["id"])
        else:
            self.billing.void_credit(note["id"])

    def _charge(self) -> None:
        method, status = self._random.choice(
            (("card", "success"), ("check", "success"), ("direct_debit", "in_progress"))
        )
        customer = self._random.choice(("", self._customer()))
        self.cash.charge(self._amount(), self._currency(), customer, status=status, payment_method=method)

    def _settle(self) -> None:
        payment = self._one("transaction", "in_progress")
        if payment is not None:
            self.cash.settle(payment["id"], succeeds=self._random.random() < 0.6)

    def _refund(self) -> None:
        payment = self._payment()
        if payment is not None:
            self.cash.refund(payment["id"], self._random.choice((1, payment["amount"])))

    def _reverse(self) -> None:
        payment = self._payment()
        if payment is not None and "reversal_transaction_id" not in payment:
            self.cash.reverse(payment["id"], is_late_failure=self._random.random() < 0.5)

    def _authorize(self) -> None:
        blocked = [each for each in self._all("transaction", "success") if each["type"] == "authorization"]
        if blocked:
            self.cash.void(self._random.choice(blocked)["id"])
        else:
            self.cash.authorize(self._amount(), self._currency(), self._customer())

    def _subscribe(self) -> None:
        """Now, after a trial, or from some day on; the first one of a customer is called as the customer is."""
        customer = self._customer()
        known = {each["id"] for each in self.site.store.all("subscription")}
        named: Object = {} if customer in known else {"id": customer}
        unit, count = self._random.choice(values.PERIODS)
        begins: Object = self._random.choice(({}, {}, {"trial_days": 14}, {"starts_in_days": self._days()}))
        period: Object = {"billing_period_unit": unit, "billing_period": count}
        self.subscribing.begin(customer, self._currency(), self._items(), **named, **period, **begins)

    def _change_a_subscription(self) -> None:
        found = [each for each in self._all("subscription", *_GOING_ON, "cancelled") if each["id"] not in self._at_rest]
        if not found:
            return self._subscribe()
        subscription = self._random.choice(found)
        name, status = subscription["id"], subscription["status"]
        acts: list[_Act] = [lambda: self.subscribing.reactivate(name)]
        if status != "cancelled":
            acts = [lambda: self.subscribing.change(name, self._items()), lambda: self._take_off(subscription)]
            acts += [lambda: self.subscribing.cancel(name), *self._acts_in(name, status)]
        self._random.choice(acts)()
        return None

    def _acts_in(self, name: str, status: str) -> list[_Act]:
        """What only happens to a subscription that is in this status."""
        by_status: Mapping[str, list[_Act]] = {
            "future": [lambda: self.subscribing.start(name)],
            "in_trial": [lambda: self.subscribing.activate(name)],
            "active": [
                lambda: self.subscribing.pause(name),
                lambda: self.subscribing.cancel(name, in_days=self._days()),
                lambda: self.subscribing.renew(name),
            ],
            "non_renewing": [lambda: self.subscribing.stay(name), lambda: self.subscribing.pause(name)],
            "paused": [lambda: self.subscribing.resume(name)] * 3,
        }
        return by_status[status]

    def _take_off(self, subscription: Object) -> None:
        """A discount, or a coupon: what that is worth is asked for, and by then nobody knows what the subscription was before."""
        name, draw = subscription["id"], self._random.random()
        if draw < 0.25:
            self.subscribing.redeem(name, self._random.choice(list(values.COUPONS)))
            self._at_rest.add(name)
            return
        duration = self._random.choice(("forever", "forever", "limited_period"))
        stated: Object = {"duration_type": duration, "included_in_mrr": duration == "forever"}
        if draw < 0.5:
            stated |= {"amount": self._random.choice(values.UNIT_PRICES)}
        else:
            stated |= {"percentage": self._random.choice(values.PERCENTAGES)}
        if draw > 0.4:
            stated |= {"item_price_id": self._random.choice(values.PRICES)}
        self.subscribing.take_off(name, **stated)

    def _delete(self) -> None:
        if not self._deletes:
            return
        kind = self._random.choice(("subscription", "invoice", "credit_note", "transaction"))
        found = [each for each in self._all(kind) if self._may_go(each)]
        if found:
            deletes: Mapping[str, Callable[[str], object]] = {
                "subscription": self.subscribing.delete,
                "invoice": self.billing.delete,
                "credit_note": self.billing.delete_credit,
                "transaction": self.cash.delete,
            }
            deletes[kind](self._random.choice(found)["id"])

    def _may_go(self, found: Object) -> bool:
        if found["object"] == "transaction":
            return bool(found["payment_method"] == "check")
        return found["status"] != "voided" and found["id"] not in self._at_rest

    def _items(self) -> list[Object]:
        """One or two, each of a price of its own: of a metered one nothing is agreed, and a charge is made once."""
        found: list[Object] = []
        for name in self._random.sample(values.PRICES, self._random.choice((1, 1, 2))):
            quantity, free = self._random.choice(values.QUANTITIES)
            item: Object = {"item_price_id": name, "unit_price": self._random.choice(values.UNIT_PRICES)}
            item |= {"quantity": quantity, "free_quantity": free}
            item |= self._random.choice(({}, {}, {}, {}, {"metered_quantity": "7"}, {"item_type": "charge"}))
            found.append(item | {"item_type": item.get("item_type", "addon" if found else "plan")})
        return found

    def _line(self) -> Object:
        amount, discount, tax = self._random.choice(values.LINES)
        price = self._random.choice((*values.PRICES, None))
        return {"amount": amount, "discount": discount, "tax": tax} | ({"entity_id": price} if price else {})

    def _payment(self) -> Object | None:
        found = [each for each in self._all("transaction", "success") if each["type"] == "payment"]
        return self._random.choice(found) if found else None

    def _currency(self) -> str:
        """Any there is, as long as planning has a rate of it."""
        is_rated = self._schedule.now().date() < values.RATED_UNTIL
        return self._random.choice(values.CURRENCIES if is_rated else ("USD",))

    def _customer(self) -> str:
        return self._random.choice(values.CUSTOMERS)

    def _amount(self) -> int:
        return self._random.choice(values.AMOUNTS)

    def _days(self) -> int:
        return self._random.choice(values.DAYS_AHEAD)

    def _one(self, kind: str, *statuses: str) -> Object | None:
        found = self._all(kind, *statuses)
        return self._random.choice(found) if found else None

    def _all(self, kind: str, *statuses: str) -> list[Object]:
        """Those there are of a kind that are in one of some statuses, or in any."""
        rows = [each for each in self.site.store.all(kind) if not each["deleted"]]
        return [each for each in rows if not statuses or each["status"] in statuses]
