"""Business events of a simulated environment at our door: told, found and read, by whichever way in, whatever happens to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.systems.dynamics_finance.settings import CLOUD_EVENTS, EVENT_GRID, HTTPS
from sandbox.systems.serving import serve
from tests.support.dynamics_environment import BILL, CONNECTION, EVENTS, INVOICE, JOURNAL, PAYMENT, LiveEnvironment
from tests.support.receiving import KEY_IN_PATH, Door

if TYPE_CHECKING:
    from starlette.requests import Request

KEY, NEXT_KEY = "made-up-key-of-the-endpoint-1", "made-up-key-of-the-endpoint-2"
all_ways = pytest.mark.parametrize("endpoint", [HTTPS, EVENT_GRID, CLOUD_EVENTS])


@dataclass
class Receiving:
    """Our receive step behind a server that routes as the gateway does.

    Attributes:
        refuse: statuses that are answered instead, one request each.
    """

    door: Door = field(init=False)
    refuse: list[int] = field(default_factory=list)
    posts: int = 0

    def renew(self) -> None:
        """A connection to which nothing was posted yet."""
        secret = json.dumps({"current": KEY})
        options = {"events": list(EVENTS)}
        flows = {"journal_entry": "record_to_report"}
        self.door = Door(
            system="dynamics_finance", options=options, flows=flows, secret_text=secret, connection=CONNECTION
        )
        self.refuse, self.posts = [], 0

    async def take(self, request: Request) -> Response:
        """Answer one request."""
        self.posts += 1
        body = await request.body()
        if self.refuse:
            return Response(status_code=self.refuse.pop(0))
        headers = {name: value for name, value in request.headers.items() if name != KEY_IN_PATH}
        answer = self.door.post(body, headers | {KEY_IN_PATH: request.path_params["key"]}, method=request.method)
        return Response(
            answer.body, status_code=answer.status, media_type=answer.content_type, headers=dict(answer.headers)
        )

    def told(self) -> list[str]:
        """The record ids of all notices on the bus, in order."""
        return [notice.key.record_id for envelope in self.door.published() for notice in envelope.notices]


_receiving = Receiving()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where our door is."""
    route = Route("/webhooks/dynamics-americas/{key}", _receiving.take, methods=["GET", "POST", "OPTIONS"])
    with serve(Starlette(routes=[route])) as url:
        yield f"{url}/webhooks/dynamics-americas"


@pytest.fixture
def receiving(live: LiveEnvironment, address: str) -> Receiving:
    """Our door, to which the environment's events are posted under the key that is right."""
    _receiving.renew()
    live.settings.endpoint_url = f"{address}/{KEY}"
    return _receiving


@all_ways
def test_what_is_posted_is_told_found_and_read(live: LiveEnvironment, receiving: Receiving, endpoint: str) -> None:
    """Every kind of document: its event leads to its entry."""
    live.settings.endpoint = endpoint
    plain = [INVOICE, {**INVOICE, "kind": "free_text_invoice"}, PAYMENT, BILL, JOURNAL, {**JOURNAL, "company": "brmf"}]
    posted = [live.post(each) for each in plain]
    told = receiving.told()
    assert told == [
        "*usmf/customer_invoice/CIV-000001/",
        "*usmf/customer_invoice/FTI-000001/",
        "*usmf/customer_payment/CPV-000001/",
        "*usmf/supplier_invoice/2026%2F0117/",
        "*usmf/journal/00005/",
        "*brmf/journal/00006/",
    ]
    assert [live.found(each) for each in told] == [[each] for each in posted]


def test_an_event_is_told_in_the_environments_own_clock(live: LiveEnvironment, receiving: Receiving) -> None:
    """And its control number, which a float would change, costs nothing."""
    live.post(INVOICE)
    [envelope] = receiving.door.published()
    [notice] = envelope.notices
    [delivery] = live.control("GET", "deliveries")
    assert delivery["body"]["ControlNumber"] > 2**53
    assert notice.notice_id == delivery["body"]["EventId"].lower()
    assert notice.occurred_at is not None
    assert abs((notice.occurred_at - live.clock.now()).total_seconds()) < 1


def test_a_journal_tells_of_all_of_its_vouchers_at_once(live: LiveEnvironment, receiving: Receiving) -> None:
    """250 of them: two pages."""
    documents = [{"kind": "journal", **{name: JOURNAL[name] for name in ("date", "lines")}}] * 250
    posted = live.control("POST", "journals", documents=documents)["documents"]
    [search] = receiving.told()
    assert live.found(search) == [each["record_id"] for each in posted]


@all_ways
def test_a_new_endpoint_is_tried_before_it_is_active(
    live: LiveEnvironment, receiving: Receiving, endpoint: str
) -> None:
    """Event Grid asks first whether it is welcome, and the test event comes to nothing: no flow carries it."""
    live.settings.endpoint = endpoint
    assert live.control("POST", "activate")["active"]
    [envelope] = receiving.door.published()
    assert [each.key.entity for each in envelope.notices] == ["businesseventstestendpointcontract"]
    assert receiving.door.bus.entries[0].detail_type == "unrouted"
    assert receiving.posts == (1 if endpoint == HTTPS else 2)


@all_ways
def test_an_endpoint_with_a_wrong_key_is_not_activated(
    live: LiveEnvironment, receiving: Receiving, address: str, endpoint: str
) -> None:
    """It is answered as an address that does not exist."""
    live.settings.endpoint, live.settings.endpoint_url = endpoint, f"{address}/{NEXT_KEY}"
    assert not live.control("POST", "activate")["active"]
    assert not receiving.door.bus.entries
    assert receiving.door.last_line()["status"] == 404
    live.settings.endpoint_url = address
    assert not live.control("POST", "activate")["active"]


def test_an_outage_of_seconds_needs_a_person(live: LiveEnvironment, receiving: Receiving) -> None:
    """Three tries, then the error log; sent again by hand, the event is the same, and comes after later ones."""
    receiving.refuse = [503, 503, 503]
    live.post(INVOICE)
    live.post(JOURNAL)
    [failed] = live.control("GET", "errors")
    assert failed["answers"] == [503, 503, 503]
    [again] = live.control("POST", "errors/resend")
    assert (again["body"], again["answers"]) == (failed["body"], [503, 503, 503, 200])
    assert receiving.told() == ["*usmf/journal/00002/", "*usmf/customer_invoice/CIV-000001/"]
    assert not live.control("GET", "errors")


def test_event_grid_tries_longer(live: LiveEnvironment, receiving: Receiving) -> None:
    """And counts its tries in a header; what it sends is the same."""
    live.settings.endpoint = EVENT_GRID
    receiving.refuse = [503, 429, 500]
    live.post(INVOICE)
    assert receiving.told() == ["*usmf/customer_invoice/CIV-000001/"]
    assert live.control("GET", "deliveries")[0]["answers"] == [503, 429, 500, 200]


def test_cloud_events_come_alone_where_no_batches_are_asked_for(live: LiveEnvironment, receiving: Receiving) -> None:
    """As objects of their own form, one to a request."""
    live.settings.endpoint, live.settings.grid_batch, live.settings.send = CLOUD_EVENTS, 1, "on_request"
    for _ in range(2):
        live.post(JOURNAL)
    live.control("POST", "deliver")
    assert receiving.posts == 2
    assert receiving.told() == ["*usmf/journal/00001/", "*usmf/journal/00002/"]


@all_ways
def test_events_come_twice_and_out_of_order(live: LiveEnvironment, receiving: Receiving, endpoint: str) -> None:
    """Under the same ids, so that they are known; and what they name is read as it is, whichever came last."""
    live.settings.endpoint, live.settings.send = endpoint, "on_request"
    posted = [live.post(JOURNAL) for _ in range(3)]
    live.control("POST", "deliver", ids=[3, 1, 2, 1, 3])
    notices = [each for envelope in receiving.door.published() for each in envelope.notices]
    assert [each.key.record_id for each in notices] == [f"*usmf/journal/{each:05d}/" for each in (3, 1, 2, 1, 3)]
    assert len({each.notice_id for each in notices}) == 3
    assert len(receiving.door.bus.entries) == (5 if endpoint == HTTPS else 1)
    assert [live.found(each.key.record_id)[0] for each in notices[:3]] == [posted[2], posted[0], posted[1]]


def test_events_that_are_dropped_never_come(live: LiveEnvironment, receiving: Receiving) -> None:
    """Named, all that wait, or whatever is posted while nothing is told; and the listing has every one of them."""
    live.settings.send = "on_request"
    posted = [live.post(JOURNAL) for _ in range(4)]
    assert live.control("POST", "drop", ids=[2]) == {"dropped": [2]}
    live.control("POST", "deliver")
    live.settings.send = "immediately"
    live.control("POST", "settings", tells=False)
    posted.append(live.post(JOURNAL))
    live.control("POST", "settings", tells=True)
    assert receiving.told() == [f"*usmf/journal/{each:05d}/" for each in (1, 3, 4)]
    state = live.control("GET", "state")
    assert [
        f"{each['data_area_id']}/{each['accounting_date']}/{each['voucher']}" for each in state["posted_entry"]
    ] == posted


def test_events_that_are_not_activated_are_not_sent(live: LiveEnvironment, receiving: Receiving) -> None:
    """Each is switched on by itself."""
    live.control("POST", "settings", active_events=["SalesInvoicePostedBusinessEvent"])
    live.post(JOURNAL)
    live.post(INVOICE)
    assert receiving.told() == ["*usmf/customer_invoice/CIV-000001/"]


def test_the_amount_of_an_event_is_not_what_is_read(live: LiveEnvironment, receiving: Receiving) -> None:
    """It is in the company's currency, with tax, and says of neither."""
    lines = [
        {"account": "130100", "amount": "110.00"},
        {"account": "401100", "amount": "-100.00"},
        {"account": "202100", "amount": "-10.00"},
    ]
    record_id = live.post(INVOICE, company="mxmf", currency="EUR", lines=lines)
    [delivery] = live.control("GET", "deliveries")
    assert delivery["body"]["InvoiceAmount"] == pytest.approx(2038.66)
    revenue: Any = live.fact(record_id).lines[1]
    assert str(revenue.transaction) == "-100.00 EUR"
    assert receiving.told()
