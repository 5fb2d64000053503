"""What a check asks of a planning system before cells are written: whether it has what the planning model writes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tieout.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCube:
    """What the planning model writes to in one cube.

    Attributes:
        dimensions: their names, in the planning model's order.
        measures: measure to the decimal places its amounts may have.
        members: (dimension, member) pairs that the planning model itself names: constants, and stand-ins for what is absent.
        time_dimension: the dimension whose members are periods; empty where the cube has none.
    """

    cube: str
    dimensions: tuple[str, ...]
    measures: Mapping[str, int]
    members: tuple[tuple[str, str], ...] = ()
    time_dimension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing in which a planning system is not what the planning model needs.

    Attributes:
        code: a short one out of a fixed set (`measure_missing`, `version_missing`, ...).
        cube: where it is; empty where it is about the whole target.
        measure: of which measure; empty where it is about all of the cube.
        is_in_the_way: whether cells will not be taken because of it; else it is worth knowing.
        says: what is the matter, and what to do about it.
    """

    code: str
    says: str
    is_in_the_way: bool = True
    cube: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What a planning system is like.

    Attributes:
        told: what it says of itself, for people (`state`, `current_period`, ...).
        findings: what is wrong with it.
    """

    told: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


class TargetChecker(Protocol):
    """Compares one target with what the planning model wants of it; nothing is written."""

    def discover(self, wanted: Sequence[WantedCube], periods: Sequence[Period]) -> Discovered:
        """What the target is like, and where it lacks a cube, a measure, a member or one of the periods.

        Raises as `tieout.delivering.CellWriter.write` does where the target cannot be asked.
        """
        ...
