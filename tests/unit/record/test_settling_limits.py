"""How often a record is tried against other writers, and how large a fact may be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.memory_table import MemoryTable
from tests.support.recording import Recording, deal
from tieout.errors import ConflictError
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Write


class ContestedTable(MemoryTable):
    """A table on which somebody else is always faster, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left, self.commits = times, 0

    def write(self, writes: Sequence[Write]) -> None:
        """Lose, or write."""
        if writes[0].key[0].startswith("FACT#"):
            self.commits += 1
            self.left -= 1
            if self.left >= 0:
                raise ConflictError("somebody was faster")
        super().write(writes)


@pytest.mark.parametrize("lost", [0, 1, 5])
def test_a_record_that_loses_five_times_is_settled_at_the_sixth(lost: int) -> None:
    """A deal that many workers have at once is settled by each of them in the end."""
    recording = Recording(ContestedTable(lost))
    assert recording.work(deal(1)).retries == {}
    assert recording.outcomes() == {0: Outcome.APPLIED}
    assert recording.reads == lost + 1


def test_a_record_that_loses_six_times_is_left_to_the_queue() -> None:
    """Six rounds take seconds; the queue waits better than a function does."""
    table = ContestedTable(6)
    recording = Recording(table)
    report = recording.work(deal(1))
    assert report.retries == {"m": 15}
    assert report.errors == {"ConflictError": 1}
    assert table.commits == recording.reads == 6


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_the_pauses_between_rounds_are_chance_and_double(chance: float, share: float) -> None:
    """Workers that met once do not meet again in step: the whole pause is chance."""
    recording = Recording(ContestedTable(6), chance=chance)
    recording.work(deal(1))
    assert recording.clock.slept == pytest.approx([share * each for each in (0.04, 0.08, 0.16, 0.32, 0.64)])
