"""A fresh simulated tenant for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.systems.serving import serve
from tests.support.one_server import OneServer
from tests.support.sap_reading import TenantRead, plain_http


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[OneServer, str]]:
    """The server and its address."""
    one = OneServer()
    with serve(one) as url:
        yield one, url


@pytest.fixture
def tenant(server: tuple[OneServer, str]) -> Iterator[TenantRead]:
    """A fresh tenant."""
    with plain_http() as http:
        yield TenantRead(*server, http)
