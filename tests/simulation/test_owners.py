"""Worlds in which a connection owns the customers that another knows too, whatever goes wrong while they are linked and parted."""

from __future__ import annotations

from collections import Counter

from tests.simulation.owners import THEME
from tests.simulation.seeds import violations_of
from tests.simulation.world import Scenario, World

_SEEDS = (0, 1, 5, 7)  # odd ones have Oracle EPM beside Anaplan
_MET = ("linked", "linked_over_another", "parted", "parted_to_another", "implied_replaced")
_MEMBERS = (
    "member_renamed",
    "member_moved",
    "member_refused",
    "member_rejected",
    "landing_late",
    "target_busy",
    "job_slow",
)


def test_a_customer_is_called_what_is_stored_else_what_its_owner_calls_it() -> None:
    """Linked, parted and named under faults; what stood before a link stands after it, and nothing of its cells is left.

    In planning it is called and placed as its owner last said, whatever became of the calls, and never without its parent.
    """
    met: Counter[str] = Counter()
    for seed in _SEEDS:
        world = World(Scenario(seed=seed, theme=THEME, changes=14))
        assert violations_of(world) == [], seed
        met += world.weather.counts
    assert [name for name in (*_MET, *_MEMBERS, "lost_answer", "crash_after") if not met[name]] == []
