"""A fresh simulated environment for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.systems.serving import serve
from tests.support.dynamics_sales_environment import LiveSales
from tests.support.one_server import OneServer


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[OneServer, str]]:
    """The server and its address."""
    one = OneServer()
    with serve(one) as url:
        yield one, url


@pytest.fixture
def live(server: tuple[OneServer, str]) -> Iterator[LiveSales]:
    """A fresh environment, and a reader of it."""
    found = LiveSales(*server)
    with found.http:
        yield found
