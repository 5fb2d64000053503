"""Prints the landscape that the tree declares for a stage as its functions would have it: `python -m infra.compiled prod`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from infra.landscape import compile_landscape, read_landscape
from infra.landscape_files import LandscapeError


def main(arguments: list[str]) -> int:
    """Print it, or what is wrong with it; 0 where nothing is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage")
    parser.add_argument("--overlay", type=Path, default=None)
    asked = parser.parse_args(arguments)
    try:
        sys.stdout.write(compile_landscape(read_landscape(Path.cwd(), asked.stage, asked.overlay)))
    except LandscapeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
