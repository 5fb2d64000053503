"""The line under thousands of seeds of faults."""

from __future__ import annotations

from tests.simulation.seeds import judge


def test_the_same_seed_is_the_same_story_twice() -> None:
    """A seed that fails can be replayed: chance, time and interleaving follow from it alone."""
    assert judge(7, is_hashed=True).trace_hash == judge(7, is_hashed=True).trace_hash
