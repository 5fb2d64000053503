"""The facts of one simulated model: rows judged as SAP Analytics Cloud does, and written by one of its import methods.

Values are kept as exact decimals. The real one keeps doubles; a simulator that rounded too would hide an error of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.systems.sap_analytics.definition import UNASSIGNED, Dimension, ModelDefinition
from sandbox.systems.sap_analytics.settings import CLEARED

UPDATE, APPEND, CLEAN_AND_REPLACE = "Update", "Append", "CleanAndReplace"
METHODS = frozenset({UPDATE, APPEND, CLEAN_AND_REPLACE})

Row = dict[str, Any]
Key = tuple[str, ...]
Tampering = Callable[
    [str, Decimal], Decimal | None
]  # coordinates and value to the value that is held; None: it is dropped


class FactModel:
    """One model, without any HTTP.

    Attributes:
        facts: members in the order of the dimensions to the measures that are booked.
        locks: each some members by column; rows that have all of them are refused.
    """

    def __init__(self, definition: ModelDefinition) -> None:
        self.definition = definition
        self.facts: dict[Key, dict[str, Decimal]] = {}
        self.locks: list[Mapping[str, str]] = []

    def add_members(self, column: str, members: Sequence[str]) -> None:
        """Put members into a dimension that lack there. Raises `KeyError` where the model has no such dimension."""
        if column not in self.definition.columns:
            raise KeyError(column)
        grown = tuple(
            Dimension(column, each.members | set(members)) if each.column == column else each
            for each in self.definition.dimensions
        )
        self.definition = replace(self.definition, dimensions=grown)

    def unknown_columns(self, rows: Sequence[Row]) -> list[str]:
        """The columns that the model does not have."""
        known = {*self.definition.columns, *self.definition.measures}
        return sorted({column for row in rows for column in row} - known)

    def flaw_of_form(self, row: Row) -> str:
        """Why a row is refused when it is added; empty where it is not."""
        for column in self.definition.columns:
            if not isinstance(row.get(column), str) or not row[column]:
                return f"Missing value for key column {column}"
        for column in self.definition.measures:
            if column in row and number(row[column]) is None:
                return f"Invalid column value for: {column}"
        return ""

    def flaw_of_content(self, row: Row) -> str:
        """Why a row is refused when its job is validated; empty where it is not."""
        for dimension in self.definition.dimensions:
            member = row[dimension.column]
            if member != UNASSIGNED and member not in dimension.members:
                return f"Invalid column value for: {dimension.column}"
        if any(all(row.get(column) == member for column, member in lock.items()) for lock in self.locks):
            return "The data is locked"
        return ""

    def write(
        self, rows: Sequence[Row], method: str, scope: Sequence[str], *, missing_measures: str, tamper: Tampering
    ) -> None:
        """Write rows that were found good.

        Args:
            rows: with the model's columns.
            method: `Update` sets, `Append` adds to what is booked, `CleanAndReplace` removes first what shares the `scope`.
            scope: columns.
            missing_measures: what becomes of a measure that a row lacks and another of the rows has, `kept` or `cleared`.
            tamper: what is held of a value, which a model that can be trusted gives back.
        """
        if method == CLEAN_AND_REPLACE:
            self._clean(rows, scope)
        sent = [measure for measure in self.definition.measures if any(measure in row for row in rows)]
        for row in rows:
            booked = self.facts.setdefault(self._key(row), {})
            for measure in sent:
                value = number(row.get(measure))
                if value is not None:
                    held = tamper(self.coordinates_text(row, measure), value)
                    if held is not None:
                        booked[measure] = held + (booked.get(measure, Decimal()) if method == APPEND else Decimal())
                elif missing_measures == CLEARED:
                    booked.pop(measure, None)

    def coordinates_text(self, row: Row, measure: str) -> str:
        """A cell's place as one text such as `;model=Cash;measure=Collected;Account=1000;...;`; planted faults match a part."""
        members = "".join(f"{column}={row[column]};" for column in self.definition.columns)
        return f";model={self.definition.name};measure={measure};{members}"

    def rows(self) -> list[Row]:
        """Every fact with all of its columns; a measure that is not booked is None."""
        return [
            {
                **dict(zip(self.definition.columns, key, strict=True)),
                **{measure: booked.get(measure) for measure in self.definition.measures},
            }
            for key, booked in sorted(self.facts.items())
        ]

    def _key(self, row: Row) -> Key:
        return tuple(row[column] for column in self.definition.columns)

    def _clean(self, rows: Sequence[Row], scope: Sequence[str]) -> None:
        places = [self.definition.columns.index(column) for column in scope]
        named = {tuple(row[column] for column in scope) for row in rows}
        self.facts = {
            key: booked for key, booked in self.facts.items() if tuple(key[place] for place in places) not in named
        }


def number(value: object) -> Decimal | None:
    """The value of a measure: a JSON number or a numeric text."""
    if isinstance(value, bool) or not isinstance(value, Decimal | str):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
