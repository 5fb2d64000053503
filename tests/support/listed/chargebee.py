"""A simulated Chargebee site whose resources are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from sandbox.systems.faults import Fault
from tests.support.chargebee_site import A_PLAN, CONNECTION, CUSTOMER, LiveChargebee
from tests.support.one_server import OneServer


class ChargebeeScene:
    """See `tests.support.listed.scene`."""

    connection = CONNECTION
    down = Fault(kind="answer", status=503)
    throttled = Fault(
        kind="answer", status=429, headers={"retry-after": "60"}, body={"api_error_code": "api_request_limit_exceeded"}
    )

    def __init__(self, live: LiveChargebee) -> None:
        self.clock, self.plan, self._billing, self._cash = live.clock, live.plan, live.billing, live.cash
        self._subscribing, self._site = live.subscribing, live.app.state.site
        self.reader, self.listing = live.reader, live.listing
        self._made = 0

    def create(self, entity: str) -> str:
        """Something of each kind that a list has, in turn."""
        self._made += 1
        made = {
            "billing_document": self._billed,
            "payment": self._moved,
            "subscription": self._subscribed,
            "customer": self._known,
        }
        return made[entity](is_odd=self._made % 2 == 1)

    def change(self, entity: str, record_id: str) -> None:
        """Have it be otherwise, as long as that can be done."""
        kind, _, name = record_id.rpartition(":")
        changing: Mapping[str, Callable[[], object]] = {
            "invoice": lambda: self._billing.give_up(name),
            "credit_note": lambda: self._billing.void_credit(name),
            "payment": lambda: self._cash.apply(name, self._billing.bill(CUSTOMER, "EUR", [{"amount": 1}])["id"]),
            "subscription": lambda: self._subscribing.change(name, [{**A_PLAN, "quantity": 2 + self._made}]),
            "customer": lambda: self._site.change_customer(name, vat_number=f"DE{self._made:09d}"),
        }
        with suppress(ValueError):
            changing[kind or entity]()

    def delete(self, entity: str, record_id: str) -> bool:
        """Take it out."""
        kind, _, name = record_id.rpartition(":")
        deleting: Mapping[str, Callable[[str], object]] = {
            "invoice": self._billing.delete,
            "credit_note": self._billing.delete_credit,
            "payment": self._cash.delete,
            "subscription": self._subscribing.delete,
            "customer": self._site.delete_customer,
        }
        try:
            deleting[kind or entity](name)
        except ValueError:
            return False
        return True

    def purge(self, _entity: str, _record_id: str) -> bool:
        """What is deleted is still listed."""
        return False

    def _billed(self, *, is_odd: bool) -> str:
        """An invoice, or a credit note."""
        if is_odd:
            return f"invoice:{self._billing.bill(CUSTOMER, 'EUR', [{'amount': 5_000}])['id']}"
        return f"credit_note:{self._billing.grant(CUSTOMER, 'EUR', [{'amount': 100}])['id']}"

    def _moved(self, *, is_odd: bool) -> str:
        """A payment, or a refund."""
        if is_odd:
            return str(self._cash.charge(5_000_000, "EUR", CUSTOMER, payment_method="check")["id"])
        granted = self._billing.grant(CUSTOMER, "EUR", [{"amount": 100}])
        return str(self._cash.pay_credit(granted["id"])["id"])

    def _subscribed(self, *, is_odd: bool) -> str:
        """A subscription, which goes on."""
        return str(self._subscribing.begin(CUSTOMER, "EUR", [{**A_PLAN, "quantity": 1 if is_odd else 7}])["id"])

    def _known(self, *, is_odd: bool) -> str:
        """A customer, who has bought nothing yet."""
        return str(self._site.make_customer(f"made-up-{self._made}-{is_odd}")["id"])


@contextmanager
def open_scene(server: OneServer, url: str) -> Iterator[ChargebeeScene]:
    """A new site."""
    live = LiveChargebee(server, url)
    with live.http:
        yield ChargebeeScene(live)
