"""A fresh simulated tenant for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.one_server import OneServer
from tests.support.zuora_tenant import LiveZuora


@pytest.fixture
def live(server: tuple[OneServer, str]) -> Iterator[LiveZuora]:
    """A fresh tenant, and a reader of it."""
    found = LiveZuora(*server)
    with found.http:
        yield found
