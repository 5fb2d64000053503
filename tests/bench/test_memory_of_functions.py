"""The arithmetic behind the choice of memory, and what the choice must never break."""

from __future__ import annotations

import pytest

from tests.bench.memory import CHOSEN_MB, FULL_PROCESSOR_MB, SENDERS_SECONDS, Invocation

LAMBDA_MB = (128, 10_240)


@pytest.mark.parametrize(
    ("memory_mb", "seconds"),
    [(FULL_PROCESSOR_MB - 1, 2.0005656), (FULL_PROCESSOR_MB, 2.0), (FULL_PROCESSOR_MB + 1, 2.0)],
)
def test_a_thread_has_no_use_for_more_than_one_processor(memory_mb: int, seconds: float) -> None:
    """Below it, work takes longer in proportion; waiting takes its own time."""
    assert Invocation(cpu_seconds=1, waiting_seconds=1).seconds(memory_mb) == pytest.approx(seconds, abs=1e-6)


def test_work_is_billed_alike_with_any_memory_and_waiting_by_memory() -> None:
    """So a function that waits is cheapest with the least memory it can live with."""
    work, wait = Invocation(1, 0), Invocation(0, 1)
    request = 0.20 / 1e6
    assert work.usd(256) == pytest.approx(work.usd(1024))
    assert wait.usd(1024) - request == pytest.approx(4 * (wait.usd(256) - request))


def test_memory_is_chosen_for_every_function_within_what_lambda_gives() -> None:
    """One choice per step, with room for a sender's patience: a second of work fits into it."""
    assert set(CHOSEN_MB) == {"receive", "record", "deliver", "sweep", "journal"}
    assert all(LAMBDA_MB[0] <= each <= LAMBDA_MB[1] for each in CHOSEN_MB.values())
    assert Invocation(cpu_seconds=1, waiting_seconds=0.5).seconds(CHOSEN_MB["receive"]) < SENDERS_SECONDS
