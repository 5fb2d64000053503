"""A pytest plugin: leaves out what a mutant would wait for, the emulated AWS and the sandbox."""

from __future__ import annotations

import pytest  # noqa: TC002 what its types come from is a dependency to a reader

_EMULATED = {("table", "dynamo"), ("opening", "sqs")}
_SLOW_FIXTURES = {"aws", "house", "running", "mirrored"}
_SLOW_FOLDERS = ("tests/unit/sandbox/",)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests over an emulated service."""
    slow = [item for item in items if _is_slow(item)]
    items[:] = [item for item in items if item not in slow]
    if slow:
        config.hook.pytest_deselected(items=slow)


def _is_slow(item: pytest.Item) -> bool:
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    chosen = {(name, value) for name, value in parameters.items() if isinstance(value, str)}
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(chosen & _EMULATED or fixtures & _SLOW_FIXTURES) or item.nodeid.startswith(_SLOW_FOLDERS)
