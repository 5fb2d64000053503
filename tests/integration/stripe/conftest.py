"""A fresh simulated account for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.one_server import OneServer
from tests.support.stripe_account import LiveStripe


@pytest.fixture
def live(server: tuple[OneServer, str]) -> Iterator[LiveStripe]:
    """A fresh account, and a reader of it."""
    found = LiveStripe(*server)
    with found.http:
        yield found
