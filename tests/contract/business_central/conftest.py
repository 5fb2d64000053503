"""A fresh simulated environment for every test, behind one server, and an address that it notifies."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from sandbox.systems.serving import serve
from tests.support.central_wire import Central, Hook
from tests.support.one_server import OneServer


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[OneServer, str, httpx.Client]]:
    """The server for all tests of this module, its base URL and a client."""
    house = OneServer()
    with serve(house) as url, httpx.Client(trust_env=False) as http:
        yield house, url, http


@pytest.fixture
def central(server: tuple[OneServer, str, httpx.Client]) -> Central:
    """A new environment that answers at the server's address."""
    house, url, http = server
    return Central(url, http, house)


@pytest.fixture
def hook() -> Iterator[tuple[Hook, str]]:
    """An address that is notified, and its URL."""
    made = Hook()
    with serve(made.app) as url:
        yield made, f"{url}/hook"
