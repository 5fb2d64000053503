"""What the processes of one test run share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def folder_of_the_run(own: pytest.TempPathFactory) -> Path:
    """A folder that is the same for all processes of a test run, and new for each run."""
    folder = own.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
