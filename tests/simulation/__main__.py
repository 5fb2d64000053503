"""`python -m tests.simulation`: replays one seed with its trace, or runs many and says what went wrong in them."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from multiprocessing import Pool

from tests.simulation.seeds import FAULT_CLASSES, Judgement, judge

_PROGRESS_SECONDS = 10


def main() -> int:
    """Run what the arguments say; 1 if an invariant did not hold, or a fault class never struck."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, help="replay this seed with a readable trace")
    which.add_argument("--seeds", type=int, help="run so many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of many seeds")
    parser.add_argument("--workers", type=int, default=2, help="how many processes")
    arguments = parser.parse_args()
    if arguments.seed is not None:
        return _replay(arguments.seed)
    return _soak(arguments.first, arguments.seeds, arguments.workers)


def _replay(seed: int) -> int:
    judgement = judge(seed, print)
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
            entries += judgement.notices
            if judgement.violations:
                failed.append(judgement)
            if time.monotonic() - last > _PROGRESS_SECONDS:
                last = time.monotonic()
    time.monotonic() - started
    for _name, _struck in sorted(faults.items()):
        pass
    never = [name for name in FAULT_CLASSES if not faults[name]]
    if never:
        pass
    return 1 if failed or never else 0


if __name__ == "__main__":
    sys.exit(main())
