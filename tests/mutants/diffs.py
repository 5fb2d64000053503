"""`python -m tests.mutants.diffs NAME...`, in a tree mutmut has worked on: what these mutants change, as JSON.

`mutmut show` says it of one mutant, and takes a second to start.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module


def main() -> None:
    """Print a diff for each name."""
    known = import_module("mutmut.mutation.diff_apply")  # where mutants are planted, and nowhere else
    diffs = {name: known.get_diff_for_mutant(name, path=known.find_mutant(name).path) for name in sys.argv[1:]}
    sys.stdout.write(json.dumps(diffs))


if __name__ == "__main__":
    main()
