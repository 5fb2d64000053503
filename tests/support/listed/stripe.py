"""A simulated Stripe account whose objects are listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.systems.faults import Fault
from tests.support.one_server import OneServer
from tests.support.stripe_account import CONNECTION, CUSTOMER, LiveStripe


class StripeScene:
    """See `tests.support.listed.scene`."""

    connection = CONNECTION
    down = Fault(kind="answer", status=503)
    throttled = Fault(kind="answer", status=429, headers={"stripe-rate-limited-reason": "global-rate"})

    def __init__(self, live: LiveStripe) -> None:
        self.clock, self.plan, self._billing, self._cash = live.clock, live.plan, live.billing, live.cash
        self._subscribing, self._masters = live.subscribing, live.masters
        self.reader, self.listing = live.reader, live.listing
        self._made, self._first = 0, ""

    def create(self, entity: str) -> str:
        """Something of each kind that a list has, in turn."""
        self._made += 1
        made = {
            "billing_document": self._billed,
            "payment": self._moved,
            "subscription": self._subscribed,
            "product": self._kept,
        }[entity]
        return made(self._made)

    def change(self, _entity: str, record_id: str) -> None:
        """Take it back, as long as that can be done: nothing is ever given another amount. What others lean on stays."""
        if record_id == self._first:
            return
        taking_back = {
            "in": self._billing.void,
            "cn": self._billing.void_credit,
            "ch": self._cash.bounce,
            "re": self._cash.fail_refund,
            "po": self._cash.fail_payout,
            "sub": self._subscribing.cancel,
            "prod": self._masters.change,
        }
        try:
            taking_back[record_id.partition("_")[0]](record_id)
        except ValueError:
            return

    def delete(self, _entity: str, _record_id: str) -> bool:
        """What counts is never deleted."""
        return False

    def purge(self, _entity: str, _record_id: str) -> bool:
        """Nor does it vanish."""
        return False

    def _billed(self, number: int) -> str:
        """An invoice, or a credit note of the first one."""
        if number == 1:
            self._first = str(self._billing.bill(CUSTOMER, "eur", [{"amount": 5_000}])["id"])
            return self._first
        if number % 2:
            return str(self._billing.credit(self._first, [{"amount": 100}])["id"])
        return str(self._billing.bill(CUSTOMER, "eur", [{"amount": 1_000}])["id"])

    def _moved(self, number: int) -> str:
        """A charge, a refund of the first one, or a payout."""
        if number == 1:
            self._first = str(self._cash.charge(5_000_000, "eur", customer=CUSTOMER)["id"])
            return self._first
        if number % 3 == 0:
            return str(self._cash.refund(self._first, 10)["id"])
        return str((self._cash.pay_out if number % 3 == 1 else self._cash.charge)(1_000, "eur")["id"])

    def _kept(self, number: int) -> str:
        """A product of the catalogue."""
        return str(self._masters.keep_product(f"Suite {number}")["id"])

    def _subscribed(self, number: int) -> str:
        """A subscription, which goes on."""
        items = [{"unit_amount": 1_000 + number, "product": "prod_1"}]
        return str(self._subscribing.begin(CUSTOMER, "eur", items)["id"])


@contextmanager
def open_scene(server: OneServer, url: str) -> Iterator[StripeScene]:
    """A new account."""
    live = LiveStripe(server, url)
    with live.http:
        yield StripeScene(live)
