"""How a connection's changes are declared to reach us, and how it is found out which of them did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class BusArrival:
    """Which events of which EventBridge bus are a connection's: of a partner, or of the company itself.

    Attributes:
        name: the bus's name, which for a partner's is that of its event source; it exists before the stage is deployed.
        sources: what EventBridge's `source` of its events begins with; none: every event on the bus is its.
    """

    name: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """How often a source is asked what has changed, where it cannot tell by itself."""

    every_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """How a source's own lists are compared with the ledger, and how much of the source that may take.

    Attributes:
        entities: the ledger's entities that are compared; none: all that the source can list and a flow carries.
        every_hours: how often what changed since the census before is compared; 0: only when somebody asks.
        settle_minutes: how long a change may take through the line before it counts as missed.
        pages_per_minute: how many pages of at most 200 records are listed in a minute, poll and backfill included.
        pages_per_day: and in a UTC day.
    """

    entities: tuple[str, ...] = ()
    every_hours: int = 24
    settle_minutes: int = 15
    pages_per_minute: int = 20
    pages_per_day: int = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How long a source may be silent before somebody is told, counted in its business hours alone.

    Attributes:
        within_hours: business hours without a delivery after which it counts as silent.
        month_end_within_hours: the same on the last two and the first two business days of a month; 0: no other than always.
        days: its business days, as their English names begin, in order of the week.
        opens: the hour at which a business day begins, in the connection's time zone.
        closes: the hour at which it ends; 24 for midnight.
    """

    within_hours: int
    month_end_within_hours: int = 0
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "tue", "wed", "thu", "fri")
    opens: int = 8
    closes: int = 18


def arrivals_of_plain(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a connection that say how its changes arrive, of one that was compiled and checked."""
    bus, poll, expected = plain.get("bus"), plain.get("poll"), plain.get("expected")
    census = plain.get("census", {})
    return {
        "arrivals": tuple(plain.get("arrivals", ("webhook",))),
        "bus": BusArrival(**{**bus, "sources": tuple(bus["sources"])}) if bus else None,
        "poll": Poll(**poll) if poll else None,
        "expected": Expected(**{**expected, "days": tuple(expected["days"])}) if expected else None,
        "census": Census(**{**census, "entities": tuple(census.get("entities", ()))}),
    }
