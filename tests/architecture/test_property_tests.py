"""Property tests judge what the code does, never how long the machine took."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TESTS = Path(__file__).resolve().parents[1]
USERS = sorted(path for path in TESTS.rglob("*.py") if "from hypothesis import" in path.read_text())
OF_THE_PROFILE = {"deadline", "derandomize", "database"}
_SLOW_SECONDS = [0.0, 0.25]  # Hypothesis' own deadline is 0.2


@settings(max_examples=2)
@given(st.integers(0, 1))
def test_a_slow_moment_fails_no_property(number: int) -> None:
    """An import on a cold start takes longer than any deadline, and says nothing about the property."""
    if _SLOW_SECONDS:
        time.sleep(_SLOW_SECONDS.pop())
    assert number in {0, 1}


def test_every_property_runs_under_one_profile(pytestconfig: pytest.Config) -> None:
    """No deadline, no check by the clock; and the same examples for the same commit, unless somebody goes looking for others."""
    asked = pytestconfig.getoption("--hypothesis-profile")
    assert settings.default == settings.get_profile(asked or "repeatable")
    assert settings.get_profile("repeatable").derandomize
    for name in ("repeatable", "searching"):
        assert settings.get_profile(name).deadline is None
        assert HealthCheck.too_slow in settings.get_profile(name).suppress_health_check


@pytest.mark.parametrize("path", USERS, ids=lambda path: path.stem)
def test_a_property_sets_none_of_what_the_profile_decides(path: Path) -> None:
    """How many examples a property needs is its own affair; time, chance and what is remembered are not."""
    if path == TESTS / "conftest.py":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "settings":
            assert not OF_THE_PROFILE & {keyword.arg for keyword in node.keywords}
