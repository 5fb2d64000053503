"""The simulated account's own webhooks: signed, batched, repeated, and authentic to the receiver they are meant for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hubspot.utils.signature import Signature
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.systems.hubspot.app import create_app
from sandbox.systems.hubspot.settings import Settings
from sandbox.systems.hubspot.webhooks import Orders
from sandbox.systems.serving import serve
from tests.support.one_server import OneServer
from tieout.arriving.delivery import Delivery
from tieout.arriving.notice import Notice
from tieout.errors import NotAuthenticError
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.payloads import split
from tieout.systems.hubspot.signature import verify

if TYPE_CHECKING:
    from starlette.requests import Request

SECRET = "sandbox-hubspot-client-secret"
NEVER_ASKED = Options(allow_signatures=["v3"], portal_id=20_000_001)


@dataclass
class Receiver:
    """A target that keeps what it is sent and answers as told; 200 when nothing is left to tell."""

    answers: list[int] = field(default_factory=list)
    received: list[Delivery] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        """Keep one delivery."""
        headers = {name.lower(): text for name, text in request.headers.items()}
        body = await request.body()
        number = f"d-{len(self.received)}"
        self.received.append(
            Delivery(
                delivery_id=number,
                method=request.method,
                query=request.url.query,
                headers=headers,
                body=body,
                received_at=datetime.now(UTC),
            )
        )
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    def notices(self, url: str) -> list[Notice]:
        """The notices of all authentic deliveries; raises for any other."""
        found: list[Notice] = []
        for delivery in self.received:
            verify(delivery, [SECRET.encode()], NEVER_ASKED, url, delivery.received_at)
            subject = split(delivery, "hubspot-emea", NEVER_ASKED)
            assert subject.malformed == ()
            found += subject.notices
        return found


@dataclass
class Office:
    """A person at work in the account, and the target its webhooks go to."""

    http: httpx.Client
    url: str
    receiver: Receiver
    target_url: str

    def do(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """One control call."""
        answer = self.http.request(method, f"{self.url}/_control/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def deliver(self, **orders: object) -> list[dict[str, Any]]:
        """Flush; the attempts made."""
        attempts: list[dict[str, Any]] = self.do("POST", "deliver", orders)["attempts"]
        return attempts

    def kinds(self) -> list[str]:
        """What the notices received so far were called."""
        return [each.kind for each in self.receiver.notices(self.target_url)]


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[OneServer, str, OneServer, str, httpx.Client]]:
    """The account's server and the target's, with their base URLs, and a client."""
    account, target = OneServer(), OneServer()
    with serve(account) as url, serve(target) as base, httpx.Client() as http:
        yield account, url, target, base, http


@pytest.fixture
def office(servers: tuple[OneServer, str, OneServer, str, httpx.Client]) -> Office:
    """An account whose webhooks go to a receiver, both over HTTP."""
    account, url, target, base, http = servers
    receiver = Receiver()
    target_url = f"{base}/webhooks/hubspot-emea"
    account.app = create_app(Settings(target_url=target_url, retry_delay_seconds=0.001))
    target.app = Starlette(routes=[Route("/webhooks/hubspot-emea", receiver.take, methods=["POST"])])
    return Office(http, url, receiver, target_url)


@pytest.mark.parametrize("dialect", ["deal", "object"])
def test_every_change_of_a_deal_arrives_as_an_authentic_notice(office: Office, dialect: str) -> None:
    """The life of a deal, in both dialects, is understood by our receiver."""
    office.do("POST", "settings", {"dialect": dialect})
    company = office.do("POST", "companies", {"name": "C"})["id"]
    deal = office.do("POST", "deals", {"properties": {"dealname": "D", "amount": "2000"}})["id"]
    other = office.do("POST", "deals", {"properties": {}})["id"]
    office.do("PATCH", f"deals/{deal}", {"properties": {"amount": "", "closedate": "2026-03-31T22:00:00Z"}})
    office.do("PUT", f"deals/{deal}/companies/{company}", {"primary": True})
    office.do("DELETE", f"deals/{deal}")
    office.do("POST", f"deals/{deal}/restore")
    new = office.do("POST", "deals/merge", {"primary": deal, "merged": other})["id"]
    office.deliver()
    verbs = {"creation", "propertyChange", "associationChange", "deletion", "restore", "merge"}
    assert set(office.kinds()) == {f"{dialect}.{verb}" for verb in verbs}
    merged = [each for each in office.receiver.notices(office.target_url) if each.kind.endswith("merge")]
    assert [each.key.record_id for each in merged] == [new, deal, other]
    assert {each.key.entity for each in office.receiver.notices(office.target_url)} == {"opportunity"}


def test_one_save_makes_one_event_for_each_property_at_one_moment(office: Office) -> None:
    """The creation is not the first of them, so nothing may depend on it."""
    office.do(
        "POST",
        "deals",
        {"properties": {"dealname": "D", "amount": "1", "dealstage": "closedwon", "pipeline": "default"}},
    )
    office.deliver()
    notices = office.receiver.notices(office.target_url)
    assert len(notices) == 5
    assert len({each.occurred_at for each in notices}) == 1
    assert len({each.notice_id for each in notices}) == 5


def test_a_save_that_changes_nothing_sends_nothing(office: Office) -> None:
    """Only a changed property is an event."""
    deal = office.do("POST", "deals", {"properties": {"amount": "1"}})["id"]
    office.deliver()
    office.do("PATCH", f"deals/{deal}", {"properties": {"amount": "1"}})
    assert office.deliver() == []


def test_events_are_batched_by_a_hundred(office: Office) -> None:
    """250 events are three requests."""
    for _ in range(125):
        office.do("POST", "deals", {"properties": {"amount": "1"}})
    assert [len(each["events"]) for each in office.deliver()] == [100, 100, 50]


def test_a_refused_delivery_is_repeated_with_a_fresh_signature(office: Office) -> None:
    """Any answer but a success is repeated, with a higher attempt number and the same notices."""
    office.do("POST", "deals", {"properties": {"amount": "1"}})
    office.receiver.answers = [503, 401, 302]
    attempts = office.deliver()
    assert [(each["attempt"], each["status"], each["accepted"]) for each in attempts] == [
        (0, 503, False),
        (1, 401, False),
        (2, 302, False),
        (3, 200, True),
    ]
    assert len({each.notice_id for each in office.receiver.notices(office.target_url)}) == 2
    assert {each["attemptNumber"] for each in attempts[2]["events"]} == {2}


def test_a_delivery_is_given_up_after_ten_retries(office: Office) -> None:
    """Eleven refusals, and the events are lost: what only a census finds again."""
    office.do("POST", "deals", {"properties": {}})
    office.receiver.answers = [500] * 11
    assert len(office.deliver()) == 11
    deliveries = office.do("GET", "deliveries")
    assert (deliveries["waiting"], len(deliveries["attempts"]), deliveries["given_up"]) == (0, 11, [1])


def test_a_target_that_does_not_answer_is_a_failed_attempt(office: Office) -> None:
    """A refused connection is recorded by its kind, without a status."""
    office.do("POST", "settings", {"target_url": "http://127.0.0.1:1/", "max_retries": 0})
    office.do("POST", "deals", {"properties": {}})
    assert [(each["status"], each["error"]) for each in office.deliver()] == [(None, "ConnectError")]


def test_duplicates_and_reordering_are_sent_when_told(office: Office) -> None:
    """The same events again, in another order and in smaller batches, are the same notices."""
    for each in range(10):
        office.do("POST", "deals", {"properties": {"amount": str(each)}})
    office.deliver(shuffle=True, duplicates=7, repeat=2, batch_size=5)
    notices = office.receiver.notices(office.target_url)
    assert len(notices) == (20 + 7) * 2
    assert len({each.notice_id for each in notices}) == 20
    moments = [each.occurred_at for each in notices if each.occurred_at is not None]
    assert moments != sorted(moments)


def test_the_same_seed_sends_the_same(office: Office) -> None:
    """Two accounts with one seed word the same history the same way."""
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    bodies = []
    for _ in range(2):
        app = create_app(Settings(target_url=office.target_url), now=lambda: moment, seed=7)
        for each in range(5):
            app.state.portal.create_deal({"amount": str(each), "dealname": "D"})
        before = len(office.receiver.received)
        app.state.sender.flush(Orders(shuffle=True, duplicates=2))
        bodies.append([each.body for each in office.receiver.received[before:]])
    assert bodies[0] == bodies[1] != []


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ({"secret": "somebody else's"}, "signature_mismatch"),
        ({"skew_seconds": -301}, "timestamp_stale"),
        ({"skew_seconds": 302}, "timestamp_ahead"),
    ],
)
def test_forged_and_stale_deliveries_are_sent_when_told(office: Office, orders: dict[str, Any], reason: str) -> None:
    """For the negative half of a demonstration."""
    office.do("POST", "deals", {"properties": {}})
    office.deliver(**orders)
    with pytest.raises(NotAuthenticError) as caught:
        office.kinds()
    assert caught.value.reason == reason


def test_webhooks_are_sent_without_being_told_where_the_account_says_so(office: Office) -> None:
    """A changed deal is known to the target a moment later."""
    office.do("POST", "settings", {"automatic": True, "collect_seconds": 0.01})
    office.do("POST", "deals", {"properties": {"amount": "1"}})
    waited = 0
    while not office.receiver.received and waited < 200:
        waited += 1
        httpx.get(office.url + "/_control/deliveries")
    assert sorted(office.kinds()) == ["deal.creation", "deal.propertyChange"]


def test_events_wait_until_there_is_a_target(office: Office) -> None:
    """Nothing is lost between the account's first deal and the deployment of its receiver."""
    office.do("POST", "settings", {"target_url": ""})
    office.do("POST", "deals", {"properties": {}})
    assert office.deliver() == []
    assert office.do("GET", "deliveries")["waiting"] == 1
    assert office.do("DELETE", "events") == {"forgotten": 1}


def test_hubspots_own_library_accepts_the_simulated_signatures(office: Office) -> None:
    """The simulator signs as HubSpot does, by HubSpot's own reckoning: v3, and the v1 that accompanies it."""
    office.do("POST", "deals", {"properties": {"dealname": "Müller & Söhne €"}})
    office.deliver()
    for delivery in office.receiver.received:
        body = delivery.body.decode()
        assert Signature.is_valid(
            signature=delivery.headers["x-hubspot-signature-v3"],
            client_secret=SECRET,
            request_body=body,
            http_uri=office.target_url,
            http_method="POST",
            signature_version="v3",
            timestamp=delivery.headers["x-hubspot-request-timestamp"],
        )
        assert delivery.headers["x-hubspot-signature-version"] == "v1"
        assert Signature.is_valid(delivery.headers["x-hubspot-signature"], SECRET, body, signature_version="v1")


def test_company_events_are_sent_where_wanted(office: Office) -> None:
    """A company's side of an association is a notice about the deal too; what happens to the company itself, one about it."""
    office.do("POST", "settings", {"company_events": True})
    company = office.do("POST", "companies", {"name": "C"})["id"]
    deal = office.do("POST", "deals", {"properties": {}, "company": company})["id"]
    office.do("DELETE", f"deals/{deal}/companies/{company}")
    office.deliver()
    notices = office.receiver.notices(office.target_url)
    assert {each.key.record_id for each in notices if each.kind == "company.associationChange"} == {deal}
    assert {each.key.entity for each in notices if each.kind == "company.creation"} == {"account"}


def test_a_mistaken_control_call_is_told(office: Office) -> None:
    """An unknown setting, deal or company is an error and changes nothing."""
    assert office.http.post(office.url + "/_control/settings", json={"target": "x"}).status_code == 400
    assert office.http.patch(office.url + "/_control/deals/1", json={"properties": {}}).status_code == 404
    assert office.http.post(office.url + "/_control/deals/1/restore").status_code == 404
    deal = office.do("POST", "deals", {"properties": {}})["id"]
    assert office.http.put(f"{office.url}/_control/deals/{deal}/companies/1", json={}).status_code == 404
