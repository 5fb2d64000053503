"""Turns cells into the rows of an import job, and rows that a model refuses into refusals of our cells. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tieout import strict_json
from tieout.delivering import CellValue
from tieout.errors import MalformedError
from tieout.periods import Period
from tieout.systems.sap_analytics.options import Options

_LONGEST_REASON = 400
_REASON = "_REJECTION_REASON"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model holds a cell.

    Attributes:
        key: (column, member) of every dimension, in the cell's order.
        measure: the column that holds the value.
    """

    key: tuple[tuple[str, str], ...]
    measure: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the dimensions."""
        return tuple(column for column, _ in self.key)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an import: an intersection, and those of its measures that are set.

    Attributes:
        key: as of `Place`.
        cells: by the column that is given the cell's value.
    """

    key: tuple[tuple[str, str], ...]
    cells: dict[str, CellValue] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The row as a JSON object, values as JSON numbers in the decimal's own digits, which no encoder of Python's writes."""
        members = [f"{strict_json.dump(column)}:{strict_json.dump(member)}" for column, member in self.key]
        values = [f"{strict_json.dump(column)}:{cell.value:f}" for column, cell in self.cells.items()]
        return f"{{{','.join(members + values)}}}"


def place_of(cell: CellValue, options: Options) -> Place:
    """Where the model of the cell's cube holds it.

    Raises:
        MalformedError: if the landscape does not say where, so that no model is asked.
    """
    key = [(options.columns.get(name, name), _member(name, member, options)) for name, member in cell.members]
    measure = _measure(cell, options)
    account = options.account_columns.get(cell.cube)
    if account is not None:
        key, measure = [*key, (account, measure)], options.value_column
    if len({measure, *(column for column, _ in key)}) <= len(key):
        raise MalformedError("two_of_its_dimensions_or_measures_go_to_one_column")
    return Place(tuple(key), measure)


def laid_out(cells: Sequence[CellValue], options: Options) -> tuple[list[Row], dict[str, str]]:
    """The rows that set the cells of one cube, in their order; and the cells that no row can hold, with the reasons.

    Of two cells in one place the second is refused: each would undo the other.
    """
    rows: dict[tuple[tuple[str, str], ...], Row] = {}
    refused: dict[str, str] = {}
    for cell in cells:
        try:
            place = _place_of_a_number(cell, options)
        except MalformedError as error:
            refused[cell.cell_id] = error.reason
            continue
        row = rows.setdefault(place.key, Row(place.key))
        if place.measure in row.cells:
            refused[cell.cell_id] = "another_cell_is_in_its_place"
        else:
            row.cells[place.measure] = cell
    return list(rows.values()), refused


def jobs_of(rows: Iterable[Row], options: Options) -> list[list[Row]]:
    """The rows by the job that imports them: of the same dimensions and, unless partial rows go together, the same measures."""
    jobs: defaultdict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        measures = frozenset(row.cells) if options.partial_rows == "apart" else None
        jobs[tuple(column for column, _ in row.key), measures].append(row)
    return list(jobs.values())


def body_of(rows: Iterable[Row]) -> bytes:
    """Rows as the body that adds them to a job."""
    return f'{{"Data":[{",".join(row.text for row in rows)}]}}'.encode()


class RefusedRows:
    """Which rows of a job the model refuses, as its answers name them; all rows have the same dimensions."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._columns = [column for column, _ in rows[0].key]
        self._places = {tuple(member for _, member in row.key): number for number, row in enumerate(rows)}
        self.reasons: dict[int, str] = {}
        """Position of a row to why it is refused."""

    def note_added(self, answer: Mapping[str, Any]) -> None:
        """Take note of what was refused when rows were added: `failedRows`, each with its `row` and the `reason`.

        Raises:
            MalformedError: if a refused row is none of ours: then it is not known which of ours is.
        """
        for failed in _failed_rows(answer):
            self._note(failed.get("row"), failed.get("reason"))

    def note_invalid(self, answer: Mapping[str, Any]) -> None:
        """Take note of the list of invalid rows: `failedRows`, each with its reason among its columns. Raises as `note_added`."""
        for failed in _failed_rows(answer):
            self._note(failed, failed.get(_REASON))

    def _note(self, row: object, reason: object) -> None:
        members = tuple(str(row.get(column)) for column in self._columns) if isinstance(row, dict) else ()
        number = self._places.get(members)
        if number is None:
            raise MalformedError("sac_refuses_a_row_that_is_not_ours")
        said = reason.strip()[:_LONGEST_REASON] if isinstance(reason, str) else ""
        self.reasons[number] = said or self.reasons.get(number) or "refused without a reason"


def _failed_rows(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    failed = answer.get("failedRows") or []
    if not isinstance(failed, list) or not all(isinstance(each, dict) for each in failed):
        raise MalformedError("sac_failed_rows_unreadable")
    return failed


def _place_of_a_number(cell: CellValue, options: Options) -> Place:
    if not cell.value.is_finite():
        raise MalformedError("cell_value_not_finite")
    return place_of(cell, options)


def _member(dimension: str, member: str, options: Options) -> str:
    if dimension == options.time_dimension:
        return options.names.name_of(Period.parse(member))
    if dimension != options.version_dimension:
        return member
    if not options.versions:
        return f"public.{member}"
    if member not in options.versions:
        raise MalformedError("version_not_in_the_landscape")
    return options.versions[member]


def _measure(cell: CellValue, options: Options) -> str:
    measures = options.measures.get(cell.cube)
    if measures is None:
        return cell.measure
    if cell.measure not in measures:
        raise MalformedError("measure_not_in_the_landscape")
    return measures[cell.measure]
