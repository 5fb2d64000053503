"""The landscape that the tree in this folder declares for a stage, compiled as its deployment would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ops import place
from tieout.errors import PermanentError
from tieout.landscape import Landscape


class UnfitLandscapeError(PermanentError):
    """What the tree declares cannot be deployed; the message names every flaw."""


def declared_landscape(stage: str, overlay: Path | None) -> Landscape:
    """What the tree declares; compiling it takes what deploys, so that it is done in a process of its own.

    Raises:
        UnfitLandscapeError: it cannot be deployed.
    """
    if overlay is None and stage == place.SANDBOX:
        overlay = place.ENDPOINTS_FILE.parent / "overlay"  # with the addresses of its simulated systems
    command = [sys.executable, "-m", "infra.compiled", stage, *(["--overlay", str(overlay)] if overlay else [])]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 our own module, with names
    if done.returncode:
        raise UnfitLandscapeError(done.stderr.decode().strip())
    return Landscape.of_json(done.stdout)
