"""Members that our keeper adds to the simulated Anaplan are read by `anaplan-sdk`, and the API's limit is met by it too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from anaplan_sdk.exceptions import AnaplanException

from sandbox.systems.anaplan.app import create_app
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.serving import serve
from tests.contract.anaplan.test_anaplan_simulator_with_sdk import Turned, sdk
from tests.support.anaplan import BASIC, anaplan_target
from tieout.members import Member
from tieout.system_clock import SystemClock
from tieout.systems.anaplan.cells import open_writer
from tieout.systems.anaplan.members import open_keeper

if TYPE_CHECKING:
    from anaplan_sdk import Client

SETTINGS = TenantSettings(most_items_per_call=3)


@pytest.fixture
def url() -> Iterator[str]:
    """A fresh tenant that takes three items in a call."""
    with serve(create_app(SETTINGS)) as base_url:
        yield base_url


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    """The SDK, logging in by password."""
    with Turned(url) as transport:
        yield sdk(transport)


def customers_of(client: Client) -> int:
    """The id of the list of customers."""
    return next(int(each.id) for each in client.tr.get_lists() if each.name == "Customer")


def test_the_sdk_reads_what_our_keeper_added(client: Client, url: str) -> None:
    """Each member once, with its name, below its parent; added twice, it is there once."""
    with httpx.Client() as http:
        keeper = open_keeper(open_writer(anaplan_target(url), BASIC, http, SystemClock()))
        for _ in range(2):
            assert keeper.add("Customer", [Member("NORTH", "North", "ALL_CUSTOMERS")]) == {}
            assert keeper.add("Customer", [Member("OSLO", "Oslo AS", "NORTH"), Member("ACME", "Another")]) == {}
        assert keeper.change("Customer", [Member("OSLO", "Oslo ASA")]) == {}
    found = [(each.code, each.name, each.parent) for each in client.tr.get_list_items(customers_of(client))]
    assert [each for each in found if each[0] in {"NORTH", "OSLO", "ACME"}] == [
        ("ACME", "Acme Corporation", "All customers"),
        ("NORTH", "North", "All customers"),
        ("OSLO", "Oslo ASA", "North"),
    ]


def test_the_sdk_meets_the_limit_of_items_in_a_call(client: Client) -> None:
    """More than the API takes is refused as a whole."""
    items = [{"name": f"N{number}", "code": f"N{number}"} for number in range(4)]
    with pytest.raises(AnaplanException):
        client.tr.insert_list_items(customers_of(client), items)
    assert client.tr.insert_list_items(customers_of(client), items[:3]).added == 3
