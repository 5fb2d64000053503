"""The running tenant the tests of this folder share, and what holds after each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.systems.sap_analytics.settings import TenantSettings
from tests.support.sap_analytics_tenant import RunningTenant, running_tenant


@pytest.fixture(scope="session")
def running() -> Iterator[RunningTenant]:
    """One tenant for all tests."""
    with running_tenant() as tenant:
        yield tenant


@pytest.fixture
def tenant(running: RunningTenant) -> Iterator[RunningTenant]:
    """The tenant, emptied; whatever a test does, no import job is left behind, and none ever did anything but set."""
    running.control("reset", {})
    running.control("settings", TenantSettings().plain())
    running.clock.slept.clear()
    yield running
    assert running.jobs() == []
    assert {each["method"] for each in running.control("writes")["writes"]} <= {"Update"}
