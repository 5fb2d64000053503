"""The bugs that the simulation must find (`bugs`), and how soon it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from tests.simulation import bugs
from tests.simulation.bugs.bug import Bug
from tests.simulation.bugs.met_in import MET_IN
from tests.simulation.planting import planted
from tests.simulation.seeds import violations_of
from tests.simulation.world import Scenario, World

_MOST_SEEDS = 200

BUGS: tuple[Bug, ...] = tuple(
    bug
    for name in sorted(module.name for module in iter_modules(bugs.__path__))
    for bug in getattr(import_module(f"{bugs.__name__}.{name}"), "BUGS", ())
)


def caught(bug: Bug, first: int | None = None) -> tuple[Sequence[int], list[str]] | None:
    """In which seeds a bug was looked for until the last of them showed it, and how; None if it never shows.

    No seeds: its test shows it. `first` is the seed that is tried before the others.
    """
    with planted(bug.function, bug.right, bug.wrong):
        if bug.proof is not None:
            found = _proved(bug.proof)
            return ((), found) if found else None
        tried: list[int] = []
        for seed in (*(() if first is None else (first,)), *range(_MOST_SEEDS)):
            tried.append(seed)
            found = _judged(seed, bug.theme, bug.changes)
            if found:
                return tried, found
    return None


def is_sound(bug: Bug, seeds: Sequence[int]) -> list[str]:
    """What the same seeds or the same test find without the bug: nothing, or they find something else."""
    if bug.proof is not None:
        return _proved_sound(bug.proof)
    return [each for seed in seeds for each in _judged_sound(seed, bug.theme, bug.changes)]


def seeds_worth_keeping() -> Iterator[tuple[str, int]]:
    """What `bugs/met_in.py` is made of: the bugs that seed 0 does not meet, and the first that does."""
    for bug in BUGS:
        kept = MET_IN.get(bug.name)
        found = caught(bug) or caught(bug, kept)
        if found is not None and (len(found[0]) > 1 or found[0] == [kept]):
            yield bug.name, found[0][-1]


def _proved(proof: Callable[[], None]) -> list[str]:
    try:
        proof()
    except AssertionError as error:
        return [str(error) or "the test fails"]
    return []


@cache
def _proved_sound(proof: Callable[[], None]) -> list[str]:
    """As `_proved`, once for all bugs that the same test shows."""
    return _proved(proof)


@cache
def _judged_sound(seed: int, theme: str | None, changes: int) -> list[str]:
    """As `_judged`, once for all bugs that the same seeds find."""
    return _judged(seed, theme, changes)


def _judged(seed: int, theme: str | None, changes: int) -> list[str]:
    try:
        return violations_of(World(Scenario(seed=seed, theme=theme, changes=changes)))
    except Exception as error:  # noqa: BLE001 a bug may break anything, and breaking is being caught
        return [repr(error)]
