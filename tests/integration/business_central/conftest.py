"""A fresh simulated environment for every test, behind one server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.support.central_reading import CentralReading
from tests.support.one_server import OneServer

Opening = Callable[..., CentralReading]


@pytest.fixture
def opening(server: tuple[OneServer, str]) -> Iterator[Opening]:
    """Opens environments with some settings."""
    with httpx.Client(trust_env=False) as http:
        yield lambda **settings: CentralReading(*server, http, **settings)


@pytest.fixture
def central(opening: Opening) -> CentralReading:
    """An environment that is subscribed to."""
    found = opening()
    found.keep_subscribed()
    return found
