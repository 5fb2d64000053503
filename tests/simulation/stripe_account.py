"""A Stripe account in memory: what happens in it by chance, told of by its events.

Its objects are those of the sandbox's account. Its chance is its own: what happens, and when, does not depend on the ways it tells
of it, nor on what goes wrong elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from random import Random
from typing import Any

from sandbox.systems.stripe.account import Account
from sandbox.systems.stripe.billing import Billing
from sandbox.systems.stripe.cash import Cash
from sandbox.systems.stripe.settings import AccountSettings
from sandbox.systems.stripe.subscribing import Subscribing
from tests.simulation import stripe_values as values
from tests.simulation.schedule import Schedule

Object = dict[str, Any]
_Act = Callable[[], object]
_PAGE_ROWS, _EMBEDDED = 3, 2
_GOING_ON = frozenset({"trialing", "active", "past_due"})


class StripeAccount:
    """One account; it costs nothing where nothing happens in it.

    Args:
        deletes: whether anything is ever deleted.
    """

    def __init__(self, random: Random, schedule: Schedule, deletes: bool) -> None:  # noqa: FBT001 one of three
        self._random, self._schedule, self._deletes = random, schedule, deletes
        self._touched: dict[str, int] = {}

    @cached_property
    def account(self) -> Account:
        """What it is kept in, by the clock of the world."""
        settings = AccountSettings(page_rows=_PAGE_ROWS, embedded_lines=_EMBEDDED)
        return Account(settings, self._schedule.now)

    @cached_property
    def billing(self) -> Billing:
        """Its invoices and credit notes."""
        return Billing(self.account)

    @cached_property
    def cash(self) -> Cash:
        """What moves its balance."""
        return Cash(self.account)

    @cached_property
    def subscribing(self) -> Subscribing:
        """Its subscriptions."""
        return Subscribing(self.account, self.billing)

    def change_something(self) -> list[Object]:
        """One change by chance; its events, in the order in which they happened."""
        acts, weights = zip(*self._acts().items(), strict=True)
        self._random.choices(acts, weights)[0]()
        return self.account.take_untold()

    def is_listed(self, events: list[Object]) -> bool:
        """Whether lists show what happened: none tells two changes of one second apart, but of subscriptions, by their events."""
        about = [each["data"]["object"] for each in events]
        listed = all(
            each["object"] == "subscription" or self._touched.get(each["id"], 0) < self.account.store.second()
            for each in about
        )
        self._touched |= {each["id"]: self.account.store.second() for each in about}
        return listed

    def missed(self, _events: list[Object]) -> None:
        """Whatever happens to it later is told, or listed, by itself."""

    def _acts(self) -> Mapping[_Act, int]:
        return {
            self._bill: 18,
            self._draft: 6,
            self._finish: 6,
            self._move_an_invoice: 12,
            self._credit: 8,
            self._void_a_credit: 2,
            self._charge: 14,
            self._settle: 6,
            self._bounce: 4,
            self._refund: 8,
            self._fail_a_refund: 3,
            self._dispute: 5,
            self._close_a_dispute: 5,
            self._pay_out: 5,
            self._move_a_payout: 4,
            self._subscribe: 12,
            self._change_a_subscription: 24,
        }

    def _bill(self) -> None:
        lines = [self._line() for _ in range(self._random.choice((1, 1, 2, 7)))]
        self.billing.bill(self._random.choice(values.CUSTOMERS) or "", self._currency(), lines)

    def _draft(self) -> None:
        self.billing.draft(self._random.choice(values.CUSTOMERS) or "", self._currency(), [self._line()])

    def _finish(self) -> None:
        """A draft is edited, billed, or thrown away."""
        draft = self._one("invoice", "draft")
        if draft is None:
            return self._draft()
        act = self._random.choice(("edit", "finalise", "finalise", "delete"))
        if act == "edit":
            self.billing.edit(draft["id"], [self._line()])
        elif act == "delete" and self._deletes:
            self.billing.delete(draft["id"])
        else:
            self.billing.finalise(draft["id"])
        return None

    def _move_an_invoice(self) -> None:
        invoice = self._one("invoice", "open", "uncollectible")
        if invoice is not None:
            acts = [self.billing.pay, self.billing.void]
            acts += [self.billing.write_off] if invoice["status"] == "open" else []
            self._random.choice(acts)(invoice["id"])

    def _credit(self) -> None:
        invoice = self._one("invoice", "open", "paid", "uncollectible")
        if invoice is not None:
            lines = [self._line(), self._line()][: self._random.choice((1, 2))]
            named = self._random.choice([None, *invoice["lines"]])
            if named is not None:
                lines[0]["invoice_line_item"] = named["id"]
            self.billing.credit(invoice["id"], lines)

    def _void_a_credit(self) -> None:
        note = self._one("credit_note", "issued")
        if note is not None:
            self.billing.void_credit(note["id"])

    def _charge(self) -> None:
        """Perhaps in another currency than that of the balance."""
        currency = self._currency()
        stated: Object = {"status": self._random.choice(("succeeded", "succeeded", "pending", "failed"))}
        if self._random.random() < 0.3:
            stated |= {"settled_currency": "usd", "settled_amount": self._random.choice((1_000, 7, 54_321))}
        customer = self._random.choice(values.CUSTOMERS)
        self.cash.charge(1 + self._random.choice(values.AMOUNTS), currency, customer=customer, **stated)

    def _settle(self) -> None:
        charge = self._one("charge", "pending")
        if charge is not None:
            self.cash.settle(charge["id"], succeeds=self._random.random() < 0.6)

    def _bounce(self) -> None:
        charge = self._one("charge", "succeeded")
        if charge is not None:
            self.cash.bounce(charge["id"])

    def _refund(self) -> None:
        charge = self._one("charge", "succeeded")
        if charge is not None:
            self.cash.refund(charge["id"], self._random.choice((1, charge["amount"])))

    def _fail_a_refund(self) -> None:
        refund = self._one("refund", "succeeded")
        if refund is not None:
            self.cash.fail_refund(refund["id"])

    def _dispute(self) -> None:
        charge = self._one("charge", "succeeded")
        if charge is not None:
            self.cash.dispute(charge["id"], is_inquiry=self._random.random() < 0.3)

    def _close_a_dispute(self) -> None:
        dispute = self._one("dispute", "needs_response", "warning_needs_response")
        if dispute is not None:
            self.cash.close_dispute(dispute["id"], won=self._random.random() < 0.5)

    def _pay_out(self) -> None:
        fee = self._random.choice((0, 0, 15))
        self.cash.pay_out(self._random.choice((20, 5_000)), self._currency(), fee)

    def _move_a_payout(self) -> None:
        payout = self._one("payout", "pending", "paid")
        if payout is not None:
            is_sent_back = payout["status"] == "paid" or self._random.random() < 0.5
            (self.cash.fail_payout if is_sent_back else self.cash.arrive)(payout["id"])

    def _subscribe(self) -> None:
        customer, days = self._random.choice(values.CUSTOMERS) or "", self._random.choice((0, 0, 14))
        self.subscribing.begin(customer, self._currency(), self._items(), trial_days=days)

    def _change_a_subscription(self) -> None:
        subscription = self._one("subscription", *_GOING_ON)
        if subscription is None:
            return self._subscribe()
        act = self._random.choice(("change", "change", "change", "pause", "resume", "end", "cancel", "stay", "due"))
        name = subscription["id"]
        if act == "change":
            self.subscribing.change(name, self._items())
        elif act == "pause":
            self.subscribing.pause(name, self._random.choice(("void", "keep_as_draft")))
        elif act == "end":
            end = self.account.store.second() + self._random.choice(values.SECONDS_TO_AN_END)
            self.account.change(subscription, "customer.subscription.updated", cancel_at=end)
        elif act == "due" and subscription["status"] == "active":
            self.subscribing.fall_due(name)
        else:
            {"cancel": self.subscribing.cancel, "stay": self.subscribing.stay}.get(act, self.subscribing.resume)(name)
        return None

    def _items(self) -> list[Object]:
        """None, one or two, of the same product perhaps."""
        found = []
        for _ in range(self._random.choice((1, 1, 2))):
            interval, count = self._random.choice(values.INTERVALS)
            found.append(
                {
                    "product": self._random.choice(values.PRODUCTS),
                    "unit_amount": self._random.choice(values.PRICES),
                    "interval": interval,
                    "interval_count": count,
                    "quantity": self._random.choice(values.QUANTITIES),
                    "usage_type": self._random.choice(("licensed", "licensed", "licensed", "metered")),
                }
            )
        return found

    def _line(self) -> Object:
        amount, discount, included, added = self._random.choice(values.LINES)
        product = self._random.choice(values.PRODUCTS)
        return {"amount": amount, "discount": discount, "included_tax": included, "tax": added, "product": product}

    def _currency(self) -> str:
        """Any there is, as long as planning has a rate of it."""
        is_rated = self._schedule.now().date() < values.RATED_UNTIL
        return self._random.choice(values.CURRENCIES if is_rated else values.CURRENCIES[:1])

    def _one(self, kind: str, *statuses: str) -> Object | None:
        found = [each for each in self.account.store.all(kind) if each["status"] in statuses]
        return self._random.choice(found) if found else None
