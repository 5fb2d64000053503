"""The running tenant the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.anaplan_tenant import RunningTenant, running_tenant


@pytest.fixture(scope="session")
def running() -> Iterator[RunningTenant]:
    """One tenant for all tests."""
    with running_tenant() as tenant:
        yield tenant


@pytest.fixture
def tenant(running: RunningTenant) -> RunningTenant:
    """The tenant, emptied."""
    running.control("reset", {})
    return running
