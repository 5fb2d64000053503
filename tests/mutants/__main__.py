"""`python -m tests.mutants`: changes what decides, line by line, and says which changes no test notices.

Run by `make mutants`, in an environment of its own. Names limit it to some modules: `tieout.money tieout.ledger.*`.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mutants.survivors import Mutant, compare, function_of, listed, mutant_of
from tests.mutants.workspace import TREE, make_tree

_LEAST_KILLED = 0.95  # of all mutants, those that nobody can tell from the code included
_NOTICED = {"killed", "timeout", "segfault", "caught by type check"}


def main() -> int:
    """Run what the arguments say; 1 where a mutant survived that is not listed, or too many did."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="limit the run to these modules (patterns)")
    parser.add_argument("--again", action="store_true", help="judge the last run anew, without running")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="how many mutants are tried at once")
    arguments = parser.parse_args()
    started = time.monotonic()
    if not arguments.again:
        make_tree()
        _mutmut("run", "--max-children", str(arguments.workers), *(f"{each}.x*" for each in arguments.modules))
    statuses = _statuses(arguments.modules)
    survived = {name: _shown(name) for name, status in statuses.items() if status not in _NOTICED}
    _print_scores(statuses, time.monotonic() - started)
    return _judge(statuses, survived)


def _judge(statuses: Mapping[str, str], survived: Mapping[str, Mutant]) -> int:
    modules = {Mutant(function_of(name), ()).module for name in statuses}
    verdict = compare(survived.values(), listed(), modules)
    for name, mutant in sorted(survived.items()):
        if mutant in verdict.new:
            _say(f"{statuses[name]}, and not listed: {name}\n    {mutant}")
    for mutant in verdict.gone:
        _say(f"listed, and noticed by now or gone: {mutant}")
    score = 1 - len(survived) / max(1, len(statuses))
    return 1 if verdict.new or verdict.gone or score < _LEAST_KILLED or not statuses else 0


def _print_scores(statuses: Mapping[str, str], seconds: float) -> None:
    by_module: dict[str, Counter[str]] = defaultdict(Counter)
    for name, status in statuses.items():
        by_module[Mutant(function_of(name), ()).module][status] += 1
    total: Counter[str] = Counter()
    for module, counted in [*sorted(by_module.items()), ("all", total)]:
        noticed = sum(count for status, count in counted.items() if status in _NOTICED)
        everything = sum(counted.values())
        others = ", ".join(f"{count} {status}" for status, count in sorted(counted.items()) if status != "killed")
        _say(f"{module:<34} {noticed:>5} of {everything:>5}  {100 * noticed / everything:5.1f} %  {others}")
        if module != "all":
            total += counted
    _say(f"{seconds:.0f} s")


def _statuses(modules: Sequence[str]) -> dict[str, str]:
    """Mutant to how it ended, for the modules of this run."""
    found = {}
    for line in _mutmut("results", "--all", "true").splitlines():
        name, _, status = line.strip().partition(": ")
        if status and status != "not checked" and _is_of(name, modules):
            found[name] = status
    return found


def _is_of(name: str, modules: Sequence[str]) -> bool:
    return not modules or any(fnmatch.fnmatch(name, f"{each}.x*") for each in modules)


def _shown(name: str) -> Mutant:
    return mutant_of(name, _mutmut("show", name))


def _mutmut(command: str, *arguments: str) -> str:
    """What a command of mutmut prints; a run prints it at once, for whoever waits."""
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    called = [str(Path(sys.executable).with_name("mutmut")), command, *arguments]
    out = None if command == "run" else subprocess.PIPE
    done = subprocess.run(called, cwd=TREE, env=surroundings, stdout=out, check=True, text=True)  # noqa: S603 our own
    return done.stdout or ""


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
