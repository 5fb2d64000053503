from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

# The CDK runs on node; the environment of this interpreter has its own.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

from tests.support.synthesis import REPOSITORY, STAGES, Synthesis, synthesise


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Synthesis]:
    """The templates of a stage, made once."""

    @cache
    def of_stage(stage: str) -> Synthesis:
        return synthesise(tmp_path_factory.mktemp(stage), stage)

    return of_stage


@pytest.fixture(params=STAGES)
def synthesis(request: pytest.FixtureRequest, stages: Callable[[str], Synthesis]) -> Synthesis:
    """The templates of each declared stage in turn."""
    return stages(request.param)


@pytest.fixture
def prod(stages: Callable[[str], Synthesis]) -> Synthesis:
    """The templates of the production stage."""
    return stages("prod")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the project's landscape that a test may spoil."""
    shutil.copytree(REPOSITORY / "landscape", tmp_path / "landscape")
    return tmp_path
