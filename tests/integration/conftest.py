"""What holds in every test over a simulated system."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tieout.drift import Seen, Watch


@pytest.fixture(autouse=True)
def _regular(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What it answers is what its system is expected to answer, unless the test has it answer what no system ever does."""
    seen: set[Seen] = set()
    monkeypatch.setattr(Watch, "_note", lambda _watch, each, _row: seen.add(each))
    yield
    assert seen == set() or request.node.get_closest_marker("irregular")
