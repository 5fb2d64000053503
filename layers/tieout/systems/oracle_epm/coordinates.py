"""Turns a cell of the planning model into the members that hold it in a Planning application. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tieout.delivering import CellValue
from tieout.errors import MalformedError
from tieout.periods import Period
from tieout.systems.oracle_epm.options import Options


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell where the application has it.

    Attributes:
        place: (dimension, member) pairs of every dimension but that of measures, always in the same order for one cube.
        measure: the member of that dimension.
        value: None to clear it.
    """

    cell_id: str
    place: tuple[tuple[str, str], ...]
    measure: str
    value: Decimal | None

    @property
    def members(self) -> tuple[str, ...]:
        """All its members, the measure last."""
        return (*(member for _, member in self.place), self.measure)


def place_cell(cell: CellValue, options: Options) -> PlacedCell:
    """The cell where the application has it.

    Raises:
        MalformedError: where it cannot have one: a period of another calendar, two members of one dimension, no number.
    """
    cube = options.cube(cell.cube)
    if not cell.value.is_finite():
        raise MalformedError("cell_value_not_finite")
    pairs = list(cube.fixed_members.items())
    for dimension, member in cell.members:
        if dimension == options.time_dimension:
            year, period = options.names.members_of(Period.parse(member))
            pairs += [(options.year_dimension, year), (options.period_dimension, period)]
        else:
            prefix = options.member_prefixes.get(dimension, "")
            pairs.append((cube.dimensions.get(dimension, dimension), prefix + member))
    taken = [dimension for dimension, _ in pairs]
    if len(set(taken)) != len(taken) or cube.measure_dimension in taken:
        raise MalformedError("dimension_taken_twice")
    value = None if options.clear_zeros and cell.value == 0 else cell.value
    return PlacedCell(cell.cell_id, tuple(pairs), cell.measure, value)


def place_cells(cells: Iterable[CellValue], options: Options) -> tuple[list[PlacedCell], dict[str, str]]:
    """The cells where the application has them, and cell id to why it cannot have one."""
    placed, refused = [], {}
    for cell in cells:
        try:
            placed.append(place_cell(cell, options))
        except MalformedError as error:
            refused[cell.cell_id] = error.reason
    return placed, refused
