"""Which types of rates there are, and what a landscape declares of rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

RateType = Literal["average", "closing", "historical", "budget", "spot"]
"""What a rate is the rate of: a period's average, its last day, what something once cost, what was planned, or one day."""

RATE_TYPES: tuple[str, ...] = get_args(RateType)
SPOT = "spot"
"""The one type whose rates are of a day; of a line without one they are of its period, as all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What may stand in for a rate that nobody has stored.

    Attributes:
        through: ISO 4217 of the one currency that two rates may meet in; empty: nothing stands in for any.
    """

    through: str = ""
