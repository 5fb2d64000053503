"""The last cycle that came to its end is known until the next one has: what is proved by it stays proved meanwhile."""

from __future__ import annotations

from tests.support.planning_desk import TARGET
from tests.support.readback_desk import ReadbackDesk
from tieout.ledger.cycles import Cycle


def test_the_last_whole_cycle_is_known_while_the_next_is_under_way() -> None:
    """While the first is, nothing is known."""
    desk = ReadbackDesk()
    desk.fill([f"{number:032x}" for number in range(3)])
    desk.budget = 1
    assert desk.ledger.last_whole(TARGET) is None
    desk.run()
    assert (desk.cycle().is_over, desk.ledger.last_whole(TARGET)) == (False, None)
    for asked_by in ("controller", "auditor", "controller"):
        while not desk.cycle().is_over:
            desk.run()
        done = desk.cycle()
        assert desk.ledger.last_whole(TARGET) == done
        desk.ledger.begin(Cycle.begun(TARGET, desk.clock.now(), asked_by))
        desk.run()
        assert (desk.cycle().is_over, desk.ledger.last_whole(TARGET)) == (False, done)
