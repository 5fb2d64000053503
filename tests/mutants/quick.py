"""A pytest plugin: leaves out what a mutant would wait for, the emulated AWS and the sandbox, and what no mutant can enter.

With `--emulated`, for the adapters that nothing else tells from what they should be, the emulated AWS judges too.

The quickest tests come first: a mutant is done with at the first that fails, and most fail one that takes no time. Nobody
reads how it failed, so no example is made smaller, which takes a property test longer than all others together.
"""

from __future__ import annotations

from importlib import import_module

import pytest  # noqa: TC002 what its types come from is a dependency to a reader
from hypothesis import Phase, settings

_EMULATED = {("table", "dynamo"), ("opening", "sqs")}
_OF_EMULATIONS = {"aws"}
_SLOW_FIXTURES = {"house", "running", "mirrored"}
_ALIKE_S = 0.05  # tests that differ by less stay together with those of their module, which share what is made once
_SLOW_FOLDERS = ("tests/unit/sandbox/",)
# A Python without installed packages, in which nothing that mutmut has changed can be imported.
_BARE_PYTHON = tuple(f"tests/unit/{step}/test_{step}_imports.py" for step in ("receive", "relay", "journal"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the option."""
    parser.addoption("--emulated", action="store_true", help="keep the tests over an emulated AWS")


def pytest_configure() -> None:
    """Have property tests end at the first example that fails; after the conftest, whose profile this follows."""
    settings.register_profile("judging", phases=(Phase.explicit, Phase.generate), report_multiple_bugs=False)
    settings.load_profile("judging")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests over an emulated service unless they are asked for, and those in a Python of their own; sort."""
    emulated = bool(config.getoption("--emulated"))
    out = [item for item in items if _is_slow(item) or (_is_emulated(item) and not emulated)]
    took: dict[str, float] = import_module("mutmut.state").state().duration_by_test
    items[:] = sorted(
        (item for item in items if item not in out), key=lambda item: took.get(item.nodeid, 0) // _ALIKE_S
    )
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
