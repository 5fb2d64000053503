"""One sandbox for all end-to-end tests of a run: the real stacks, deployed by the real CDK into the emulated AWS."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

import ops.place
from sandbox.demo.planning_systems import PlanningSystems, planning_systems
from sandbox.running import Sandbox, running_sandbox
from tests.e2e import commands
from tests.e2e.commands import Tieout
from tests.support.one_run import folder_of_the_run

_FOLDER = pytest.StashKey[Path]()


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox that is ready, on free ports, until the last of its tests; they share it, so each works with records of its own."""
    _be_the_only_one(folder_of_the_run(tmp_path_factory))
    folder = tmp_path_factory.mktemp("sandbox")
    request.config.stash[_FOLDER] = folder
    with running_sandbox(folder) as ready:
        yield ready


@pytest.fixture
def planning(sandbox: Sandbox) -> Iterator[PlanningSystems]:
    """The simulated planning systems by target, to look into them."""
    with ExitStack() as ending:
        yield {name: ending.enter_context(closing(each)) for name, each in planning_systems(sandbox).items()}


@pytest.fixture
def tieout(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Tieout:
    """Runs a command against the sandbox and returns the JSON it printed."""
    monkeypatch.setattr(ops.place, "ENDPOINTS_FILE", sandbox.places.endpoints)
    monkeypatch.delenv("TIEOUT_STAGE", raising=False)
    return commands.tieout


def _be_the_only_one(of_the_run: Path) -> None:
    """Fail where a second process of this run makes a sandbox: it costs a minute, and nobody would see it otherwise."""
    try:
        (of_the_run / "sandbox-of-this-run").touch(exist_ok=False)
    except FileExistsError:
        pytest.fail("the end-to-end tests are shared out to several processes: see tests/conftest.py")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark all end-to-end tests (only of this folder's is this file told); `tests/conftest.py` gives them to one process."""
    item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say where the logs of a failed end-to-end test are."""
    report = yield
    folder = item.config.stash.get(_FOLDER, None)
    if report.failed and folder is not None:
        report.sections.append(
            ("sandbox", f"the logs of the emulated AWS, the deploy and the functions: {folder}/logs")
        )
    return report
