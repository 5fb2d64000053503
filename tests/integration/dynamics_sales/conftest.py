"""A fresh simulated environment for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.dynamics_sales_environment import LiveSales
from tests.support.one_server import OneServer


@pytest.fixture
def live(server: tuple[OneServer, str]) -> Iterator[LiveSales]:
    """A fresh environment, and a reader of it."""
    found = LiveSales(*server)
    with found.http:
        yield found
