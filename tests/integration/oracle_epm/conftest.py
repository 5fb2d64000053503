"""The running environment the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.oracle_epm_environment import RunningEnvironment, running_environment


@pytest.fixture(scope="session")
def running() -> Iterator[RunningEnvironment]:
    """One environment for all tests."""
    with running_environment() as environment:
        yield environment


@pytest.fixture
def environment(running: RunningEnvironment) -> RunningEnvironment:
    """The environment, emptied."""
    running.control("reset", {})
    return running
