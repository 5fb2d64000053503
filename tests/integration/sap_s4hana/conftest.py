"""A fresh simulated tenant for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.one_server import OneServer
from tests.support.sap_reading import TenantRead, plain_http


@pytest.fixture
def tenant(server: tuple[OneServer, str]) -> Iterator[TenantRead]:
    """A fresh tenant."""
    with plain_http() as http:
        yield TenantRead(*server, http)
