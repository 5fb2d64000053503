"""The simulated account's script: what it posts when a record is saved is what the receive step takes in."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.systems.netsuite.app import create_app
from sandbox.systems.netsuite.settings import AccountSettings
from sandbox.systems.serving import serve
from tieout.arriving.delivery import Delivery
from tieout.arriving.notice import Notice
from tieout.errors import NotAuthenticError
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.payloads import split
from tieout.systems.netsuite.signature import verify

if TYPE_CHECKING:
    from starlette.requests import Request

SECRET = "sandbox-webhook-secret"
INVOICE = {
    "type": "invoice", "id": "48211", "date": "2026-03-31", "period": "Mar 2026", "entity": "7938",
    "lines": [{"account": "1100", "amount": "100.00"}, {"account": "4000", "amount": "-100.00"}],
}  # fmt: skip


class Receiver:
    """Takes what the script posts."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.refusals: list[int] = []
        self.app = Starlette(routes=[Route("/webhooks/netsuite-group", self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        """Keep a delivery, or refuse it as planned."""
        if self.refusals:
            return Response(status_code=self.refusals.pop(0))
        self.deliveries.append(
            Delivery(
                delivery_id=str(len(self.deliveries)),
                method=request.method,
                query="",
                headers=dict(request.headers),
                body=await request.body(),
                received_at=datetime.now(UTC),
            )
        )
        return Response(status_code=200)

    def notices(self, **options: Any) -> list[Notice]:  # noqa: ANN401 options
        """The notices of all deliveries, each of which must be authentic."""
        found: list[Notice] = []
        for delivery in self.deliveries:
            verify(delivery, [SECRET.encode()], Options(**options), "", delivery.received_at)
            found += split(delivery, "netsuite-group", Options()).notices
        return found


class Account:
    """A simulated account whose script posts to a receiver."""

    def __init__(self, url: str, http: httpx.Client, receiver: Receiver) -> None:
        self.url = url
        self.http = http
        self.receiver = receiver

    def control(self, method: str, path: str, /, **body: Any) -> Any:  # noqa: ANN401 JSON
        """Have the account's users do something."""
        answer = self.http.request(method, f"{self.url}/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def account() -> Iterator[Account]:
    """An account and a receiver, both answering."""
    receiver = Receiver()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with serve(receiver.app) as received_at, httpx.Client(trust_env=False, verify=context) as http:
        settings = AccountSettings(webhook_url=f"{received_at}/webhooks/netsuite-group", webhook_secret=SECRET)
        with serve(create_app(settings)) as url:
            yield Account(url, http, receiver)


def test_every_save_is_told_once_and_signed(account: Account) -> None:
    """Create, edit, inline edit, approval, void and delete each post one authentic event, in order."""
    account.control("POST", "documents", **INVOICE)
    account.control("PATCH", "documents/48211", memo="renewed")
    account.control("PATCH", "documents/48211", memo="again", event="xedit")
    account.control("PATCH", "documents/48211", approved=True, event="approve")
    account.control("POST", "documents/48211/void")
    account.control("DELETE", "documents/48211")
    notices = account.receiver.notices()
    assert [notice.kind for notice in notices] == [
        "invoice/create", "invoice/edit", "invoice/xedit", "invoice/approve", "invoice/edit", "invoice/delete",
    ]  # fmt: skip
    assert {str(notice.key) for notice in notices} == {"netsuite-group#invoice#48211"}
    assert len({notice.notice_id for notice in notices}) == 6
    assert [event["answers"] for event in account.control("GET", "deliveries")] == [[200]] * 6


def test_an_inline_edit_sends_only_what_was_edited(account: Account) -> None:
    """The body is partial, and a delete carries only the id."""
    account.control("POST", "documents", **INVOICE)
    account.control("PATCH", "documents/48211", memo="again", event="xedit")
    account.control("DELETE", "documents/48211")
    _, inline, gone = account.receiver.deliveries
    assert b'"fields":{"memo":"again"}' in inline.body
    assert b"sublists" not in inline.body
    assert b'"fields":{"id":"48211"}' in gone.body


def test_the_wild_script_is_understood_with_its_faults(account: Account) -> None:
    """No Content-Type, no event type, a static token: accepted where the connection allows it."""
    account.control("POST", "settings", shape="wild", authentication="static_token", content_type=False)
    account.control("POST", "documents", **INVOICE)
    (delivery,) = account.receiver.deliveries
    assert "content-type" not in delivery.headers
    with pytest.raises(NotAuthenticError):
        account.receiver.notices()
    assert [notice.kind for notice in account.receiver.notices(allow_static_token=True)] == ["invoice/unknown"]


@pytest.mark.parametrize(
    ("shape", "refusals", "answers"),
    [
        ("documented", [503], [503, 200]),
        ("documented", [429, 502, 503], [429, 502, 503]),
        ("documented", [401], [401]),
        ("wild", [503], [503]),
    ],
)
def test_our_own_script_posts_again_where_the_answer_asks_for_it(
    account: Account, shape: str, refusals: list[int], answers: list[int]
) -> None:
    """At once and twice at most, inside the save; the script found in the wild posts once."""
    account.control("POST", "settings", shape=shape)
    account.receiver.refusals = refusals
    account.control("POST", "documents", **INVOICE)
    assert [event["answers"] for event in account.control("GET", "deliveries")] == [answers]
    assert len(account.receiver.deliveries) == answers.count(200)


def test_a_dead_receiver_costs_the_event_and_not_the_save(account: Account) -> None:
    """Nothing repeats it, as in life; it can be sent by hand, late, doubled and out of order."""
    alive = account.control("GET", "settings")["webhook_url"]
    account.control("POST", "settings", webhook_url="http://127.0.0.1:1/")
    account.control("POST", "documents", **INVOICE)
    account.control("POST", "settings", webhook_url=alive, send="on_request")
    account.control("PATCH", "documents/48211", memo="renewed")
    assert [event["answers"] for event in account.control("GET", "deliveries")] == [["ConnectError"], []]
    assert [event["id"] for event in account.control("POST", "deliver")] == [2]
    account.control("POST", "deliver", ids=[2, 1, 2])
    kinds = [notice.kind for notice in account.receiver.notices()]
    assert kinds == ["invoice/edit", "invoice/edit", "invoice/create", "invoice/edit"]


@pytest.mark.parametrize(
    "change",
    [
        {"lines": [{"account": "1100", "amount": "1"}]},
        {"lines": [{"account": "1100", "amount": "1", "functional": "2"}, {"account": "4000", "amount": "-1"}]},
        {"lines": [{"account": "9999", "amount": "0"}]},
        {"lines": [{"account": "1100", "amount": "one"}]},
        {"period": "Smarch 2026"},
        {"currency": "XXX"},
        {"type": "poem"},
        {"colour": "red"},
    ],
)
def test_the_account_saves_no_nonsense(account: Account, change: dict[str, Any]) -> None:
    """A document out of balance, or naming what does not exist, is refused and tells nobody."""
    answer = account.http.post(f"{account.url}/_control/documents", json={**INVOICE, **change})
    assert answer.status_code == 400
    assert account.control("GET", "documents") == account.control("GET", "deliveries") == []


def test_secrets_are_not_shown(account: Account) -> None:
    """The settings can be looked at without learning the secret."""
    assert SECRET not in str(account.control("GET", "settings"))
