"""What SQL over the lake says of any moment of a simulated day is what the ledger held then."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.simulation.lake_oracle import ending_violations, lake_violations
from tests.simulation.laking import Laking
from tests.simulation.traffic import Traffic
from tests.simulation.world import Scenario, World
from tests.support.lake import lake_of, merge

SEEDS = (10, 4, 13)
_MOMENTS = 4


@pytest.mark.parametrize("seed", SEEDS)
def test_sql_says_of_any_moment_what_the_ledger_held_then(seed: int) -> None:
    """Late, twice, out of order and overlapping: the cells, facts and contributions of every moment, and each row once."""
    assert lake_judged(seed) == []


def prove_the_lake() -> None:
    """The same of the first seed, by whose changes slips in the lake are seen: for those that are planted."""
    test_sql_says_of_any_moment_what_the_ledger_held_then(SEEDS[0])


def lake_judged(seed: int) -> list[str]:
    """What does not hold of the lake of a world."""
    world = World(Scenario(seed=seed))
    laking = Laking(seed, world)
    Traffic(world).run()
    laking.derive()
    before = laking.rows.contents()
    laking.replay()
    if laking.undeclared:
        return laking.undeclared
    found = [] if laking.rows.contents() == before else ["a replay changed rows"]
    with TemporaryDirectory() as folder, lake_of(before, Path(folder)) as sql:
        merge(sql)
        merge(sql)
        last, *earlier = reversed(laking.moments(_MOMENTS))
        found += [each for moment in (last, *earlier) for each in lake_violations(sql, laking.held_at(moment), moment)]
        found += ending_violations(sql, laking.held_at(last))
    found += [f"no fault struck: {each}" for each in ("told_twice", "overlapped", "failed") if not laking.struck[each]]
    return found


def test_what_is_derived_in_halves_is_merged_whole() -> None:
    """A merge that ran before all rows were there is made good by the next, whatever the first took."""
    world = World(Scenario(seed=SEEDS[0]))
    laking = Laking(SEEDS[0], world)
    Traffic(world).run()
    laking.derive()
    rows = laking.rows.contents()
    some = {key: body for number, (key, body) in enumerate(sorted(rows.items())) if number % 2}
    with TemporaryDirectory() as folder, lake_of(some, Path(folder)) as sql:
        merge(sql)
        for key, body in rows.items():
            (Path(folder) / key).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / key).write_bytes(body)
        merge(sql)
        (moment,) = laking.moments(0)
        assert list(lake_violations(sql, laking.held_at(moment), moment)) == []
        assert list(ending_violations(sql, laking.held_at(moment))) == []
