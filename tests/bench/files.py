"""`python -m tests.bench.files`: takes one large file through the real steps, with everything outside in memory or on disk.

Each part runs in a process of its own, so that its peak of memory is its own: writing the file (not measured), checking it,
sending its chunks, and recording a sample of them. What a million rows cost follows by formula from what was counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.memory import FULL_PROCESSOR_MB, Invocation, waiting
from tests.bench.one_file import run_part, write
from tests.bench.prices import PRICES
from tests.bench.tables import table


def cost(checked: dict[str, Any], sent: dict[str, Any], recorded: dict[str, Any]) -> dict[str, float]:
    """USD of a million rows by part: what was counted times list prices."""
    chunks, share = checked["chunks"], 1_000_000 / checked["rows"]
    sample = chunks / recorded["messages"]
    per_file = {
        "check": Invocation(checked["cpu_seconds"], waiting(checked["puts"] + 8, 0)).usd(FULL_PROCESSOR_MB),
        # a chunk is an execution of its own: begun, its task, ended
        "state machine": 3 * chunks * PRICES["transition"].usd / 1e6,
        "send": chunks * Invocation(sent["cpu_seconds"] / chunks, waiting(6, 0)).usd(256),
        "objects": (chunks * PRICES["object_put"].usd + 2 * chunks * PRICES["object_get"].usd) / 1e6,
        "bus and queues": sent["bus"] * (PRICES["bus"].usd + 3 * PRICES["queue"].usd) / 1e6,
        "record": chunks
        * Invocation(
            recorded["work_seconds"] / recorded["messages"], waiting(recorded["table_calls"] / recorded["messages"], 0)
        ).usd(256),
        "ledger": (
            (recorded["write_units"] * sample + sent["write_units"]) * PRICES["write_unit"].usd
            + (recorded["read_units"] * sample + sent["read_units"]) * PRICES["read_unit"].usd
        )
        / 1e6,
    }
    return {name: usd * share for name, usd in per_file.items()}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.files", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--check-alone", action="store_true", help="send and record nothing of it")
    parser.add_argument("--part", nargs=2, metavar=("PART", "FOLDER"), help="run one part in this process")
    asked = parser.parse_args()
    if asked.part:
        sys.stdout.write(json.dumps(run_part(asked.part[0], Path(asked.part[1]))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "file.csv", asked.rows)
        parts = ("check",) if asked.check_alone else ("check", "send", "record")
        found = {part: _in_a_process(part, folder) for part in parts}
    _say(found)
    return 0


def _in_a_process(part: str, folder: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.files", "--part", part, folder]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 ourselves
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _say(found: dict[str, dict[str, Any]]) -> None:
    checked = found["check"]
    rows = checked["rows"]
    lines = []
    for part, did in found.items():
        done = rows * did["messages"] // checked["chunks"] if part == "record" else rows
        seconds = did.get("work_seconds", did["cpu_seconds"])
        lines.append([part, done, seconds, int(done / seconds), did["loaded_mb"], did["peak_mb"]])
    title = (
        f"A file of {rows:,} rows, {checked['bytes'] / 1e6:,.0f} MB, {checked['documents']:,} documents, "
        f"{checked['chunks']:,} chunks"
    )
    head = ["task", "rows", "CPU seconds", "rows a second", "MB when loaded", "peak MB"]
    sys.stdout.write(table(title, head, lines) + "\n")
    if len(found) > 1:
        parts = cost(checked, found["send"], found["record"])
        costs = [[name, usd] for name, usd in parts.items()] + [["all", sum(parts.values())]]
        sys.stdout.write(table("USD per million rows", ["part", "USD"], costs))


if __name__ == "__main__":
    sys.exit(main())
