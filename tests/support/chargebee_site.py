"""A simulated Chargebee site over HTTP, what happens in it, and a reader and a listing of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from sandbox.systems.chargebee.app import create_app
from sandbox.systems.chargebee.billing import Billing
from sandbox.systems.chargebee.cash import Cash
from sandbox.systems.chargebee.settings import SiteSettings
from sandbox.systems.chargebee.subscribing import Subscribing
from tests.support.live_system import LiveSystem
from tests.support.one_server import OneServer
from tieout.facts.documents import Payment
from tieout.facts.reading import Reading
from tieout.facts.sales import BillingDocument
from tieout.facts.statement import Statement
from tieout.facts.subscription import Subscription, SubscriptionVersion
from tieout.landscape import Connection
from tieout.systems.chargebee.listing import ChargebeeListing, open_listing
from tieout.systems.chargebee.reader import ChargebeeReader, open_reader

CONNECTION = "chargebee-nordics"
CUSTOMER, PLAN, ADDON = "16Bcust901", "PRO-EUR-M", "SUPPORT-EUR-M"
A_PLAN = {"item_price_id": PLAN, "unit_price": 4_900}


class LiveChargebee(LiveSystem[ChargebeeReader, ChargebeeListing]):
    """One site."""

    api = "/api/v2/"

    def __init__(self, server: OneServer, url: str, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        self.settings = SiteSettings(**{"calls_per_minute": 1_000_000, **settings})
        super().__init__(server, url, partial(create_app, self.settings), open_reader, open_listing)
        self.billing, self.cash, self.subscribing = _parts_of(self.app)

    def connection(self, **options: Any) -> Connection:  # noqa: ANN401 options as the landscape states them
        """The connection to it."""
        return Connection(
            name=CONNECTION,
            system="chargebee",
            legal_entity="NORDICS",
            time_zone="Europe/Stockholm",
            default_currency="EUR",
            api_base_url=self.url,
            completion="both",
            options={"customers": True, **options},
        )

    def credentials(self, **changes: str) -> dict[str, str]:
        """What it is called with."""
        return {"api_key": self.settings.api_key} | changes

    def bill(self, *lines: dict[str, Any], **stated: Any) -> str:  # noqa: ANN401 JSON
        """Bill a customer by an invoice; its id."""
        known = {"customer_id": CUSTOMER, "currency_code": "EUR", "lines": [*lines] or [{"amount": 1_000}]}
        return str(self.control("POST", "invoices", **{**known, **stated})["id"])

    def pay(self, amount: int = 10_000, currency: str = "EUR", **stated: Any) -> str:  # noqa: ANN401 JSON
        """Have a customer pay; the id of the transaction."""
        known = {"amount": amount, "currency_code": currency, "customer_id": CUSTOMER}
        return str(self.control("POST", "payments", **{**known, **stated})["id"])

    def subscribe(self, *items: dict[str, Any], **stated: Any) -> str:  # noqa: ANN401 JSON
        """Have a customer subscribe; the id of the subscription."""
        known = {"customer_id": CUSTOMER, "currency_code": "EUR", "items": [*items] or [A_PLAN]}
        return str(self.control("POST", "subscriptions", **{**known, **stated})["id"])

    def do(self, path: str, **stated: Any) -> str:  # noqa: ANN401 JSON
        """Do something to something; the id of what that made or changed."""
        return str(self.control("POST", path, **stated)["id"])

    def shown(self, path: str) -> Any:  # noqa: ANN401 JSON
        """What its API answers, behind `/api/v2/`."""
        answer = self.http.get(f"{self.url}/api/v2/{path}", auth=(self.settings.api_key, ""))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_until(self, moment: datetime) -> None:
        """Let the time pass."""
        self.clock.advance((moment - self.clock.now()).total_seconds())

    def bill_read(self, record_id: str, reader: ChargebeeReader | None = None) -> Reading:
        """The reading of an invoice or a credit note."""
        return self.reading("billing_document", record_id, reader)

    def statement(self, entity: str, record_id: str, reader: ChargebeeReader | None = None) -> Statement:
        """What a record is said to be."""
        reading = self.reading(entity, record_id, reader)
        assert isinstance(reading, Statement), reading
        return reading

    def bill_of(self, record_id: str, reader: ChargebeeReader | None = None) -> BillingDocument:
        """The fact that an invoice or a credit note is."""
        fact = self.statement("billing_document", record_id, reader).fact
        assert isinstance(fact, BillingDocument), fact
        return fact

    def subscribed(self, record_id: str, reader: ChargebeeReader | None = None) -> SubscriptionVersion:
        """The version that a subscription is read as."""
        fact = self.statement("subscription", record_id, reader).fact
        assert isinstance(fact, Subscription), fact
        [version] = fact.versions
        return version

    def payment_of(self, record_id: str) -> Payment:
        """The fact that a transaction is."""
        fact = self.statement("payment", record_id).fact
        assert isinstance(fact, Payment), fact
        return fact


def _parts_of(app: Any) -> tuple[Billing, Cash, Subscribing]:  # noqa: ANN401 Starlette's state is untyped
    billing, cash, subscribing = app.state.billing, app.state.cash, app.state.subscribing
    assert isinstance(billing, Billing)
    assert isinstance(cash, Cash)
    assert isinstance(subscribing, Subscribing)
    return billing, cash, subscribing
