"""The line under thousands of seeds of faults."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.simulation.seeds import FAULT_CLASSES, judge
from tests.support.one_run import folder_of_the_run

_SEEDS = 2_000
_SHARES = 20  # small enough that no process is left with one when the others are done


@pytest.mark.parametrize("share", range(_SHARES))
def test_planning_ends_with_what_the_sources_say(share: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever goes wrong on the way, everything adds up at rest, and every fault class was seen to strike in some share."""
    faults: Counter[str] = Counter()
    for seed in range(share, _SEEDS, _SHARES):
        judgement = judge(seed)
        assert not judgement.violations, str(judgement)
        faults += judgement.faults
    seen = _seen_in_all_shares(folder_of_the_run(tmp_path_factory) / "faults-seen", share, faults)
    assert seen is None or [name for name in FAULT_CLASSES if name not in seen] == []


def _seen_in_all_shares(folder: Path, share: int, faults: Collection[str]) -> set[str] | None:
    """What struck in any share, once the last of them is through; whichever that is, in whatever process, finds all others'."""
    folder.mkdir(exist_ok=True)
    draft = folder / f"{share}.draft"
    draft.write_text("\n".join(faults), encoding="utf-8")
    draft.rename(folder / f"{share}.seen")
    through = list(folder.glob("*.seen"))
    if len(through) < _SHARES:
        return None
    return {name for each in through for name in each.read_text(encoding="utf-8").splitlines()}


# Hurried entries, a census and each of the systems that take turns are among them.
_TOLD_TWICE = (3, 7, 8, 9, 10, 11, 12, 13, 22, 26)


def test_the_same_seed_is_the_same_story_twice() -> None:
    """A seed that fails can be replayed: chance, time and interleaving follow from it alone, and not from the process."""
    told = [judge(seed, is_hashed=True).trace_hash for seed in _TOLD_TWICE]
    stories = f"[judge(seed, is_hashed=True).trace_hash for seed in {_TOLD_TWICE}]"
    program = f"from tests.simulation.seeds import judge; print(*{stories})"
    hash_seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"  # another one than here
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    ran = subprocess.run(  # noqa: S603 a program of our own
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == told != []


def test_a_seed_is_judged_alike_with_and_without_its_trace() -> None:
    """The replay that shows the trace shows the very run that failed."""
    assert judge(3).faults == judge(3, is_hashed=True).faults
