"""A fresh simulated site for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.chargebee_site import LiveChargebee
from tests.support.one_server import OneServer


@pytest.fixture
def live(server: tuple[OneServer, str]) -> Iterator[LiveChargebee]:
    """A fresh site, and a reader of it."""
    found = LiveChargebee(*server)
    with found.http:
        yield found
