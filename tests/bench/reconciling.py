"""`python -m tests.bench.reconciling`: two stages of a value compared, ever more records on either side, each in its own process.

Of ten records one has no number and is matched by customer and amount, and of fifty one is missing on the right.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tests.bench.tables import table
from tests.support.stages_compared import AS_OF, DECLARED, amount, item, place
from tieout.reconciling.items import Item
from tieout.reconciling.reconcile import reconcile

SIZES = (10_000, 30_000, 100_000)
_MOST_SECONDS, _MOST_MB = 60, 512  # of the largest
_NUMBERED, _MISSING, _CUSTOMERS, _DAYS = 10, 50, 500, 90


def reconciling_table(measured: dict[int, dict[str, float]]) -> str:
    """What comparing came to, and how it grows."""
    least = measured[SIZES[0]]["cpu_seconds"] / SIZES[0]
    rows = [
        [
            f"{size:,}",
            f"{each['cpu_seconds']:.2f}",
            f"{each['cpu_seconds'] / size / least:.2f}",
            f"{each['megabytes']:.0f}",
            f"{each['tied_out']:,.0f}",
            f"{each['breaks']:,.0f}",
        ]
        for size, each in measured.items()
    ]
    return table(
        "Stages of a value compared",
        ["records on either side", "CPU s", "a record, times the first", "peak MB", "tied out", "breaks"],
        rows,
    )


def measure(size: int) -> dict[str, float]:
    """Compare so many records on either side, which come in any order."""
    chance = Random(size)  # noqa: S311 it must repeat itself
    left = list(_side("billing", size))
    right = [each for number, each in enumerate(_side("books", size)) if number % _MISSING]
    for side in (left, right):
        chance.shuffle(side)
    begun = time.process_time()
    found = reconcile(DECLARED, left, right, AS_OF)
    return {
        "cpu_seconds": time.process_time() - begun,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "tied_out": found.tied_out,
        "breaks": len(found.breaks),
    }


def _side(name: str, size: int) -> Iterator[Item]:
    for number in range(size):
        where = place(period=f"2026-{number % 3 + 1:02}", customer=f"C_{number % _CUSTOMERS}")
        named = f"A-{number}" if number % _NUMBERED else ""
        day = date(2026, 1, 1) + timedelta(days=number % _DAYS)
        yield item(name, named, {where: amount(number * 7 % 100_000 + 1)}, day, record=str(number))


def main() -> int:
    """Measure and print; 1 if the largest takes more time or memory than it may."""
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(measure(int(sys.argv[1]))))
        return 0
    measured = {}
    for size in SIZES:
        asked = [sys.executable, "-m", "tests.bench.reconciling", str(size)]
        measured[size] = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)  # noqa: S603 our own
    sys.stdout.write(reconciling_table(measured) + "\n")
    largest = measured[SIZES[-1]]
    return int(largest["cpu_seconds"] > _MOST_SECONDS or largest["megabytes"] > _MOST_MB)


if __name__ == "__main__":
    sys.exit(main())
