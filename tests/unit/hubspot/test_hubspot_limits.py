"""What HubSpot takes in one call, how many pages of companies a deal may have, and how long an id may be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from tests.support.clock import ManualClock
from tieout.arriving.notice import RecordKey
from tieout.errors import UnreadableRecordError
from tieout.facts.statement import Statement
from tieout.landscape import Connection
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.reader import HubSpotReader, open_reader

_DEALS, _LINE_ITEMS = "/crm/v3/objects/deals/batch/read", "/crm/v3/objects/line_items/batch/read"
_COMPANIES, _ITEMS_OF = (f"/crm/v4/associations/deals/{kind}/batch/read" for kind in ("companies", "line_items"))


class Account:
    """An account that has every record it is asked for, and remembers how many were asked for in each call.

    Args:
        pages: how many pages of companies every deal has.
        items: how many line items every deal has.
    """

    def __init__(self, pages: int = 1, items: int = 0) -> None:
        self._pages, self._items = pages, items
        self.asked: dict[str, list[int]] = {_DEALS: [], _COMPANIES: [], _ITEMS_OF: [], _LINE_ITEMS: []}

    def reader(self) -> HubSpotReader:
        """A reader of it."""
        connection = Connection(
            name="crm",
            system="hubspot",
            legal_entity="E",
            time_zone="UTC",
            default_currency="EUR",
            api_base_url="https://hubspot.test",
        )
        http = httpx.Client(transport=httpx.MockTransport(self._handle))
        return open_reader(connection, {"access_token": "t"}, http, ManualClock())

    def _handle(self, request: httpx.Request) -> httpx.Response:
        inputs = json.loads(request.content)["inputs"]
        self.asked[request.url.path].append(len(inputs))
        answers: Mapping[str, Callable[[dict[str, str]], dict[str, Any]]] = {
            _DEALS: _deal,
            _COMPANIES: self._links,
            _ITEMS_OF: self._item_links,
            _LINE_ITEMS: _line_item,
        }
        answer = answers[request.url.path]
        return httpx.Response(200, json={"status": "COMPLETE", "results": [answer(each) for each in inputs]})

    def _links(self, asked: dict[str, str]) -> dict[str, Any]:
        page = int(asked.get("after", "1"))
        link = {"toObjectId": 70 + page, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 5}]}
        paging = {"paging": {"next": {"after": str(page + 1)}}} if page < self._pages else {}
        return {"from": {"id": asked["id"]}, "to": [link]} | paging

    def _item_links(self, asked: dict[str, str]) -> dict[str, Any]:
        link = {"associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 19}]}
        items = [link | {"toObjectId": 1000 * int(asked["id"]) + number} for number in range(self._items)]
        return {"from": {"id": asked["id"]}, "to": items}


def _line_item(asked: dict[str, str]) -> dict[str, Any]:
    properties = {"hs_lastmodifieddate": "2026-03-01T00:00:00.000Z", "name": "Licence", "amount": "1", "quantity": "1"}
    return {"id": asked["id"], "properties": properties, "archived": False}


def _deal(asked: dict[str, str]) -> dict[str, Any]:
    properties = {"hs_lastmodifieddate": "2026-03-01T00:00:00.000Z", "dealname": "Deal", "dealstage": "won"}
    return {"id": asked["id"], "properties": properties | {"pipeline": "default", "amount": "1"}, "archived": False}


def keys(count: int) -> list[RecordKey]:
    """Keys of so many deals."""
    return [RecordKey("crm", "opportunity", str(number + 1)) for number in range(count)]


@pytest.mark.parametrize(
    ("deals", "calls", "company_calls"),
    [(100, [100], [100]), (101, [100, 1], [101]), (1_000, [100] * 10, [1_000]), (1_001, [*[100] * 10, 1], [1_000, 1])],
)
def test_deals_are_asked_for_by_the_hundred_and_their_companies_by_the_thousand(
    deals: int, calls: list[int], company_calls: list[int]
) -> None:
    """One more in a call would be refused whole, and cost a call for every deal in it."""
    account = Account()
    readings = account.reader().read(keys(deals))
    assert (account.asked[_DEALS], account.asked[_COMPANIES]) == (calls, company_calls)
    assert account.asked[_ITEMS_OF] == company_calls
    assert all(isinstance(reading, Statement) and reading.fact is not None for reading in readings.values())
    assert len(readings) == deals


@pytest.mark.parametrize(("deals", "items", "calls"), [(1, 100, [100]), (1, 101, [100, 1]), (3, 50, [100, 50])])
def test_line_items_are_asked_for_by_the_hundred(deals: int, items: int, calls: list[int]) -> None:
    """Those of several deals go together, and a deal of many is no reason to ask for one too many."""
    account = Account(items=items)
    assert len(account.reader().read(keys(deals))) == deals
    assert account.asked[_LINE_ITEMS] == calls


@pytest.mark.parametrize(("pages", "is_read"), [(50, True), (51, False)])
def test_a_deal_has_fifty_pages_of_companies_at_most(pages: int, *, is_read: bool) -> None:
    """An account that always names a next page must not be asked for ever."""
    account = Account(pages)
    [reading] = account.reader().read(keys(1)).values()
    assert isinstance(reading, Statement if is_read else UnreadableRecordError)
    assert account.asked[_COMPANIES] == [1] * 50


@pytest.mark.parametrize(("digits", "is_asked_for"), [(1, True), (19, True), (20, False)])
def test_an_id_has_nineteen_digits_at_most(digits: int, *, is_asked_for: bool) -> None:
    """HubSpot's ids are 64-bit integers: a longer one is no deal's, and would spoil the call for its neighbours."""
    account = Account()
    key = RecordKey("crm", "opportunity", "7" * digits)
    reading = account.reader().read([key])[key]
    assert isinstance(reading, Statement if is_asked_for else UnreadableRecordError)
    assert account.asked[_DEALS] == ([1] if is_asked_for else [])


def test_a_time_stamp_may_lie_an_hour_off_at_most() -> None:
    """The longest window is still an option, one second more is none."""
    assert Options(max_skew_seconds=1).max_skew_seconds == 1
    assert Options(max_skew_seconds=3600).max_skew_seconds == 3600
    for seconds in (0, 3601):
        with pytest.raises(ValueError, match="max_skew_seconds"):
            Options(max_skew_seconds=seconds)
