"""What a simulated environment posts at our door: told, tried once more or never again, and read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.systems.dynamics_sales.settings import CODE, HEADER
from sandbox.systems.serving import serve
from tests.support.dynamics_sales_environment import CONNECTION, SOFTWARE, LiveSales
from tests.support.receiving import Door
from tieout.arriving.notice import LISTING
from tieout.errors import UnavailableError

if TYPE_CHECKING:
    from starlette.requests import Request

KEY = "made-up-key-of-24-signs-1"


@dataclass
class Receiving:
    """Our receive step behind a server.

    Attributes:
        refuse: statuses that are answered instead, one request each.
    """

    door: Door = field(init=False)
    refuse: list[int] = field(default_factory=list)
    posts: int = 0

    def renew(self, organization_id: str) -> None:
        """A connection to which nothing was posted yet."""
        self.door = Door(
            system="dynamics_sales",
            options={"organization_id": organization_id},
            flows=dict.fromkeys(("opportunity", "line_item"), "forecast_to_plan"),
            secret_text=json.dumps({"current": KEY}),
            connection=CONNECTION,
        )
        self.refuse, self.posts = [], 0

    async def take(self, request: Request) -> Response:
        """Answer one request."""
        self.posts += 1
        body = await request.body()
        if self.refuse:
            return Response(status_code=self.refuse.pop(0))
        answer = self.door.post(body, dict(request.headers), query=request.url.query)
        return Response(answer.body, status_code=answer.status, media_type=answer.content_type)

    def told(self) -> list[tuple[str, str, str]]:
        """What all notices on the bus say, in order."""
        notices = [notice for envelope in self.door.published() for notice in envelope.notices]
        return [(each.kind, each.key.entity, each.key.record_id) for each in notices]


_receiving = Receiving()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where our door is."""
    with serve(Starlette(routes=[Route("/webhooks/sales", _receiving.take, methods=["POST"])])) as url:
        yield f"{url}/webhooks/sales"


@pytest.fixture
def receiving(live: LiveSales, address: str) -> Receiving:
    """Our door, to which the environment's steps post with the right key."""
    _receiving.renew(live.settings.organization_id)
    live.settings.webhook_url, live.settings.webhook_key = address, KEY
    return _receiving


@pytest.mark.parametrize(("key_in", "name"), [(HEADER, "x-tieout-key"), (CODE, "code")])
def test_whatever_users_do_is_told_of_the_opportunity(
    live: LiveSales, receiving: Receiving, key_in: str, name: str
) -> None:
    """By header or by query; a product's change is its opportunity's, where images were registered."""
    live.settings.key_in, live.settings.key_name = key_in, name
    record_id = live.open()
    live.change(record_id, estimatedvalue="2.00")
    product = live.sell(record_id, SOFTWARE, "5.00")
    live.control("DELETE", f"products/{product}")
    live.control("POST", f"opportunities/{record_id}/close", won=True)
    live.control("POST", f"opportunities/{record_id}/reopen")
    live.control("DELETE", f"opportunities/{record_id}")
    said = [kind for kind, *_ in receiving.told()]
    assert said == [
        "opportunity/Create",
        "opportunity/Update",
        "opportunityproduct/Create",
        "opportunityproduct/Delete",
        "opportunity/Win",
        "opportunity/Update",
        "opportunity/Update",
        "opportunity/Delete",
    ]
    assert {(entity, named) for _, entity, named in receiving.told()} == {("opportunity", record_id)}


def test_without_images_a_product_is_told_of_by_its_own_name(live: LiveSales, receiving: Receiving) -> None:
    """Its opportunity is then found by reading it."""
    live.settings.images = False
    record_id = live.open()
    product = live.sell(record_id, SOFTWARE, "5.00")
    changed = {"opportunityproductid": product, "extendedamount": "6.00"}
    live.control("POST", f"opportunities/{record_id}/products", **changed)
    assert receiving.told()[1:] == [
        ("opportunityproduct/Create", "opportunity", record_id),
        ("opportunityproduct/Update", "line_item", product),
    ]


def test_a_context_that_is_too_large_still_says_which_row_it_was(live: LiveSales, receiving: Receiving) -> None:
    """Everything else is left out, as a header says."""
    live.settings.most_bytes = 1_000
    record_id = live.open()
    [delivery] = live.control("GET", "deliveries")
    assert delivery["cut"] is True
    assert receiving.told() == [("opportunity/Create", "opportunity", record_id)]
    assert LISTING not in record_id


@pytest.mark.parametrize(("status", "posts", "is_told"), [(503, 2, True), (429, 1, False), (500, 1, False)])
def test_only_what_is_answered_as_passing_is_posted_again(
    live: LiveSales, receiving: Receiving, status: int, posts: int, *, is_told: bool
) -> None:
    """So our door never answers anything else where the fault is ours."""
    receiving.refuse = [status]
    live.open()
    assert (receiving.posts, bool(receiving.told())) == (posts, is_told)
    assert live.control("GET", "deliveries")[0]["failed"] is not is_told


def test_our_own_fault_is_posted_once_more_under_the_same_name(live: LiveSales, receiving: Receiving) -> None:
    """A door that cannot publish answers 503; the second try is the same notice."""

    def fail(_point: str) -> None:
        if not receiving.door.lines:
            raise UnavailableError("down")

    receiving.door.bus.io = receiving.door.store.io = fail
    record_id = live.open()
    assert live.control("GET", "deliveries")[0]["answers"] == [503, 200]
    live.control("POST", "deliver", ids=[1])
    told = [notice for envelope in receiving.door.published() for notice in envelope.notices]
    assert len(told) == 2
    assert {each.notice_id for each in told} == {told[0].notice_id}
    assert told[0].key.record_id == record_id


def test_a_copy_of_the_environment_is_not_heard(live: LiveSales, receiving: Receiving) -> None:
    """It has the same address and the same key."""
    live.settings.organization_id = "5a1e5000-0000-4000-8000-0000000000f9"
    live.open()
    assert live.control("GET", "deliveries")[0]["answers"] == [401]
    assert receiving.told() == []
