"""The tree that mutmut works in: a copy below `.cache` in which the package stands where its mutants are named after it."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TREE = ROOT / ".cache/mutants/tree"

# What decides. Left out: what only wires (handlers, settings), what a vendor's contract tests judge (systems), and the
# paths that need a socket to be seen (`aws/endpoint.py`, `aws/without_sdk.py`, `aws/clients.py`).
MUTATED = (
    *("tieout/money.py", "tieout/periods.py", "tieout/calendars.py"),
    *("tieout/arriving/*.py", "tieout/facts/*.py", "tieout/planning/*.py", "tieout/ledger/*.py"),
    *(
        f"tieout/aws/{name}.py"
        for name in ("dynamo", "expressions", "failures", "flushing", "queues", "secrets", "store")
    ),
    "tieout/aws/values.py",
    *(f"functions/{step}/pipeline.py" for step in ("receive", "record", "deliver", "sweep")),
    *("functions/record/settle.py", "functions/record/work.py"),
)
# Who judges them, as far as they are quick: a mutant is shown only to the tests that reach its function.
JUDGES = ("tests/unit", "tests/flow", "tests/contract/ledger", "tests/integration/aws", "tests/mutants/seeds.py")
_COPIED = ("functions", "tests", "landscape", "events", "ops", "sandbox", "infra")
_BESIDE = ("landscape", "events", "ops", "sandbox", "infra")  # what tests read or import, and nobody mutates
_SETTINGS = """
[tool.mutmut]
source_paths = ["tieout", "functions"]
only_mutate = {mutated}
also_copy = {beside}
pytest_add_cli_args = ["-p", "tests.mutants.quick", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout=120"]
pytest_add_cli_args_test_selection = {judges}
process_isolation = "forkserver"  # the simulation's threads do not outlive a fork
use_git_change_detection = false
on_dependency_change = "rerun"
"""


def make_tree() -> Path:
    """A fresh copy of what is mutated and of who judges it; what an earlier run found is forgotten."""
    shutil.rmtree(TREE, ignore_errors=True)
    unwanted = shutil.ignore_patterns("__pycache__", "e2e", "bench", "node_modules")
    for name in _COPIED:
        shutil.copytree(ROOT / name, TREE / name, ignore=unwanted)
    shutil.copytree(ROOT / "layers/tieout", TREE / "tieout", ignore=unwanted)
    settings = _SETTINGS.format(mutated=list(MUTATED), beside=list(_BESIDE), judges=list(JUDGES))
    project = (ROOT / "pyproject.toml").read_text()
    (TREE / "pyproject.toml").write_text(project + settings)
    return TREE
