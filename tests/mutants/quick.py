"""A pytest plugin: leaves out what a mutant would wait for, the emulated AWS and the sandbox, and what no mutant can enter."""

from __future__ import annotations

import pytest  # noqa: TC002 what its types come from is a dependency to a reader

_EMULATED = {("table", "dynamo"), ("opening", "sqs")}
_SLOW_FIXTURES = {"aws", "house", "running", "mirrored"}
_SLOW_FOLDERS = ("tests/unit/sandbox/",)
# A Python without installed packages, in which nothing that mutmut has changed can be imported.
_BARE_PYTHON = tuple(f"tests/unit/{step}/test_{step}_imports.py" for step in ("receive", "journal"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests over an emulated service, and those in a Python of their own."""
    out = [item for item in items if _is_out(item)]
    items[:] = [item for item in items if item not in out]
    if out:
        config.hook.pytest_deselected(items=out)


def _is_out(item: pytest.Item) -> bool:
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    chosen = {(name, value) for name, value in parameters.items() if isinstance(value, str)}
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(chosen & _EMULATED or fixtures & _SLOW_FIXTURES) or item.nodeid.startswith(_SLOW_FOLDERS + _BARE_PYTHON)
