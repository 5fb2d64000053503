"""A fresh simulated account for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.systems.netsuite.app import create_app
from sandbox.systems.netsuite.certificates import IntegrationKey, make_key
from sandbox.systems.netsuite.settings import AccountSettings
from tests.support.clock import ManualClock
from tests.support.netsuite_account import Account, plain_http
from tests.support.one_server import OneServer


@pytest.fixture(scope="session")
def key() -> IntegrationKey:
    """One key for all tests, short so that signing is quick."""
    return make_key(2048)


@pytest.fixture
def account(key: IntegrationKey, server: tuple[OneServer, str]) -> Iterator[Account]:
    """A fresh account."""
    one, url = server
    clock = ManualClock()
    app = create_app(AccountSettings(certificate_public_key=key.public_key), now=clock.now)
    one.app = app
    with plain_http() as http:
        yield Account(url, http, clock, key, app.documents)
