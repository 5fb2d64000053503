"""`python -m tests.simulation`: replays one seed with its trace, or runs many and says what went wrong in them; plants bugs."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from multiprocessing import Pool

from tests.simulation.planted_bugs import seeds_worth_keeping
from tests.simulation.seeds import FAULT_CLASSES, Judgement, judge

_PROGRESS_SECONDS = 10


def main() -> int:
    """Run what the arguments say; 1 if an invariant did not hold, or a fault class never struck."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, help="replay this seed with a readable trace")
    which.add_argument("--seeds", type=int, help="run so many seeds")
    which.add_argument(
        "--bugs", action="store_true", help="say in which seed each planted bug is met that seed 0 does not meet"
    )
    parser.add_argument("--first", type=int, default=0, help="the first of many seeds")
    parser.add_argument("--workers", type=int, default=2, help="how many processes")
    arguments = parser.parse_args()
    if arguments.seed is not None:
        return _replay(arguments.seed)
    if arguments.bugs:
        for name, seed in seeds_worth_keeping():
            _say(f'    "{name}": {seed},')
        return 0
    return _soak(arguments.first, arguments.seeds, arguments.workers)


def _replay(seed: int) -> int:
    judgement = judge(seed, _say)
    _say(str(judgement) if judgement.violations else f"seed {seed}: everything holds")
    return 1 if judgement.violations else 0


def _soak(first: int, count: int, workers: int) -> int:
    faults: Counter[str] = Counter()
    failed: list[Judgement] = []
    entries = done = 0
    started = last = time.monotonic()
    with Pool(workers) as pool:
        for judgement in pool.imap_unordered(judge, range(first, first + count), chunksize=20):
            done += 1
            faults += judgement.faults
            entries += judgement.entries
            if judgement.violations:
                failed.append(judgement)
                _say(str(judgement))
            if time.monotonic() - last > _PROGRESS_SECONDS:
                last = time.monotonic()
                _say(f"{done:>7} of {count} seeds, {done / (last - started):.0f} a second, {len(failed)} failed")
    seconds = time.monotonic() - started
    for name, struck in sorted(faults.items()):
        _say(f"{struck:>10}  {name}")
    _say(
        f"{done} seeds in {seconds:.0f} s ({done / seconds:.0f} a second), {entries} entries on the bus, "
        f"{sum(faults.values())} faults, {len(failed)} seeds failed"
    )
    never = [name for name in FAULT_CLASSES if not faults[name]]
    if never:
        _say(f"never struck: {', '.join(never)}")
    return 1 if failed or never else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
