"""What the simulated planning models are made of: dimensions with their members, and measures, read from `models.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tieout.periods import Period

DATE = "Date"
UNASSIGNED = "#"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension by the column it has in facts; every one has the member `#` besides."""

    column: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class ModelDefinition:
    """A planning model without any fact.

    Attributes:
        dimensions: all of them together tell one fact from another.
        measures: the columns that hold values; a model of accounts has one.
    """

    model_id: str
    name: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the dimensions."""
        return tuple(each.column for each in self.dimensions)


def sandbox_models(ids: Mapping[str, str] | None = None) -> tuple[ModelDefinition, ...]:
    """The models of `models.json`, which hold the planning model's cubes and dimensions.

    Args:
        ids: name to model id; those that are not named get one made of their name.

    Raises:
        KeyError: for the name of no model.
    """
    plain = json.loads(Path(__file__).with_name("models.json").read_text("utf-8"))
    members = {**plain["dimensions"], DATE: _months(plain["months"])}
    dimensions = {column: Dimension(column, frozenset(each)) for column, each in members.items()}
    models = {each["name"]: each for each in plain["models"]}
    given = dict(ids or {})
    if unknown := given.keys() - models.keys():
        raise KeyError(f"no simulated model is called {', '.join(sorted(unknown))}")
    return tuple(
        ModelDefinition(
            given.get(name) or model_id_of(name),
            name,
            tuple(dimensions[column] for column in each["dimensions"]),
            tuple(each["measures"]),
        )
        for name, each in models.items()
    )


def model_id_of(name: str) -> str:
    """The id of a model that is given no other."""
    return f"C_{name.upper().replace(' ', '_')}"


def _months(plain: Mapping[str, str]) -> list[str]:
    first, last = Period.parse(plain["first"]), Period.parse(plain["last"])
    return [
        f"{year}{number:02d}"
        for year in range(first.year, last.year + 1)
        for number in range(1, 13)
        if first <= Period(year, number) <= last
    ]
