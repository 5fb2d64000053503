"""The simulation finds every bug that is planted in the line, and nothing in the line as it is."""

from __future__ import annotations

import pytest

from tests.simulation.bugs.bug import Bug
from tests.simulation.bugs.met_in import MET_IN
from tests.simulation.planted_bugs import BUGS, caught, is_sound


def _id(bug: Bug) -> str:
    """The bug's name behind the seed that meets it: `tests/conftest.py` gives bugs that the same one meets to one process."""
    if bug.proof is not None:
        return bug.name.replace(" ", "_")
    theme, seed = bug.theme or "any", MET_IN.get(bug.name, 0)
    return f"{theme}_{seed}_{bug.changes}-{bug.name}".replace(" ", "_")


@pytest.mark.parametrize("bug", BUGS, ids=_id)
def test_a_planted_bug_is_caught(bug: Bug) -> None:
    """Some seed, or the test named for it, shows the bug; without it the same one shows nothing."""
    found = caught(bug, MET_IN.get(bug.name))
    assert found is not None
    assert is_sound(bug, found[0][-1:]) == []


def test_there_are_many_kinds_of_bugs() -> None:
    """A simulation that finds three bugs may be blind to the fourth."""
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 100


def test_seeds_are_kept_of_bugs_that_there_are() -> None:
    """A name that is written otherwise keeps nothing."""
    assert MET_IN.keys() <= {bug.name for bug in BUGS if bug.proof is None}
