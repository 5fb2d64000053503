"""`python -m tests.bench`: measures the line's functions beside conventional ones, and prints tables.

Instructions are counted where valgrind is present (they repeat to a percent on any machine); CPU time always, of runs that
are not slowed by counting. `--quick` counts no instructions.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

from infra.bundling import AWS_PLATFORM, dependencies_layer
from tests.bench import bursts, cost, memory
from tests.bench.deliveries import STEPS, Delivery, deliveries
from tests.bench.measured import Phase, can_count
from tests.bench.prices import PRICES
from tests.bench.runs import Bench, Run
from tests.bench.simulators import simulators_table
from tests.bench.sizes import size_of
from tests.bench.tables import table
from tests.bench.world import World, world
from tests.bench.yardstick import packages

BUDGETS = {"receive": 330, "record": 2000, "deliver": 2000}  # million instructions, cold
YARDSTICKS = {"receive": "conventional webhook", "record": "conventional worker"}


def main() -> int:
    """Measure and print; 1 if a cold path exceeds its budget."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="count no instructions")
    counting = can_count() and not parser.parse_args().quick
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as around:
        bench = Bench(around, Path(folder), tell=_tell)
        timed = {run.name: run for run in bench.all(counting=False)}
        counted = {run.name: run for run in bench.all(counting=True)} if counting else {}
        _tell("deliveries over the whole line")
        passed = list(deliveries(around, bench))
        sizes = _sizes(around)
    _say(f"Python {platform.python_version()}, {platform.machine()}; {_how_counted(counting)}\n")
    _say(_cold(timed, counted))
    _say(_warm(timed, counted))
    _say(_work(passed))
    _say(_calls(passed))
    _say(_cost(passed))
    _say(_memory(timed, passed))
    _say(sizes)
    _tell("bursts, contention, a month-end, simulated planning systems")
    for text in (*bursts.tables(), simulators_table()):
        _say(text)
    return _judge(counted)


def _cold(timed: dict[str, Run], counted: dict[str, Run]) -> str:
    rows: list[Sequence[object]] = []
    for name, run in timed.items():
        million = counted[name].cold.million_instructions if counted else None
        other = YARDSTICKS.get(_step(name))
        ratio = _ratio((counted or timed)[other].cold, (counted or timed)[name].cold) if other else None
        rows.append([name, million, BUDGETS.get(_step(name)), ratio, run.cold.cpu_ms, run.cold.modules])
    return table(
        "1, 2. Cold: from the interpreter's start to done (published; one message recorded; one flush written; one sweep)",
        ["function", "M instructions", "budget", "conventional is times", "CPU ms", "modules"],
        rows,
    )


def _warm(timed: dict[str, Run], counted: dict[str, Run]) -> str:
    rows: list[Sequence[object]] = []
    for name, run in timed.items():
        for size, phase in run.warm.items():
            million = counted[name].warm[size].million_instructions if counted else None
            other = YARDSTICKS.get(_step(name))
            chosen = counted or timed
            ratio = _ratio(chosen[other].warm[size], chosen[name].warm[size]) if other else None
            rows.append([name, size, None if million is None else million * 1000, ratio, phase.cpu_ms * 1000])
    return table(
        "3. Warm: work per notice, clients of AWS and of the source included",
        [
            "function",
            "notices in a delivery",
            "thousand instructions per notice",
            "conventional is times",
            "CPU us per notice",
        ],
        rows,
    )


def _ratio(theirs: Phase, ours: Phase) -> float:
    """By instructions where they were counted, else by CPU time."""
    if theirs.million_instructions and ours.million_instructions:
        return theirs.million_instructions / ours.million_instructions
    return theirs.cpu_ms / ours.cpu_ms


def _step(name: str) -> str:
    return name.split(",", maxsplit=1)[0]


def _work(passed: Sequence[Delivery]) -> str:
    rows: list[Sequence[object]] = []
    for delivery in passed:
        scenario, (recording, delivering) = delivery.scenario, delivery.work
        transactions = recording.table_calls["TransactWriteItems"]
        rows.append([
            str(scenario),
            transactions / scenario.records,
            recording.write_units / scenario.records,
            recording.read_units / scenario.records,
            recording.cells,
            delivering.write_units / max(1, delivering.cells),
            recording.cpu_ms / scenario.notices * 1000,
            delivering.cpu_ms / max(1, delivering.cells) * 1000,
        ])  # fmt: skip
    head = ["notices", "transactions per fact", "write units per fact", "read units per fact", "cells"]
    head += ["write units per cell delivered", "record, own CPU us per notice", "deliver, own CPU us per cell"]
    return table("3, 5. The ledger's part: new facts and cells; own CPU is without any client of AWS", head, rows)


def _calls(passed: Sequence[Delivery]) -> str:
    rows: list[Sequence[object]] = [
        [str(delivery.scenario), step, sum(delivery.calls[step].values()), _listed(delivery, step)]
        for delivery in passed
        for step in STEPS
    ]
    return table("4. Calls of AWS per delivery, warm", ["notices", "step", "calls", "which"], rows)


def _listed(delivery: Delivery, step: str) -> str:
    return ", ".join(f"{count} {name}" for name, count in delivery.calls[step].most_common())


def _cost(passed: Sequence[Delivery]) -> str:
    rows: list[Sequence[object]] = []
    for delivery in passed:
        found = cost.parts(delivery)
        rows.append([str(delivery.scenario), *found.values(), sum(found.values())])
    priced = [[price.unit, f"{price.usd:.10g}", price.known] for price in PRICES.values()]
    return "\n".join(
        [
            table("4. USD per million notices, every delivery flushed alone", ["notices", *cost.PARTS, "all"], rows),
            table("   Prices", ["per", "USD", "known"], priced),
        ]
    )


def _memory(timed: dict[str, Run], passed: Sequence[Delivery]) -> str:
    lone, many = passed[0], next(each for each in passed if each.scenario.records == each.scenario.notices == 100)
    rows: list[Sequence[object]] = []
    for name, run in timed.items():
        step = _step(name)
        if step not in memory.CHOSEN_MB:
            continue
        invocations = _invocations(run, step, lone, many)
        cold = memory.Invocation(
            run.cold.cpu_ms / 1000, invocations[0].waiting_seconds + memory.ASSUMED_COLD_WAIT_SECONDS
        )
        usd = [each.usd(size) * 1e6 for each in invocations for size in memory.SIZES_MB]
        rows.append([name, run.peak_mb, memory.CHOSEN_MB[step], *map(cold.seconds, memory.SIZES_MB), *usd])
    sizes = [f"{size}" for size in memory.SIZES_MB]
    head = ["function", "peak MB", "chosen MB", *(f"cold s {size}" for size in sizes)]
    head += [f"{what} {size}" for what in ("one", "hundred") for size in sizes]
    return table(
        "6. Memory: seconds of a cold invocation, and USD per million warm invocations with one notice and with a hundred,"
        f" at {', '.join(sizes)} MB (one processor at {memory.FULL_PROCESSOR_MB:,} MB)",
        head,
        rows,
    )


def _invocations(run: Run, step: str, lone: Delivery, many: Delivery) -> list[memory.Invocation]:
    """Warm, with one notice and with a hundred."""
    if step in STEPS:
        return [cost.invocation(each, step) for each in (lone, many)]
    calls = {"sweep": 5, "journal": 2}[step]  # a sweep with nothing to do; two objects that are new
    sizes = (1, 1) if step == "sweep" else (1, 100)
    return [memory.Invocation(run.warm[size].cpu_ms * size / 1000, memory.waiting(calls, 0)) for size in sizes]


def _sizes(around: World) -> str:
    assets = around.assets
    folders = {
        "layer dependencies, Lambda on arm64": dependencies_layer(AWS_PLATFORM),
        "layer tieout": assets.package,
        **{f"function {step}": folder for step, folder in assets.functions.items()},
        "conventional packages": packages(),
    }
    rows = [[name, *size_of(folder)] for name, folder in folders.items()]
    return table("5. Sizes", ["asset", "files", "MB unpacked", "MB zipped"], rows)


def _judge(counted: dict[str, Run]) -> int:
    exceeded = 0
    for name, run in counted.items():
        budget, million = BUDGETS.get(_step(name)), run.cold.million_instructions
        if budget and million and million > budget:
            _say(f"{name} exceeds its budget: {million:,.0f} of {budget:,} million instructions")
            exceeded = 1
    return exceeded


def _how_counted(counting: bool) -> str:  # noqa: FBT001 two texts
    if counting:
        return "instructions by valgrind (callgrind), CPU time of a run without it"
    return "instructions not counted: valgrind is missing or was not asked for"


def _tell(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)  # noqa: T201 a script


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 a script


if __name__ == "__main__":
    sys.exit(main())
