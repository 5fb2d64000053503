"""A fresh simulated environment for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.dynamics_environment import LiveEnvironment
from tests.support.one_server import OneServer


@pytest.fixture
def live(server: tuple[OneServer, str]) -> Iterator[LiveEnvironment]:
    """A fresh environment with three companies, and a reader of it."""
    found = LiveEnvironment(*server)
    with found.http:
        yield found
