"""Examples of stages: deployed as any other, and taken for none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from infra.landscape import read_landscape
from infra.landscape_files import LandscapeError


def test_an_example_has_a_name_of_its_own(root: Path) -> None:
    """Else one of both would be deployed, and nobody could say which."""
    example = "landscape/examples/sandbox.toml"
    shutil.copy(root / "landscape/stages/sandbox.toml", root / example)
    with pytest.raises(LandscapeError) as caught:
        read_landscape(root, "sandbox")
    assert caught.value.problems == (f"{example}: a stage has that name, too",)
