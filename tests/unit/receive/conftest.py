"""Fixtures of the receive step's tests."""

from __future__ import annotations

import pytest

from tests.support.receiving import Door

SYSTEMS = ["hubspot", "netsuite"]


@pytest.fixture(params=SYSTEMS)
def door(request: pytest.FixtureRequest) -> Door:
    """A connection of each system."""
    return Door(system=request.param)
