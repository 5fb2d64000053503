"""The quarter of the example group, as it happens once for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.example.declaring import quarter
from tests.example.running import Happened, declared, happen
from tests.example.systems import Addresses, addresses


@pytest.fixture(scope="session")
def group() -> Iterator[Addresses]:
    """Where the group's systems answer, one quarter after the other."""
    with addresses(declared()) as found:
        yield found


@pytest.fixture(scope="session")
def whole(group: Addresses) -> Happened:
    """The quarter with every anomaly."""
    return happen(quarter().acts(), group)
