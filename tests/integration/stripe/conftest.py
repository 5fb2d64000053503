"""A fresh simulated account for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.systems.serving import serve
from tests.support.one_server import OneServer
from tests.support.stripe_account import LiveStripe


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[OneServer, str]]:
    """The server and its address."""
    one = OneServer()
    with serve(one) as url:
        yield one, url


@pytest.fixture
def live(server: tuple[OneServer, str]) -> Iterator[LiveStripe]:
    """A fresh account, and a reader of it."""
    found = LiveStripe(*server)
    with found.http:
        yield found
