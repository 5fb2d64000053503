"""A simulated Business Central environment with everything of ours that asks it, over HTTP, and our door where it tells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.systems.business_central.app import create_app
from sandbox.systems.business_central.posted import Bookkeeper
from sandbox.systems.business_central.posting import Answer
from tests.support.central_environment import MOROCCO, PORTUGAL, SPAIN, Scene
from tests.support.one_server import OneServer
from tests.support.receiving import Door
from tieout.arriving.notice import RecordKey
from tieout.facts.documents import PostedDocument
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.landscape import Connection, Option
from tieout.subscribing import Push
from tieout.systems.business_central.listing import BusinessCentralListing, open_listing
from tieout.systems.business_central.reader import BusinessCentralReader, open_reader
from tieout.systems.business_central.subscription import BusinessCentralSubscriptions, open_subscription

if TYPE_CHECKING:
    import httpx

URL = "https://hooks.example.com/webhooks/central-iberia"
SECRETS = ("a-secret-of-this-test-1", "a-secret-of-this-test-0")
OPTIONS: Mapping[str, Any] = {
    "companies": [SPAIN, PORTUGAL, MOROCCO],
    "receivable_accounts": ["1300", "1310"],
    "payable_accounts": ["2100", "2110"],
    "cash_accounts": ["1100"],
    "dimensions": {"cost_centre": "DEPARTMENT", "segment": "PROJECT", "partner": "INTERCOMPANY"},
    "closing_numbers": ["CLOSE"],
}
_FLOWS = dict.fromkeys(("general_ledger", "invoice", "credit_memo", "journal_entry"), "record_to_report")
Amounts = dict[str, str]


class CentralReading(Scene):
    """One environment, which tells our door and nobody else.

    Attributes:
        door: ours; it takes both of two secrets.
        answered: statuses that stand in for the door's answers to the next notifications.
    """

    def __init__(self, server: OneServer, url: str, http: httpx.Client, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        super().__init__(**settings)
        self.url, self.http = url, http
        self.app = create_app(self.settings, post=self._take, plan=self.plan, now=self.clock.now)
        self.environment = self.app.state.environment
        self.subscriptions, self.notifying = self.app.state.subscriptions, self.app.state.notifying
        self.bookkeeper = Bookkeeper(self.environment)
        server.app = self.app
        self.answered: list[int] = []
        self.door = Door(
            system="business_central",
            options={"companies": OPTIONS["companies"]},
            flows=_FLOWS,
            secret_text=json.dumps({"current": SECRETS[0], "previous": SECRETS[1]}),
            connection="central-iberia",
            clock=self.clock,
        )

    def connection(self, **options: Option) -> Connection:
        """The connection to it."""
        return Connection(
            name="central-iberia",
            system="business_central",
            legal_entity="EMEA",
            time_zone="Europe/Madrid",
            default_currency="EUR",
            api_base_url=self.url,
            options={**OPTIONS, **options},
        )

    def credentials(self) -> dict[str, str]:
        """Those of its app registration."""
        names = ("tenant_id", "environment", "client_id", "client_secret")
        return {**{name: str(getattr(self.settings, name)) for name in names}, "login_url": self.url}

    def reader(self, **options: Option) -> BusinessCentralReader:
        """A reader of it."""
        return open_reader(self.connection(**options), self.credentials(), self.http, self.clock)

    def listing(self, **options: Option) -> BusinessCentralListing:
        """A listing of it."""
        return open_listing(self.connection(**options), self.credentials(), self.http, self.clock)

    def subscribed(self, secret: str = SECRETS[0], **options: Option) -> BusinessCentralSubscriptions:
        """The subscriptions of it, by which it tells our door."""
        push = Push(URL, secret)
        return open_subscription(self.connection(**options), self.credentials(), push, self.http, self.clock)

    def keep_subscribed(self, secret: str = SECRETS[0], **options: Option) -> int:
        """Renew what is due, as the hour does; how many."""
        opened = self.subscribed(secret, **options)
        due = [each for each in opened.subscriptions() if each.is_due]
        for each in due:
            opened.renew(each)
        return len(due)

    def heard(self) -> list[RecordKey]:
        """Deliver, and the records that reached the bus since it was asked last, each once."""
        self.door.bus.entries.clear()
        self.deliver()
        notices = [notice for envelope in self.door.published() for notice in envelope.notices]
        return list(dict.fromkeys(notice.key for notice in notices))

    def readings(self, keys: Sequence[RecordKey], **options: Option) -> Mapping[RecordKey, Reading]:
        """What records are, and what is read because of them and of that, each once, as the record step has it."""
        reader = self.reader(**options)
        found = dict(reader.read([each for each in keys if not each.asks_for_listing]))
        listed = [each for key in keys if key.asks_for_listing for each in reader.list_page(key).keys]
        while unread := [each for each in (*listed, *_related(found)) if each not in found]:
            found |= reader.read(list(dict.fromkeys(unread)))
        return found

    def documents(self, keys: Sequence[RecordKey], **options: Option) -> dict[str, PostedDocument]:
        """The documents that records lead to, by their numbers; none may have failed."""
        facts = []
        for reading in self.readings(keys, **options).values():
            assert isinstance(reading, Statement), reading
            if isinstance(reading.fact, PostedDocument):
                facts.append(reading.fact)
        return {f"{type(each).__name__} {each.number}": each for each in facts}

    def _take(self, address: str, body: bytes, _headers: Mapping[str, str], _seconds: float) -> Answer:
        """Answer what it posts, as our door does."""
        query = urlsplit(address).query
        if self.answered and not query:
            return Answer(self.answered.pop(0))
        answer = self.door.post(body, {}, query=query)
        return Answer(answer.status, answer.body.encode())


def _related(found: Mapping[RecordKey, Reading]) -> list[RecordKey]:
    return [each for of in found.values() if isinstance(of, Statement) for each in of.related]


def functional(document: PostedDocument) -> Amounts:
    """What a document posts to each account, in the company's own currency, debit positive."""
    totals: dict[str, int] = {}
    for line in document.lines:
        totals[line.account] = totals.get(line.account, 0) + line.functional.amount_minor
    return {account: f"{minor / 100:.2f}" for account, minor in totals.items()}
