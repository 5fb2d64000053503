"""A simulated Zuora tenant over HTTP, what happens in it, and a reader and a listing of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.systems.zuora.app import create_app
from sandbox.systems.zuora.billing import Billing
from sandbox.systems.zuora.cash import Cash
from sandbox.systems.zuora.ordering import Ordering
from sandbox.systems.zuora.settings import TenantSettings
from sandbox.systems.zuora.telling import Telling
from sandbox.systems.zuora.tenant import Tenant
from tests.support.live_system import LiveSystem
from tests.support.one_server import OneServer
from tieout.facts.documents import Payment
from tieout.facts.reading import Reading
from tieout.facts.sales import BillingDocument
from tieout.facts.statement import Statement
from tieout.facts.subscription import Subscription
from tieout.landscape import Connection
from tieout.systems.zuora.ids import ENTITY_OF
from tieout.systems.zuora.listing import ZuoraListing, open_listing
from tieout.systems.zuora.reader import ZuoraReader, open_reader

CONNECTION = "zuora-nordics"
CUSTOMER, SOFTWARE, SERVICES = (f"{number:032x}" for number in (0xACC1, 0xB001, 0xB002))


class LiveZuora(LiveSystem[ZuoraReader, ZuoraListing]):
    """One tenant of one customer."""

    api = "/object-query/"

    def __init__(self, server: OneServer, url: str, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        known = {"calls_per_second": 1_000_000, "time_zone": "Europe/Stockholm"}
        self.settings = TenantSettings(**{**known, **settings})
        super().__init__(server, url, partial(create_app, self.settings), open_reader, open_listing)
        self.tenant, self.ordering, self.billing, self.cash, self.telling = _parts_of(self.app)
        self.tenant.open_account("ACME", "EUR", id=CUSTOMER)

    def connection(self, **options: Any) -> Connection:  # noqa: ANN401 options as the landscape states them
        """The connection to it."""
        return Connection(
            name=CONNECTION,
            system="zuora",
            legal_entity="NORDICS",
            time_zone="Europe/Stockholm",
            default_currency="EUR",
            api_base_url=self.url,
            options=options,
        )

    def credentials(self, **changes: str) -> dict[str, str]:
        """What it is called with."""
        return {"client_id": self.settings.client_id, "client_secret": self.settings.client_secret} | changes

    def subscribe(self, *charges: dict[str, Any], **stated: Any) -> str:  # noqa: ANN401 JSON
        """Have the customer subscribe; the number of the subscription, whose charges are C-00000001 and so on."""
        known = {"account": CUSTOMER, "charges": [*charges] or [{"price": "100", "product": SOFTWARE}]}
        return str(self.control("POST", "subscriptions", **{**known, **stated})["id"])

    def bill(self, *items: dict[str, Any], **stated: Any) -> str:  # noqa: ANN401 JSON
        """Bill the customer by an invoice; its id."""
        known = {"account": CUSTOMER, "items": [*items] or [{"amount": "10"}]}
        return str(self.control("POST", "invoices", **{**known, **stated})["id"])

    def pay(self, amount: str = "100", **stated: Any) -> str:  # noqa: ANN401 JSON
        """Let the customer pay; the id of the payment."""
        return str(self.control("POST", "payments", account=CUSTOMER, amount=amount, **stated)["id"])

    def read(self, kind: str, name: str, reader: ZuoraReader | None = None) -> Reading:
        """The reading of one object, by its kind and its id, or the number of a subscription."""
        record_id = name if kind == "subscription" else f"{kind}-{name}"
        return self.reading(ENTITY_OF[kind], record_id, reader)

    def statement(self, kind: str, name: str) -> Statement:
        """What an object is said to be."""
        reading = self.read(kind, name)
        assert isinstance(reading, Statement), reading
        return reading

    def bill_of(self, kind: str, name: str) -> BillingDocument:
        """The fact that an invoice or a memo is."""
        fact = self.statement(kind, name).fact
        assert isinstance(fact, BillingDocument), fact
        return fact

    def payment_of(self, kind: str, name: str) -> Payment:
        """The fact that a payment or a refund is."""
        fact = self.statement(kind, name).fact
        assert isinstance(fact, Payment), fact
        return fact

    def subscribed(self, number: str) -> Subscription:
        """The fact that a subscription is."""
        fact = self.statement("subscription", number).fact
        assert isinstance(fact, Subscription), fact
        return fact


def _parts_of(app: Any) -> tuple[Tenant, Ordering, Billing, Cash, Telling]:  # noqa: ANN401 Starlette's state is untyped
    state = app.state
    assert isinstance(state.tenant, Tenant)
    assert isinstance(state.ordering, Ordering)
    assert isinstance(state.billing, Billing)
    assert isinstance(state.cash, Cash)
    assert isinstance(state.telling, Telling)
    return state.tenant, state.ordering, state.billing, state.cash, state.telling
