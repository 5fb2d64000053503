"""What judges whether changes were written in time, by objectives of a test's own, and remembers what it told."""

from __future__ import annotations

from functions.deliver.judging import Judging
from tieout.fiscal import LegalEntity
from tieout.freshness import Freshness
from tieout.landscape import Landscape
from tieout.objectives import Objectives

Told = tuple[str, int, int]
"""A flow, how many of its changes have reached planning, and how many of them late."""


def objectives(freshness: Freshness, *legal_entities: LegalEntity) -> Objectives:
    """Objectives of companies that go by calendar months where nothing else is said."""
    return Objectives(
        Landscape(
            stage="test",
            reporting_currency="USD",
            connections=(),
            targets=(),
            flows=(),
            feeds=(),
            legal_entities=legal_entities,
            freshness=freshness,
        )
    )


def judging(target: str, freshness: Freshness | None = None, told: list[Told] | None = None) -> Judging:
    """What judges the changes of a target; without objectives it has nothing to tell."""
    kept = [] if told is None else told
    return Judging(
        target=target,
        objectives=objectives(freshness or Freshness()),
        tell=lambda flow, changes, late: kept.append((flow, changes, late)),
    )
