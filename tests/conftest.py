"""What holds for all tests: how they are shared out to processes, and the one profile of all property tests.

No property fails because the machine was slow for a moment. A commit's verdict is the commit's: examples are derived from
the test itself, so a second run tries the same ones. Chance is for those who look for trouble:
`pytest --hypothesis-profile=searching` tries other examples each time, more of them, and keeps what failed under `.cache`.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, configuration, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from xdist.scheduler import LoadScopeScheduling

from tests.support.one_server import OneServer
from tests.support.wide_stack import on_a_wide_stack
from tests.support.worked_out_once import work_out_once

if TYPE_CHECKING:
    from xdist.remote import Producer

_HOME = Path(__file__).resolve().parents[1] / ".cache/hypothesis"
_SLOW_MOMENTS = (HealthCheck.too_slow,)  # judges by the clock, like a deadline

configuration.set_hypothesis_home_dir(_HOME)
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW_MOMENTS
)
settings.register_profile(
    "searching",
    deadline=None,
    derandomize=False,
    database=DirectoryBasedExampleDatabase(_HOME / "examples"),
    max_examples=2_000,
    suppress_health_check=_SLOW_MOMENTS,
)
settings.load_profile("repeatable")

# Their tests share what takes half a minute to make: one process has all of a folder. (xdist's own groups, by marks, need an
# attribute that pytest no longer has, and are silently none.)
_IN_ONE_PROCESS = ("tests/e2e/", "tests/infra/")
# Their tests take long: whoever is free has the next one, or all that are called alike up to a dash, which then share what they
# run. All others are shared out by module.
_EACH_ALONE = ("tests/simulation/",)

_OBJECTS_BETWEEN_COLLECTIONS = 200_000
# What takes minutes begins first: else one process is left with it alone, when all the others have nothing to do any more.
_LONGEST = ("tests/e2e/", "tests/simulation/test_seeds.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests in front."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are collected: what is imported stays, and it is looked through again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among what was imported: a tenth of all tests' time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test where its calls cost the same however deep they go."""
    return on_a_wide_stack(item, nextitem)


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[OneServer, str]]:
    """A web server for the applications of all tests that set one, and its address."""
    from sandbox.systems.serving import serve  # noqa: PLC0415 most tests need none

    one = OneServer()
    with serve(one) as url:
        yield one, url


work_out_once()


class ByFolder(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives a module's tests to whoever is free, but all of some folders to one process, and each of others by itself."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_EACH_ALONE):
            return nodeid.partition("-")[0]
        module = nodeid.split("::", 1)[0]
        return next((folder for folder in _IN_ONE_PROCESS if nodeid.startswith(folder)), module)


@pytest.hookimpl(optionalhook=True)  # a judge of mutants runs without xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    """What shares the tests out, in the order they were collected in; see https://pytest-xdist.readthedocs.io."""
    # else what has most tests begins first, not what takes longest
    config.option.loadscopereorder = False
    return ByFolder(config, log)
