"""`python -m tests.mutants`: changes what decides, line by line, and says which changes no test notices.

Run by `make mutants`, in an environment of its own. Names limit it to some groups of modules (`tests/mutants/workspace.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from tests.mutants.survivors import Mutant, compare, function_of, listed, mutant_of
from tests.mutants.workspace import GROUPS, Group, make_tree, renew_judges

_LEAST_KILLED = 0.95  # of all mutants, those that nobody can tell from the code included
_NOTICED = {"killed", "timeout", "segfault", "caught by type check"}


def main() -> int:
    """Run what the arguments say; 1 where a mutant survived that is not listed, or too many did."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "groups", nargs="*", help=f"of {', '.join(group.name for group in GROUPS)}; all if none is named"
    )
    parser.add_argument("--again", action="store_true", help="judge what the last run found, without running")
    parser.add_argument(
        "--survivors", action="store_true", help="show what survived the last run to the tests as they are now"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with a run that was broken off, on the code of then"
    )
    parser.add_argument("--sample", type=int, default=0, help="try so many mutants of each group, drawn by chance")
    parser.add_argument("--draw", type=int, default=0, help="another number draws other mutants")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="how many mutants are tried at once")
    arguments = parser.parse_args()
    unknown = set(arguments.groups) - {group.name for group in GROUPS}
    if unknown:
        parser.error(f"no group is called {', '.join(sorted(unknown))}")
    statuses: dict[str, str] = {}
    survived: dict[str, Mutant] = {}
    for group in GROUPS:
        if arguments.groups and group.name not in arguments.groups:
            continue
        started = time.monotonic()
        found = _tried(group, arguments)
        diffs = _diffs(group, [name for name, status in found.items() if status not in _NOTICED])
        survived |= {name: mutant_of(name, diff) for name, diff in diffs.items()}
        statuses |= found
        _say(f"{group.name}: {len(found)} mutants, {time.monotonic() - started:.0f} s")
    _print_scores(statuses)
    return _judge(statuses, survived, is_whole=not arguments.sample)


def _tried(group: Group, arguments: argparse.Namespace) -> dict[str, str]:
    """Try what is asked for of a group; mutant to how it ended, of those it is about."""
    limits = ("--max-children", str(arguments.workers))
    if arguments.survivors:
        renew_judges(group)
        _mutmut(group, "run", *limits, *(name for name, end in _statuses(group).items() if end not in _NOTICED))
    elif arguments.sample:
        make_tree(group)
        _mutmut(group, "print-time-estimates")  # which makes all mutants, and tries none
        every = sorted(_statuses(group))
        chosen = Random(arguments.draw).sample(every, min(arguments.sample, len(every)))  # noqa: S311 it must repeat itself
        _mutmut(group, "run", *limits, *chosen)
        return {name: end for name, end in _statuses(group).items() if name in chosen}
    elif not arguments.again:
        if not arguments.resume:
            make_tree(group)
        _mutmut(group, "run", *limits)
    return _statuses(group)


def _judge(statuses: Mapping[str, str], survived: Mapping[str, Mutant], *, is_whole: bool) -> int:
    verdict = compare(survived.values(), listed(), map(_module_of, statuses) if is_whole else ())
    for name, mutant in sorted(survived.items()):
        if mutant in verdict.new:
            _say(f"{statuses[name]}, and not listed: {name}\n    {mutant}")
    for mutant in verdict.gone:
        _say(f"listed, and noticed by now or gone: {mutant}")
    score = 1 - len(survived) / max(1, len(statuses))
    return 1 if verdict.new or verdict.gone or score < _LEAST_KILLED or not statuses else 0


def _print_scores(statuses: Mapping[str, str]) -> None:
    by_module: dict[str, Counter[str]] = defaultdict(Counter)
    for name, status in statuses.items():
        by_module[_module_of(name)][status] += 1
        by_module["all"][status] += 1
    for module, counted in sorted(by_module.items(), key=lambda each: (each[0] == "all", each[0])):
        noticed = sum(count for status, count in counted.items() if status in _NOTICED)
        everything = sum(counted.values())
        others = ", ".join(f"{count} {status}" for status, count in sorted(counted.items()) if status != "killed")
        _say(f"{module:<34} {noticed:>5} of {everything:>5}  {100 * noticed / everything:5.1f} %  {others}")


def _module_of(name: str) -> str:
    return Mutant(function_of(name), ()).module


def _statuses(group: Group) -> dict[str, str]:
    """Mutant to how it ended."""
    lines = (line.strip().partition(": ") for line in _mutmut(group, "results", "--all", "true").splitlines())
    return {name: status for name, _, status in lines if status}


def _diffs(group: Group, names: Sequence[str]) -> dict[str, str]:
    """Mutant to what it changes."""
    diffs: dict[str, str] = json.loads(_printed(group, sys.executable, "-m", "tests.mutants.diffs", *names))
    return diffs


def _mutmut(group: Group, command: str, *arguments: str) -> str:
    """What a command of mutmut prints; a run prints it at once, for whoever waits."""
    return _printed(group, str(Path(sys.executable).with_name("mutmut")), command, *arguments, at_once=command == "run")


def _printed(group: Group, *called: str, at_once: bool = False) -> str:
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    out = None if at_once else subprocess.PIPE
    done = subprocess.run(called, cwd=group.tree, env=surroundings, stdout=out, check=True, text=True)  # noqa: S603 our own
    return done.stdout or ""


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
