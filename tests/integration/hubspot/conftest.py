"""A simulated HubSpot account for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from sandbox.systems.faults import FaultPlan
from sandbox.systems.hubspot.app import create_app
from sandbox.systems.hubspot.settings import Settings
from sandbox.systems.serving import serve
from tests.support.hubspot_account import (
    NOW,
    Account,
)
from tests.support.one_server import OneServer


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[OneServer, str, httpx.Client]]:
    """The server, its base URL and a client."""
    house = OneServer()
    with serve(house) as url, httpx.Client() as http:
        yield house, url, http


@pytest.fixture
def account(house: tuple[OneServer, str, httpx.Client]) -> Account:
    """An account without deals, answering over HTTP."""
    plan = FaultPlan()
    app = create_app(Settings(), plan=plan, now=lambda: NOW)
    house[0].app = app
    return Account(app.state.portal, plan, house[2], house[1])
