"""The line under thousands of seeds of faults."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from itertools import count

import pytest

from tests.simulation.seeds import FAULT_CLASSES, judge

_SHARES = 2  # one for each process of the test run
_LEAST_SEEDS = 1_000  # of a share
_SECONDS = 80  # of a share, if that is enough for more


@pytest.mark.parametrize("share", range(_SHARES))
@pytest.mark.timeout(1_800)  # a machine that does much else is no slower line
def test_planning_ends_with_what_the_sources_say(share: int) -> None:
    """Whatever goes wrong on the way, everything adds up at rest, and every fault class was seen to strike."""
    faults: Counter[str] = Counter()
    ends_at = time.monotonic() + _SECONDS
    for done in count():
        if done >= _LEAST_SEEDS and time.monotonic() >= ends_at:
            break
        judgement = judge(done * _SHARES + share)
        assert not judgement.violations, str(judgement)
        faults += judgement.faults
    assert [name for name in FAULT_CLASSES if not faults[name]] == []


def test_the_same_seed_is_the_same_story_twice() -> None:
    """A seed that fails can be replayed: chance, time and interleaving follow from it alone, and not from the process."""
    assert _stories_in_a_process("1") == _stories_in_a_process("2") != []


def _stories_in_a_process(hash_seed: str) -> list[str]:
    """The hashes of some seeds' traces: hurried entries, a census and each of the systems that take turns are among them."""
    told = "[judge(seed, is_hashed=True).trace_hash for seed in (7, 8, 9, 10, 11, 12, 13, 22)]"
    program = f"from tests.simulation.seeds import judge; print(*{told})"
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    ran = subprocess.run(  # noqa: S603 a program of our own
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return ran.stdout.split()


def test_a_seed_is_judged_alike_with_and_without_its_trace() -> None:
    """The replay that shows the trace shows the very run that failed."""
    assert judge(3).faults == judge(3, is_hashed=True).faults
