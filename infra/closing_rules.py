"""What must be said of late changes so that none is treated otherwise than whoever wrote the rule meant."""

from __future__ import annotations

from collections.abc import Iterator

from infra.landscape_files import Problem
from tieout.closing import Closing
from tieout.landscape import Landscape
from tieout.planning.model import VERSION


def closing_problems(landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of how periods are closed."""
    closing = landscape.closing
    known = sorted({each.constant for feed in landscape.feeds for each in feed.dimensions if each.name == VERSION})
    for version in closing.versions:
        if version not in known:
            yield ("closing", "versions"), f"{version!r} is no plan version of any feed ({', '.join(known)})"
    for version in known:
        if "#" in version:
            yield ("feeds",), f"the plan version {version!r} has a '#', which divides the names of closed periods"
    flows = [flow.name for flow in landscape.flows]
    for position, rule in enumerate(closing.late):
        for flow in rule.flows:
            if flow not in flows:
                yield ("closing", "late", position, "flows"), f"{flow!r} is no flow ({', '.join(flows)})"
    yield from _idle_problems(closing)


def _idle_problems(closing: Closing) -> Iterator[Problem]:
    """Rules behind one that is for every change already."""
    for position, rule in enumerate(closing.late[:-1]):
        if not rule.legal_entities and not rule.flows:
            behind = closing.late[position + 1].name
            yield (
                ("closing", "late", position),
                f"it is for every change, so {behind!r} and what stands behind it never is",
            )
            return
