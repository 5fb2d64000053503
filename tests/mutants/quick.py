"""A pytest plugin: leaves out what a mutant would wait for, the emulated AWS and the sandbox, and what no mutant can enter.

With `--emulated`, for the adapters that nothing else tells from what they should be, the emulated AWS judges too.
"""

from __future__ import annotations

import pytest  # noqa: TC002 what its types come from is a dependency to a reader

_EMULATED = {("table", "dynamo"), ("opening", "sqs")}
_OF_EMULATIONS = {"aws"}
_SLOW_FIXTURES = {"house", "running", "mirrored"}
_SLOW_FOLDERS = ("tests/unit/sandbox/",)
# A Python without installed packages, in which nothing that mutmut has changed can be imported.
_BARE_PYTHON = tuple(f"tests/unit/{step}/test_{step}_imports.py" for step in ("receive", "relay", "journal"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the option."""
    parser.addoption("--emulated", action="store_true", help="keep the tests over an emulated AWS")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests over an emulated service unless they are asked for, and those in a Python of their own."""
    emulated = bool(config.getoption("--emulated"))
    out = [item for item in items if _is_slow(item) or (_is_emulated(item) and not emulated)]
    items[:] = [item for item in items if item not in out]
    if out:
        config.hook.pytest_deselected(items=out)


def _is_emulated(item: pytest.Item) -> bool:
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    chosen = {(name, value) for name, value in parameters.items() if isinstance(value, str)}
    return bool(chosen & _EMULATED or _fixtures(item) & _OF_EMULATIONS)


def _is_slow(item: pytest.Item) -> bool:
    return bool(_fixtures(item) & _SLOW_FIXTURES) or item.nodeid.startswith(_SLOW_FOLDERS + _BARE_PYTHON)


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))
