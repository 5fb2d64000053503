"""The bugs that the simulation must find (`bugs`), and how soon it does."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from tests.simulation import bugs
from tests.simulation.bugs.bug import Bug
from tests.simulation.planting import planted
from tests.simulation.seeds import violations_of
from tests.simulation.world import Scenario, World

_MOST_SEEDS = 200

BUGS: tuple[Bug, ...] = tuple(
    bug
    for name in sorted(module.name for module in iter_modules(bugs.__path__))
    for bug in getattr(import_module(f"{bugs.__name__}.{name}"), "BUGS", ())
)


def seeds_until_caught(bug: Bug) -> tuple[int, list[str]] | None:
    """After how many seeds a bug shows, and how (0: in its test); None if it never does."""
    with planted(bug.function, bug.right, bug.wrong):
        if bug.proof is not None:
            return _proved(bug.proof)
        for count, seed in enumerate(range(_MOST_SEEDS), 1):
            found = _judged(seed, bug.theme, bug.changes)
            if found:
                return count, found
    return None


def is_sound(bug: Bug, seeds: int) -> list[str]:
    """What the same seeds or the same test find without the bug: nothing, or they find something else."""
    if bug.proof is not None:
        found = _proved(bug.proof)
        return found[1] if found else []
    return [each for seed in range(seeds) for each in _judged_sound(seed, bug.theme, bug.changes)]


def _proved(proof: Callable[[], None]) -> tuple[int, list[str]] | None:
    try:
        proof()
    except AssertionError as error:
        return 0, [str(error)]
    return None


@cache
def _judged_sound(seed: int, theme: str | None, changes: int) -> list[str]:
    """As `_judged`, once for all bugs that the same seeds find."""
    return _judged(seed, theme, changes)


def _judged(seed: int, theme: str | None, changes: int) -> list[str]:
    try:
        return violations_of(World(Scenario(seed=seed, theme=theme, changes=changes)))
    except Exception as error:  # noqa: BLE001 a bug may break anything, and breaking is being caught
        return [repr(error)]
