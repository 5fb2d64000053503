"""A simulated Stripe account over HTTP, what happens in it, and a reader and a listing of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from sandbox.systems.stripe.app import create_app
from sandbox.systems.stripe.billing import Billing
from sandbox.systems.stripe.cash import Cash
from sandbox.systems.stripe.masters import Masters
from sandbox.systems.stripe.settings import AccountSettings
from sandbox.systems.stripe.subscribing import Subscribing
from sandbox.systems.stripe.telling import Telling
from tests.support.live_system import LiveSystem
from tests.support.one_server import OneServer
from tieout.facts.documents import Payment
from tieout.facts.reading import Reading
from tieout.facts.sales import BillingDocument
from tieout.facts.statement import Statement
from tieout.facts.subscription import Subscription, SubscriptionVersion
from tieout.landscape import Connection
from tieout.systems.stripe.ids import entity_of
from tieout.systems.stripe.listing import StripeListing, open_listing
from tieout.systems.stripe.reader import StripeReader, open_reader

CONNECTION = "stripe-nordics"
CUSTOMER, SOFTWARE, SERVICES = "cus_901", "prod_1", "prod_2"


class LiveStripe(LiveSystem[StripeReader, StripeListing]):
    """One account."""

    api = "/v1/"

    def __init__(self, server: OneServer, url: str, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        self.settings = AccountSettings(**{"calls_per_second": 1_000_000, **settings})
        super().__init__(server, url, partial(create_app, self.settings), open_reader, open_listing)
        self.billing, self.cash, self.subscribing, self.telling = _parts_of(self.app)
        self.masters: Masters = self.app.state.masters

    def connection(self, **options: Any) -> Connection:  # noqa: ANN401 options as the landscape states them
        """The connection to it."""
        return Connection(
            name=CONNECTION,
            system="stripe",
            legal_entity="NORDICS",
            time_zone="Europe/Stockholm",
            default_currency="EUR",
            api_base_url=self.url,
            options={"live": self.settings.live, **options},
        )

    def credentials(self, **changes: str) -> dict[str, str]:
        """What it is called with."""
        return {"api_key": self.settings.api_key} | changes

    def bill(self, *lines: dict[str, Any], **stated: Any) -> str:  # noqa: ANN401 JSON
        """Bill a customer by an invoice; its id."""
        known = {"customer": CUSTOMER, "currency": "eur", "lines": [*lines] or [{"amount": 1_000}]}
        return str(self.control("POST", "invoices", **{**known, **stated})["id"])

    def charge(self, amount: int = 10_000, currency: str = "eur", **stated: Any) -> str:  # noqa: ANN401 JSON
        """Charge a customer; the id of the charge."""
        known = {"amount": amount, "currency": currency, "customer": CUSTOMER}
        return str(self.control("POST", "charges", **{**known, **stated})["id"])

    def shown(self, path: str, *expand: str) -> Any:  # noqa: ANN401 JSON
        """What its API answers, behind `/v1/`."""
        headers = {"authorization": f"Bearer {self.settings.api_key}"}
        asked = "&".join(f"expand[]={each}" for each in expand)
        answer = self.http.get(f"{self.url}/v1/{path}{asked and '?'}{asked}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_until(self, moment: datetime) -> None:
        """Let the time pass."""
        self.clock.advance((moment - self.clock.now()).total_seconds())

    def subscribe(self, *items: dict[str, Any], **stated: Any) -> str:  # noqa: ANN401 JSON
        """Have a customer subscribe; the id of the subscription."""
        known = {"customer": CUSTOMER, "currency": "eur", "items": [*items] or [{"unit_amount": 1_000}]}
        return str(self.control("POST", "subscriptions", **{**known, **stated})["id"])

    def read(self, record_id: str, reader: StripeReader | None = None) -> Reading:
        """The reading of one record."""
        return self.reading(entity_of(record_id) or "", record_id, reader)

    def statement(self, record_id: str, reader: StripeReader | None = None) -> Statement:
        """What a record is said to be."""
        reading = self.read(record_id, reader)
        assert isinstance(reading, Statement), reading
        return reading

    def bill_of(self, record_id: str, reader: StripeReader | None = None) -> BillingDocument:
        """The fact that an invoice or a credit note is."""
        fact = self.statement(record_id, reader).fact
        assert isinstance(fact, BillingDocument), fact
        return fact

    def subscribed(self, record_id: str, reader: StripeReader | None = None) -> SubscriptionVersion:
        """The version that a subscription is read as."""
        fact = self.statement(record_id, reader).fact
        assert isinstance(fact, Subscription), fact
        [version] = fact.versions
        return version

    def payment_of(self, record_id: str) -> Payment:
        """The fact that a charge, a refund, a dispute or a payout is."""
        fact = self.statement(record_id).fact
        assert isinstance(fact, Payment), fact
        return fact


def _parts_of(app: Any) -> tuple[Billing, Cash, Subscribing, Telling]:  # noqa: ANN401 Starlette's state is untyped
    billing, cash = app.state.billing, app.state.cash
    subscribing, telling = app.state.subscribing, app.state.telling
    assert isinstance(billing, Billing)
    assert isinstance(cash, Cash)
    assert isinstance(subscribing, Subscribing)
    assert isinstance(telling, Telling)
    return billing, cash, subscribing, telling
