"""A simulated Zuora tenant whose objects are listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.systems.faults import Fault
from tests.support.one_server import OneServer
from tests.support.zuora_tenant import CONNECTION, CUSTOMER, LiveZuora


class ZuoraScene:
    """See `tests.support.listed.scene`."""

    connection = CONNECTION
    down = Fault(kind="answer", status=503)
    throttled = Fault(kind="answer", status=429, headers={"ratelimit-reset": "3"})

    def __init__(self, live: LiveZuora) -> None:
        self.clock, self.plan, self.reader, self.listing = live.clock, live.plan, live.reader, live.listing
        self._ordering, self._billing, self._cash = live.ordering, live.billing, live.cash
        self._made, self._first = 0, ""

    def create(self, entity: str) -> str:
        """Something of each kind that a list has, in turn."""
        self._made += 1
        made = {"billing_document": self._billed, "payment": self._moved, "subscription": self._subscribed}[entity]
        return made(self._made)

    def change(self, _entity: str, record_id: str) -> None:
        """Give it up, as long as that can be done; what others lean on stays."""
        kind, _, name = record_id.partition("-")
        if record_id == self._first:
            return
        try:
            if record_id.startswith("A-S"):
                self._ordering.add(record_id, {"price": "1"})
            elif kind == "payment":
                self._cash.void(name)
            elif kind == "refund":
                self._cash.end_refund(name)
            else:
                self._billing.unpost(kind, name)
                self._billing.cancel(kind, name)
        except ValueError:
            return

    def delete(self, _entity: str, _record_id: str) -> bool:
        """What counts is never deleted."""
        return False

    def purge(self, _entity: str, _record_id: str) -> bool:
        """Nor does it vanish."""
        return False

    def _billed(self, number: int) -> str:
        """An invoice, or a credit memo of the first one."""
        if number > 1 and number % 2:
            memo = self._billing.credit(self._first.partition("-")[2], [{"amount": "1"}])
            return f"credit_memo-{memo['id']}"
        made = f"invoice-{self._billing.bill(CUSTOMER, [{'amount': '10'}])['id']}"
        self._first = self._first or made
        return made

    def _moved(self, number: int) -> str:
        """A payment, or a refund of the first one, which that does not change."""
        if number > 1 and number % 2:
            memo = self._billing.credit(self._billing.bill(CUSTOMER, [{"amount": "10"}])["id"], [{"amount": "5"}])
            return f"refund-{self._cash.refund_memo(memo['id'], '1')['id']}"
        return f"payment-{self._cash.pay(CUSTOMER, '10')['id']}"

    def _subscribed(self, number: int) -> str:
        """A subscription, which goes on."""
        return str(self._ordering.begin(CUSTOMER, [{"price": str(number)}])["name"])


@contextmanager
def open_scene(server: OneServer, url: str) -> Iterator[ZuoraScene]:
    """A new tenant."""
    live = LiveZuora(server, url)
    with live.http:
        yield ZuoraScene(live)
