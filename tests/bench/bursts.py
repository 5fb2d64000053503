"""`python -m tests.bench.bursts`: bursts on few cells, writers on one intersection, loads, and a month-end, on a simulated clock.

Nothing here depends on the machine but CPU times and the memory: chance is seeded, and every call takes the time that
`timed_line` assumes.
"""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass
from functools import partial
from random import Random

from tests.bench.memory import CHOSEN_MB, Invocation
from tests.bench.prices import PRICES
from tests.bench.tables import table
from tests.bench.timed_line import MEASURES, PLANNING_MS, Shape, TimedLine, TimedPlanning, tell_at
from tests.support.clock import FixedEntropy, SeededEntropy

FORECAST_WRITERS = 5  # `max_concurrency` of forecast_to_plan in `landscape/flows.toml`
MONTH_END = (1_000_000, 200_000)  # notices, cells
_SAMPLED = 50  # one in so many of a month-end


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What a burst came to.

    Attributes:
        seconds: from the first notice until planning has the last.
    """

    notices: int
    cells: int
    target_calls: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contention:
    """What writers on one intersection did to each other.

    Attributes:
        transactions, conflicts: for each fact.
        put_back: messages that went back to the queue.
    """

    transactions: float
    conflicts: float
    longest_wait_seconds: float
    put_back: int


def burst(notices: int, cells: int, *, together: int = 100, slower: int = 1) -> Burst:
    """Deliveries of so many notices, all at once, about deals that share so many cells; `slower` as `Shape` has it."""
    planning = TimedPlanning()
    shape = Shape(places=cells // MEASURES, together=together, writers=FORECAST_WRITERS, slower=slower)
    line = TimedLine(shape, planning)
    tell_at(line, [0] * (notices // together))
    line.run()
    assert line.table.transactions
    return Burst(
        notices=notices, cells=cells, target_calls=len(planning.calls), seconds=line.schedule.milliseconds / 1000
    )


def spread(notices: int, cells: int, *, seconds: int, together: int) -> Burst:
    """The same, over some time, as by a working day's traffic."""
    planning = TimedPlanning()
    line = TimedLine(Shape(places=cells // MEASURES, together=together, writers=FORECAST_WRITERS), planning)
    tell_at(line, arrivals(notices // together, together * 1000 * seconds // notices))
    line.run()
    return Burst(
        notices=notices, cells=cells, target_calls=len(planning.calls), seconds=line.schedule.milliseconds / 1000
    )


def contention(
    facts: int, per_second: int, *, together: int = 1, batch: int = 10, writers: int = 16, jitter: bool = True
) -> Contention:
    """So many facts a second on one intersection, by chance in time; `together` of them in a delivery."""
    entropy = SeededEntropy(1) if jitter else FixedEntropy(1.0)
    line = TimedLine(Shape(places=1, together=together, writers=writers, batch=batch, entropy=entropy))
    tell_at(line, arrivals(facts // together, 1000 * together // per_second))
    line.run()
    return Contention(
        transactions=line.table.transactions / facts,
        conflicts=line.table.conflicts / facts,
        longest_wait_seconds=max(line.waits) / 1000,
        put_back=line.runs["put back"],
    )


def arrivals(count: int, every_ms: int) -> list[int]:
    """Moments that are as far apart on the average, and by chance else; in milliseconds."""
    chance, moment, found = Random(3), 0.0, []  # noqa: S311 it must repeat itself
    for _ in range(count):
        moment += chance.expovariate(1 / every_ms)
        found.append(int(moment))
    return found


def month_end() -> dict[str, float]:
    """USD by part, and counts, of a month-end: its ledger and Lambda by a sample, the rest by count.

    Notices come a hundred in a delivery, as fast as the flow records; planning is written all the while, a call after another.
    """
    notices, cells = MONTH_END
    planning, began = TimedPlanning(), time.process_time()
    line = TimedLine(Shape(places=cells // MEASURES // _SAMPLED, together=100, writers=FORECAST_WRITERS), planning)
    tell_at(line, [0] * (notices // _SAMPLED // 100))
    line.run()
    cpu_seconds = (time.process_time() - began) * _SAMPLED
    seconds = line.schedule.milliseconds / 1000 * _SAMPLED
    calls = seconds * 1000 / PLANNING_MS + cells / planning.batch_size  # while it comes, and all cells once more
    written = calls * planning.batch_size / sum(planning.calls)
    deliveries = notices / 100
    per_delivery = {"api": 1, "bus": 1, "queue": 3}
    record = Invocation(
        cpu_seconds / line.runs["record"] / _SAMPLED, line.billed_ms["record"] / 1000 / line.runs["record"]
    )
    return {
        "door, bus, queues": sum(PRICES[name].usd * count for name, count in per_delivery.items()) * deliveries / 1e6,
        "ledger, record": _units(line, "record") * _SAMPLED,
        "ledger, deliver": _units(line, "deliver") * written,
        "lambda": record.usd(CHOSEN_MB["record"]) * line.runs["record"] * _SAMPLED
        + Invocation(0, calls * PLANNING_MS / 1000).usd(CHOSEN_MB["deliver"]),
        "minutes": seconds / 60,
        "target calls": calls,
    }


def _units(line: TimedLine, step: str) -> float:
    read, write = (line.units[step, kind] for kind in ("read", "write"))
    return (read * PRICES["read_unit"].usd + write * PRICES["write_unit"].usd) / 1e6


def main() -> None:
    """Measure and print."""
    for text in tables():
        print(text)  # noqa: T201 a command


def tables() -> list[str]:
    """What is measured, as tables."""
    return [_bursts(), _contention(), _month_end()]


def _bursts() -> str:
    shapes = (
        ("at once, 100 a delivery", partial(burst, 10_000, 100)),
        ("at once, 10 a delivery", partial(burst, 10_000, 100, together=10)),
        ("within an hour, 10 a delivery", partial(spread, 10_000, 4_000, seconds=3_600, together=10)),
    )
    rows = []
    for name, measure in shapes:
        found = measure()
        rows.append(
            [
                name,
                found.notices,
                found.cells,
                found.target_calls,
                1000 * found.target_calls / found.notices,
                found.seconds,
            ]
        )
    heads = ["notices", "notices", "cells", "target calls", "calls per 1,000 notices", "simulated seconds"]
    return table("Calls of the target for a burst", heads, rows)


def _contention() -> str:
    rows = []
    for per_second, together, batch, jitter in (
        (10, 1, 1, False),
        (10, 1, 1, True),
        (10, 1, 10, True),
        (10, 10, 10, True),
        (50, 1, 10, True),
        (100, 10, 10, True),
    ):
        found = contention(1_200, per_second, together=together, batch=batch, jitter=jitter)
        how = f"{together} a delivery, {batch} deliveries a run, {'jitter' if jitter else 'no jitter'}"
        rows.append([per_second, how, found.transactions, found.conflicts, found.longest_wait_seconds, found.put_back])
    heads = ["facts a second", "how", "transactions per fact", "conflicts per fact", "longest wait, s", "put back"]
    return table("16 writers on one intersection", heads, rows)


def _month_end() -> str:
    rows: list[list[object]] = [[name, value] for name, value in month_end().items()]
    rows.append(["peak MB of the sample", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024])
    return table("A month-end: 1,000,000 notices on 200,000 cells (USD, but for the last rows)", ["", ""], rows)


if __name__ == "__main__":
    main()
