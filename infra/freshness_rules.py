"""What must be said of the freshness of planning so that every change has one objective, and its budget can be spent."""

from __future__ import annotations

from collections.abc import Iterator

from infra.landscape_files import Place, Problem
from tieout.freshness import Freshness, Objective
from tieout.landscape import Landscape

_DAY_SECONDS = 86_400
_SHORTEST_SECONDS = 60  # requests to flush wait some seconds for others to join
_MOST_LATE = (
    65  # of a thousand: of a budget of 31 days 14.88 times as many are all, and the fast alarm could not be raised
)
_WINDOW_DAYS = (7, 31)
_MOST_CLOSE_DAYS = 15  # at either end of a period: more are no exception


def freshness_problems(landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of the declared objectives."""
    freshness = landscape.freshness
    ranges: tuple[tuple[Place, int, int, int], ...] = (
        (("window_days",), freshness.window_days, *_WINDOW_DAYS),
        (("close_days", "last"), freshness.close_days.last, 0, _MOST_CLOSE_DAYS),
        (("close_days", "first"), freshness.close_days.first, 0, _MOST_CLOSE_DAYS),
    )
    for place, value, least, most in ranges:
        if not least <= value <= most:
            yield ("freshness", *place), f"{value} is not between {least} and {most} days"
    for position, objective in enumerate(freshness.objectives):
        for place, problem in _objective_problems(objective, freshness, landscape):
            yield ("freshness", "objectives", position, *place), problem
    yield from _twice_problems(freshness)


def _objective_problems(objective: Objective, freshness: Freshness, landscape: Landscape) -> Iterator[Problem]:
    flows = [flow.name for flow in landscape.flows]
    if objective.flow not in flows:
        yield ("flow",), f"{objective.flow!r} is no flow ({', '.join(flows)})"
    targets = [target.name for target in landscape.targets]
    for target in objective.targets:
        if target not in targets:
            yield ("targets",), f"{target!r} is no target ({', '.join(targets)})"
    if not 1 <= objective.late_of_thousand <= _MOST_LATE:
        yield ("late_of_thousand",), f"{objective.late_of_thousand} is not between 1 and {_MOST_LATE}"
    if not _SHORTEST_SECONDS <= objective.within_seconds <= _DAY_SECONDS:
        says = f"{objective.within_seconds} is not between {_SHORTEST_SECONDS} and {_DAY_SECONDS} seconds"
        yield ("within_seconds",), says
    if objective.within_seconds_in_close:
        yield from _close_problems(objective, freshness)


def _close_problems(objective: Objective, freshness: Freshness) -> Iterator[Problem]:
    """An objective for close days that would loosen it, or never hold."""
    if not _SHORTEST_SECONDS <= objective.within_seconds_in_close <= objective.within_seconds:
        says = f"{objective.within_seconds_in_close} is not between {_SHORTEST_SECONDS} and within_seconds"
        yield ("within_seconds_in_close",), f"{says}, {objective.within_seconds}"
    if not freshness.close_days.last and not freshness.close_days.first:
        yield ("within_seconds_in_close",), "no close_days are declared, so it never holds"


def _twice_problems(freshness: Freshness) -> Iterator[Problem]:
    """Objectives of one name, which an overlay could not tell apart; two for the same changes, of which one would be overlooked."""
    names: set[str] = set()
    judged: dict[tuple[str, str], str] = {}
    for position, objective in enumerate(freshness.objectives):
        place = ("freshness", "objectives", position)
        if objective.name in names:
            yield place, f"the name {objective.name!r} is declared twice"
        names.add(objective.name)
        for target in objective.targets or ("",):
            other = judged.setdefault((objective.flow, target), objective.name)
            if other != objective.name:
                yield place, f"{other!r} is for the same changes"
