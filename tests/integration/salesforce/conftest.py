"""A fresh simulated organisation for every test, behind one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.one_server import OneServer
from tests.support.salesforce_reading import Read


@pytest.fixture
def read(server: tuple[OneServer, str]) -> Iterator[Read]:
    """A fresh organisation with several currencies, dated rates and record types, and a reader of it."""
    found = Read(*server, record_types=True)
    with found.http:
        yield found


@pytest.fixture
def single(server: tuple[OneServer, str]) -> Iterator[Read]:
    """A fresh organisation with one currency and without record types."""
    found = Read(*server, multi_currency=False)
    with found.http:
        yield found
